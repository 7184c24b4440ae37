/** Arrays and sets made of arrays and sets (fql-v4 §4.5, §5.3 to §5.9). */
import * as cast from '../casts.ts'
import type { Context } from '../context.ts'
import { define } from '../define.ts'
import { attempt, gather, invalidArgument, QueryError } from '../errors.ts'
import type { Position } from '../position.ts'
import { refusalOf } from '../sets/lambda-limit.ts'
import { areAllCompatible } from '../sets/shape.ts'
import { LambdaValue } from '../values/lambda.ts'
import { Multiset } from '../values/multiset.ts'
import { PageValue } from '../values/page.ts'
import { nativeCollections, Ref, UnresolvedRef } from '../values/ref.ts'
import { SetValue } from '../values/set.ts'
import { isArray, type Value } from '../values/value.ts'

type List = readonly Value[]

/** `union`, `intersection`, `difference`: of sets a set, of arrays an array, never of both. */
function algebra<const K extends 'union' | 'intersection' | 'difference'>(
  key: K,
  ofArrays: (left: List, right: List) => List,
) {
  return define({
    args: { [key]: cast.oneOrMore(cast.setOrArray) },
    effect: 'pure',
    evaluate: (args, { position, context }): Value => {
      const operands = args[key] as readonly (List | SetValue)[]
      const place = position.at(key)
      const sets = operands.filter((one) => one instanceof SetValue)
      const arrays = operands.filter((one): one is List => !(one instanceof SetValue))
      if (sets.length > 0 && arrays.length > 0) {
        throw invalidArgument(
          'Arguments cannot be of different types, expected Set or Array.',
          place,
        )
      }
      if (arrays.length > 0) return arrays.reduce(ofArrays)
      checkCompatible(sets, context, place)
      return new SetValue({ form: key, sets })
    },
  })
}

/** @throws "Sets are not compatible." if two neighbours order their values differently */
function checkCompatible(sets: readonly SetValue[], context: Context, position: Position): void {
  if (!areAllCompatible(sets, context)) throw invalidArgument('Sets are not compatible.', position)
}

/** Union(operands): each value as often as in the operand that has it most. @see fql-v4 §4.5, §5.3 */
export const union = algebra('union', (left, right) => {
  const [inLeft, inRight] = [new Multiset(left), new Multiset(right)]
  const copies = (value: Value) =>
    Array.from<Value>({ length: Math.max(inLeft.count(value), inRight.count(value)) }).fill(value)
  return distinctValues([...left, ...right]).flatMap(copies)
})

/** Intersection(operands): each value as often as in the operand that has it least. */
export const intersection = algebra('intersection', (left, right) => {
  const rest = new Multiset(right)
  return left.filter((value) => rest.take(value))
})

/**
 * Difference(operands): the first without the values of the others. Of arrays, a value of another takes
 * one copy away; of sets, all.
 */
export const difference = algebra('difference', (left, right) => {
  const rest = new Multiset(right)
  return left.filter((value) => !rest.take(value))
})

function distinctValues(values: List): List {
  const seen = new Multiset()
  return values.filter((value) => seen.add(value) === 0)
}

/** `distinct`, `reverse`: of an array, a page's data or a set. */
function rearranged<const K extends 'distinct' | 'reverse'>(key: K, of: (values: List) => List) {
  return define({
    args: { [key]: cast.iterable },
    effect: 'pure',
    evaluate: (args): Value => {
      const given = args[key] as cast.Iterable
      if (isArray(given)) return of(given)
      if (given instanceof PageValue) return given.withData(of(given.data))
      return new SetValue({ form: key, source: given })
    },
  })
}

/** Distinct(collection): of equal elements the first; of a set, of equal neighbours. */
export const distinct = rearranged('distinct', distinctValues)

/** Reverse(collection): the elements in the opposite order. */
export const reverse = rearranged('reverse', (values) => values.toReversed())

/**
 * Range(set, from, to): the entries between two bounds, both inclusive, given in the set's own order.
 *
 * @throws `invalid ref` for unresolved refs as bounds; both are reported
 * @see fql-v4 §5.8
 */
export const range = define({
  args: { range: cast.set, from: cast.any, to: cast.any },
  effect: 'pure',
  evaluate: ({ range: source, from, to }, { position }) => {
    const [begin = [], end = []] = gather([
      attempt(() => bound(from, position.at('from'))),
      attempt(() => bound(to, position.at('to'))),
    ])
    return new SetValue({ form: 'range', source, from: begin, to: end })
  },
})

function bound(value: Value, position: Position): List {
  const values = isArray(value) ? value : [value]
  const unresolved = values.find((one) => one instanceof UnresolvedRef)
  if (unresolved instanceof UnresolvedRef) throw cast.unresolvedError(unresolved, position)
  return values
}

/**
 * Join(source, target): the sets that the source's elements lead to, through an index whose terms are
 * their values or through a lambda, merged into one.
 *
 * @throws at `with`: a target that is neither; a lambda that is not pure; an index that cannot be used
 * @see fql-v4 §5.9
 */
export const join = define({
  args: { join: cast.set, with: cast.lambdaOrValue },
  effect: 'pure',
  evaluate: ({ join: source, with: target }, { position, context }) => {
    const place = position.at('with')
    if (target instanceof LambdaValue) {
      const refusal = refusalOf(target, 'join')
      if (refusal !== undefined) throw invalidArgument(refusal, place)
      return new SetValue({ form: 'join', source, target, position: place })
    }
    if (target instanceof UnresolvedRef) throw cast.unresolvedError(target, place)
    if (!(target instanceof Ref && target.collection === nativeCollections.indexes)) {
      throw cast.wrongType(['Lambda', 'Index Ref'], target, place)
    }
    checkUsable(target, context, place)
    return new SetValue({ form: 'join', source, target, position: place })
  },
})

/** As `match` checks an index, but one that is still being built is accepted. */
function checkUsable(index: Ref, context: Context, position: Position): void {
  const check = attempt(() => context.documents.checkIndex(index, position))
  if (check.ok) return
  const isInactive = check.details.every(
    ({ code, status }) => code === 'instance not found' && status === 400,
  )
  if (!isInactive) throw new QueryError(check.details)
}
