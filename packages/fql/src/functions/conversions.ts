/** Conversions (fql-v4 §4.12). */
import * as cast from '../casts.ts'
import { define } from '../define.ts'
import { attempt, gather, invalidArgument } from '../errors.ts'
import type { Position } from '../position.ts'
import { DocumentValue } from '../values/document.ts'
import { ObjectValue } from '../values/object.ts'
import { typeName } from '../values/type-name.ts'
import { isArray, type Value } from '../values/value.ts'

function cannotCast(value: Value, type: string, position: Position) {
  return invalidArgument(`Cannot cast ${typeName(value)} to ${type}.`, position)
}

/** An object or a document as an object. */
function asObject(value: Value): ObjectValue | undefined {
  if (value instanceof ObjectValue) return value
  return value instanceof DocumentValue ? value.toObject() : undefined
}

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
