import { unresolvedError } from '../casts.ts'
import { invalidArgument } from '../errors.ts'
import type { Position } from '../position.ts'
import { isArray, type Value } from './value.ts'

/**
 * `value`, if it has a place in the total order (fql-v4 §3.2).
 *
 * @throws `invalid ref` for an unresolved ref. The reference answers an internal error for one inside an
 * array, and for a range, reverse or singleton set; we answer in the same words as at the top.
 */
export function comparable(value: Value, position: Position): Value {
  if (value === null || typeof value !== 'object') return value
  if (isArray(value)) {
    for (const element of value) comparable(element, position)
    return value
  }
  switch (value.kind) {
    case 'unresolved':
      throw unresolvedError(value, position)
    case 'object':
      comparable(value.values, position)
      return value
    case 'page':
      comparable(value.data, position)
      return value
    case 'set':
      if (['range', 'reverse', 'singleton'].includes(value.set.form)) {
        throw invalidArgument('Scalar expected, Set provided.', position)
      }
      return value
    default:
      return value
  }
}
