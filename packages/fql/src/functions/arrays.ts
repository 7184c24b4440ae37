/** Parts of arrays and pages (fql-v4 §4.5). */
import * as cast from '../casts.ts'
import { define } from '../define.ts'
import type { Integer } from '../values/numbers.ts'
import { PageValue } from '../values/page.ts'
import { SetValue } from '../values/set.ts'
import { isArray, type Value } from '../values/value.ts'
import { firstRef } from './reads.ts'

/** Counts are read as 32-bit integers in the reference. */
const toInt32 = (n: Integer) => Number(BigInt.asIntN(32, BigInt(n)))

/**
 * Take(n, collection): the first elements. Of a page, what follows is after its end.
 *
 * @see fql-v4 §4.5
 */
export const take = define({
  args: { take: cast.integer, collection: cast.arrayOrPage },
  effect: 'pure',
  evaluate: ({ take: given, collection }) => {
    const n = toInt32(given)
    if (isArray(collection)) return collection.slice(0, Math.max(n, 0))
    const { data, cursors, before, after } = collection
    if (n < 0) return new PageValue({ data: [], cursors: [], before, after: before })
    return new PageValue({
      data: data.slice(0, n),
      cursors: cursors.slice(0, n),
      before,
      after: cursors[n] ?? after,
    })
  },
})

/**
 * Drop(n, collection): the elements but the first. Of a page, they are before its beginning.
 *
 * @see fql-v4 §4.5
 */
export const drop = define({
  args: { drop: cast.integer, collection: cast.arrayOrPage },
  effect: 'pure',
  evaluate: ({ drop: given, collection }) => {
    const n = toInt32(given)
    if (n < 0) return collection
    if (isArray(collection)) return collection.slice(n)
    const { data, cursors, after } = collection
    return new PageValue({
      data: data.slice(n),
      cursors: cursors.slice(n),
      before: cursors[n] ?? after,
      after,
    })
  },
})

/** Anything, an array of it or one: `zeroOrMore`, without a look at each of what may be millions. */
const elements = cast.valueCast((value) => (isArray(value) ? value : [value]))

/** Prepend(elements, array): the elements, then the array's. */
export const prepend = define({
  args: { prepend: elements, collection: cast.array },
  effect: 'pure',
  repeats: 'collection',
  evaluate: ({ prepend: given, collection }) => [...given, ...collection],
})

/** Append(elements, array): the array's elements, then these. */
export const append = define({
  args: { append: elements, collection: cast.array },
  effect: 'pure',
  repeats: 'collection',
  evaluate: ({ append: given, collection }) => [...collection, ...given],
})

/** `is_empty`, `is_nonempty`: whether an array, this page or a set has an element. */
function emptiness<const K extends string>(key: K, whenEmpty: boolean) {
  return define({
    args: { [key]: cast.iterable },
    effect: 'pure',
    evaluate: (args, { position, context }) => {
      const given = args[key] as cast.Iterable
      if (!(given instanceof SetValue)) {
        const data: readonly Value[] = isArray(given) ? given : given.data
        return (data.length === 0) === whenEmpty
      }
      // The test of `exists`, down to the position of its refusal (fql-v4 §7.3).
      const first = firstRef(given, context, position.at('exists'))
      const isEmpty = first === undefined || !context.documents.exists(first, context.at)
      return isEmpty === whenEmpty
    },
  })
}

export const isEmpty = emptiness('is_empty', true)
export const isNonEmpty = emptiness('is_nonempty', false)
