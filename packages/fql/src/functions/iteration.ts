/** Going through arrays and pages (fql-v4 §4.5). */
import * as cast from '../casts.ts'
import { type Context, checkWidth } from '../context.ts'
import { define } from '../define.ts'
import { attempt, expected, gather, invalidArgument } from '../errors.ts'
import { apply } from '../evaluate.ts'
import type { Position } from '../position.ts'
import { refusalOf } from '../sets/lambda-limit.ts'
import type { LambdaValue } from '../values/lambda.ts'
import type { PageValue } from '../values/page.ts'
import { SetValue } from '../values/set.ts'
import { typeName } from '../values/type-name.ts'
import { isArray, type Value } from '../values/value.ts'

const collection = cast.any

/** An array or a page; a set is refused here (fql-v4 §4.5). */
function arrayOrPage(
  value: Value,
  position: Position,
  context: Context,
): readonly Value[] | PageValue {
  const given = cast.iterable.convert(value, position, context)
  if (!(given instanceof SetValue)) return given
  throw invalidArgument(expected(['Array', 'Page'], 'Set'), position)
}

/** Applies a lambda to every element: independent branches, the first error is the one reported. */
function applyToAll(
  lambda: LambdaValue,
  elements: readonly Value[],
  context: Context,
  position: Position,
): Value[] {
  checkWidth(elements.length)
  return context.documents.all(elements.length, (i) =>
    apply(lambda, elements[i] as Value, context, position),
  )
}

/**
 * Map(collection, lambda): the lambda's result for each element; of a page, a page with its cursors.
 *
 * @see fql-v4 §4.5
 */
export const map = define({
  args: { map: cast.lambda, collection },
  effect: 'pure',
  evaluate: ({ map: lambda, collection: given }, { position, context }) => {
    const target = arrayOrPage(given, position.at('collection'), context)
    const results = applyToAll(
      lambda,
      isArray(target) ? target : target.data,
      context,
      position.at('map'),
    )
    return isArray(target) ? results : target.withData(results)
  },
})

/**
 * Foreach(collection, lambda): applies the lambda to each element and returns the collection.
 *
 * @see fql-v4 §4.5
 */
export const foreach = define({
  args: { foreach: cast.lambda, collection },
  effect: 'pure',
  evaluate: ({ foreach: lambda, collection: given }, { position, context }) => {
    const target = arrayOrPage(given, position.at('collection'), context)
    const elements = isArray(target) ? target : target.data
    applyToAll(lambda, elements, context, position.at('foreach'))
    return target
  },
})

/**
 * Filter(collection, lambda): the elements for which the lambda gives true. Of a set, a set.
 *
 * @throws `Boolean expected` at the index of the element; every failing element is reported. Of a set,
 * at `filter` when the set is read; and for a lambda that could do more than read
 * @see fql-v4 §4.5, §5.5
 */
export const filter = define({
  args: { filter: cast.lambda, collection },
  effect: 'pure',
  evaluate: ({ filter: lambda, collection: given }, { position, context }) => {
    const target = cast.iterable.convert(given, position.at('collection'), context)
    if (target instanceof SetValue) {
      return filteredSet(target, lambda, position.at('filter'))
    }
    const elements = isArray(target) ? target : target.data
    checkWidth(elements.length)
    const kept = gather(
      context.documents.all(elements.length, (i) =>
        attempt(() => {
          const result = apply(lambda, elements[i] as Value, context, position.at('filter'))
          if (typeof result === 'boolean') return result
          throw invalidArgument(expected(['Boolean'], typeName(result)), position.at(i))
        }),
      ),
    )
    const data = elements.filter((_, i) => kept[i])
    return isArray(target)
      ? data
      : target.withData(
          data,
          target.cursors.filter((_, i) => kept[i]),
        )
  },
})

function filteredSet(source: SetValue, lambda: LambdaValue, position: Position): SetValue {
  const refusal = refusalOf(lambda, 'filter')
  if (refusal !== undefined) throw invalidArgument(refusal, position)
  return new SetValue({ form: 'filter', source, lambda, position })
}
