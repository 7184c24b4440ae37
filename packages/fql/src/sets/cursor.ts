import { unresolvedError } from '../casts.ts'
import type { Position } from '../position.ts'
import { UnresolvedRef } from '../values/ref.ts'
import type { SetBound } from '../values/set.ts'
import { isArray, type Value } from '../values/value.ts'
import { splitAt } from './place.ts'
import type { Shape } from './shape.ts'

/**
 * The place of a cursor: before (or after) everything that it covers (fql-v4 §6.2).
 *
 * @throws `invalid ref` at `position` for an unresolved ref, also inside an array
 */
export function boundOf(
  cursor: Value,
  shape: Shape,
  position: Position,
  side: SetBound['side'] = 'before',
): SetBound {
  const parts = isArray(cursor) ? cursor : [cursor]
  const unresolved = parts.find((part) => part instanceof UnresolvedRef)
  if (unresolved instanceof UnresolvedRef) throw unresolvedError(unresolved, position)
  // Of what a lambda joins, the last value is taken for the ref (fql-v4 §5.9).
  const count = shape.isOpen ? Math.max(parts.length - 1, 0) : shape.reversed.length
  return splitAt(parts, count, side)
}
