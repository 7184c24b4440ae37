/** Conversions (fql-v4 §4.12). */
import * as cast from '../casts.ts'
import { define } from '../define.ts'
import { attempt, gather, invalidArgument } from '../errors.ts'
import type { Position } from '../position.ts'
import { formatDouble } from '../render.ts'
import { truncated } from '../values/arithmetic.ts'
import { DocumentValue } from '../values/document.ts'
import { Double, type Integer } from '../values/numbers.ts'
import { ObjectValue } from '../values/object.ts'
import { parseNumber } from '../values/parse-number.ts'
import { DateValue, dateOf, formatDate, formatTime, Time } from '../values/time.ts'
import { typeName } from '../values/type-name.ts'
import { Action, isArray, isInteger, Uuid, type Value } from '../values/value.ts'
import { readDate, readTime, timeFromNanos } from './time.ts'

function cannotCast(value: Value, type: string, position: Position) {
  return invalidArgument(`Cannot cast ${typeName(value)} to ${type}.`, position)
}

/** An object or a document as an object. */
function asObject(value: Value): ObjectValue | undefined {
  if (value instanceof ObjectValue) return value
  return value instanceof DocumentValue ? value.toObject() : undefined
}

/** The text of a scalar that has one; undefined for every other value (fql-v4 §4.12). */
export function textOf(value: Value): string | undefined {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
  }
  if (value === null) return 'null'
  if (value instanceof Double) return formatDouble(value.value)
  if (value instanceof Time) return formatTime(value)
  if (value instanceof DateValue) return formatDate(value)
  if (value instanceof Uuid) return value.text
  return value instanceof Action ? value.name : undefined
}

/**
 * ToString(value): its text.
 *
 * @throws `Cannot cast … to String.` at the form
 * @see fql-v4 §4.12
 */
export const toStringValue = define({
  args: { to_string: cast.any },
  effect: 'pure',
  evaluate: ({ to_string: value }, { position }) => {
    const text = textOf(value)
    if (text === undefined) throw cannotCast(value, 'String', position)
    return text
  },
})

/** A number as it is, or the one at the start of a string. */
function asNumber(value: Value): Integer | Double | undefined {
  if (typeof value === 'string') return parseNumber(value)
  return isInteger(value) || value instanceof Double ? value : undefined
}

/**
 * ToNumber(value): a number, or the one at the start of a string.
 *
 * @throws `Cannot cast … to Number.` at the form
 * @see fql-v4 §4.12
 */
export const toNumber = define({
  args: { to_number: cast.any },
  effect: 'pure',
  evaluate: ({ to_number: value }, { position }) => {
    const number = asNumber(value)
    if (number === undefined) throw cannotCast(value, 'Number', position)
    return number
  },
})

/** ToDouble(value): as ToNumber, a Double. @throws `Cannot cast … to Double.` at `to_double` */
export const toDouble = define({
  args: { to_double: cast.any },
  effect: 'pure',
  evaluate: ({ to_double: value }, { position }) => {
    const number = asNumber(value)
    if (number === undefined) throw cannotCast(value, 'Double', position.at('to_double'))
    return number instanceof Double ? number : new Double(Number(number))
  },
})

/** ToInteger(value): as ToNumber, cut. @throws `Cannot cast … to Integer.` at `to_integer` */
export const toInteger = define({
  args: { to_integer: cast.any },
  effect: 'pure',
  evaluate: ({ to_integer: value }, { position }) => {
    const number = asNumber(value)
    if (number === undefined) throw cannotCast(value, 'Integer', position.at('to_integer'))
    return truncated(number)
  },
})

/**
 * ToTime(value): of an Integer of milliseconds, a date's midnight in UTC, or a text as `Time` reads it.
 *
 * @throws `Cannot cast … to Time.` at the form
 * @see fql-v4 §4.12
 */
export const toTime = define({
  args: { to_time: cast.any },
  effect: 'pure',
  evaluate: ({ to_time: value }, { position, context }): Value => {
    if (value instanceof Time) return value
    if (isInteger(value)) return timeFromNanos(BigInt(value) * 1_000_000n, position)
    if (value instanceof DateValue) return new Time(value.epochDay * 86_400, 0)
    if (typeof value === 'string') return readTime(value, context.documents.now, position)
    throw cannotCast(value, 'Time', position)
  },
})

/**
 * ToDate(value): of a time its day in UTC, of a text as `Date` reads it.
 *
 * @throws `Cannot cast … to Date.` at the form
 * @see fql-v4 §4.12
 */
export const toDate = define({
  args: { to_date: cast.any },
  effect: 'pure',
  evaluate: ({ to_date: value }, { position }): Value => {
    if (value instanceof DateValue) return value
    if (value instanceof Time) return dateOf(value)
    if (typeof value === 'string') return readDate(value, position)
    throw cannotCast(value, 'Date', position)
  },
})

/**
 * ToObject(pairs): an object of `[field, value]` pairs. A field that is given twice is there twice.
 *
 * @throws `Field/Value expected` for every element that is no pair
 * @see fql-v4 §4.12
 */
export const toObject = define({
  args: { to_object: cast.any },
  effect: 'pure',
  evaluate: ({ to_object: value }, { position }) => {
    const place = position.at('to_object')
    if (isArray(value)) {
      return ObjectValue.of(gather(value.map((one, i) => attempt(() => toField(one, place.at(i))))))
    }
    const object = asObject(value)
    if (object === undefined) throw cannotCast(value, 'Object', place)
    return object
  },
})

function toField(pair: Value, position: Position): readonly [string, Value] {
  if (isArray(pair) && pair.length === 2 && typeof pair[0] === 'string') {
    return [pair[0], pair[1] as Value]
  }
  throw cast.wrongType(['Field/Value'], pair, position)
}

/**
 * ToArray(object): its fields as `[field, value]` pairs.
 *
 * @throws `Cannot cast … to Array.` at `to_array`, for a page too
 * @see fql-v4 §4.12
 */
export const toArray = define({
  args: { to_array: cast.any },
  effect: 'pure',
  evaluate: ({ to_array: value }, { position }): Value => {
    if (isArray(value)) return value
    const object = asObject(value)
    if (object === undefined) throw cannotCast(value, 'Array', position.at('to_array'))
    return [...object.entries()]
  },
})
