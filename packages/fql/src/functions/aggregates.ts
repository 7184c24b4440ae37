/**
 * Aggregates (fql-v4 §4.6). Of an array or a set they give one value; of a page, a page with the same
 * cursors and that one value.
 */
import * as cast from '../casts.ts'
import type { Context } from '../context.ts'
import { define } from '../define.ts'
import { expected, invalidArgument } from '../errors.ts'
import { apply } from '../evaluate.ts'
import type { Position } from '../position.ts'
import { elementsOf } from '../sets/elements.ts'
import type { NumberValue } from '../values/arithmetic.ts'
import * as arithmetic from '../values/arithmetic.ts'
import { comparable } from '../values/comparable.ts'
import { Double, toNumber } from '../values/numbers.ts'
import { compareValues } from '../values/order-key.ts'
import { PageValue } from '../values/page.ts'
import { SetValue } from '../values/set.ts'
import { typeName } from '../values/type-name.ts'
import { isArray, isInteger, type Value } from '../values/value.ts'

/** Makes one value of all elements; `place` is where its refusals are put. */
type Fold = (elements: Iterable<Value>, place: Position) => Value

function foldAll(given: cast.Iterable, fold: Fold, context: Context, place: Position): Value {
  if (isArray(given)) return fold(given, place)
  if (given instanceof PageValue) return given.withData([fold(given.data, place)])
  return fold(elementsOf(given, context, place), place)
}

/** Each of the elements is an operation (wire §3.2). */
function* counted(elements: Iterable<Value>, { meter }: Context): Iterable<Value> {
  for (const element of elements) {
    meter.computeOps++
    yield element
  }
}

function aggregate<const K extends string>(key: K, fold: Fold) {
  return define({
    args: { [key]: cast.iterable },
    effect: 'read',
    evaluate: (args, { position, context }) =>
      foldAll(
        args[key] as cast.Iterable,
        (elements, place) => fold(counted(elements, context), place),
        context,
        position.at(key),
      ),
  })
}

function toNumberValue(value: Value, place: Position): NumberValue {
  if (isInteger(value) || value instanceof Double) return value
  throw invalidArgument(expected(['Number'], typeName(value)), place)
}

function toBoolean(value: Value, place: Position): boolean {
  if (typeof value === 'boolean') return value
  throw invalidArgument(expected(['Boolean'], typeName(value)), place)
}

const noElements = (place: Position) => invalidArgument('Non-empty array expected.', place)

/** Count(collection): how many elements it has. */
export const count = aggregate('count', (elements) => {
  let n = 0
  for (const _ of elements) n++
  return n
})

/** Sum(numbers): 0 for none; wraps at 64 bits. */
export const sum = aggregate('sum', (elements, place) => {
  let total: NumberValue = 0
  for (const element of elements) total = arithmetic.sum(total, toNumberValue(element, place))
  return total
})

/** Mean(numbers): their average, a Double. @throws `Non-empty array expected.` */
export const mean = aggregate('mean', (elements, place) => {
  let total: NumberValue = 0
  let n = 0
  for (const element of elements) {
    total = arithmetic.sum(total, toNumberValue(element, place))
    n++
  }
  if (n === 0) throw noElements(place)
  return new Double(toNumber(total) / n)
})

/** Any(booleans): whether one is true; every element must be a Boolean. */
export const any = aggregate('any', (elements, place) => {
  let result = false
  for (const element of elements) if (toBoolean(element, place)) result = true
  return result
})

/** All(booleans): whether each is true; every element must be a Boolean. */
export const all = aggregate('all', (elements, place) => {
  let result = true
  for (const element of elements) if (!toBoolean(element, place)) result = false
  return result
})

/** The last of the elements that `isBetter` puts before the others. */
function extreme<const K extends string>(key: K, isBetter: (order: number) => boolean) {
  const fold: Fold = (elements, place) => {
    let best: Value | undefined
    for (const element of elements) {
      comparable(element, place)
      if (best === undefined || isBetter(compareValues(element, best))) best = element
    }
    if (best === undefined) throw noElements(place)
    return best
  }
  return define({
    args: { [key]: cast.iterable },
    effect: 'read',
    evaluate: (args, { position, context }) =>
      foldAll(unwrapped(args[key] as cast.Iterable), fold, context, position.at(key)),
  })
}

/** An array of only one array, page or set stands for that one: the driver wraps its arguments. */
function unwrapped(given: cast.Iterable): cast.Iterable {
  if (!isArray(given) || given.length !== 1) return given
  const only = given[0] as Value
  const isIterable = isArray(only) || only instanceof PageValue || only instanceof SetValue
  return isIterable ? unwrapped(only) : given
}

/** Max(values), Min(values): by the total order of values; null is the greatest. @see fql-v4 §3.2 */
export const max = extreme('max', (order) => order >= 0)
export const min = extreme('min', (order) => order <= 0)

/**
 * Reduce(lambda, initial, collection): the lambda applied to `[accumulated, element]` from the left.
 *
 * @see fql-v4 §4.5
 */
export const reduce = define({
  args: { reduce: cast.lambda, initial: cast.any, collection: cast.iterable },
  effect: 'read',
  evaluate: ({ reduce: lambda, initial, collection }, { position, context }) => {
    const place = position.at('reduce')
    const fold: Fold = (elements) => {
      let accumulated = initial
      for (const element of elements) {
        accumulated = apply(lambda, [accumulated, element], context, place)
      }
      return accumulated
    }
    return foldAll(collection, fold, context, place)
  },
})
