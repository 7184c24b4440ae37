import { unresolvedError } from '../casts.ts'
import type { Position } from '../position.ts'
import { sortsAfterRefs } from '../values/order.ts'
import { Ref, UnresolvedRef } from '../values/ref.ts'
import type { SetBound } from '../values/set.ts'
import { isArray, type Value } from '../values/value.ts'

/**
 * The place before everything that a value cursor covers (fql-v4 §6.2).
 *
 * @throws `invalid ref` at `position` for an unresolved ref, also inside an array
 */
export function boundOf(cursor: Value, valueCount: number, position: Position): SetBound {
  const parts = isArray(cursor) ? cursor : [cursor]
  const unresolved = parts.find((part) => part instanceof UnresolvedRef)
  if (unresolved instanceof UnresolvedRef) throw unresolvedError(unresolved, position)
  const values = parts.slice(0, valueCount)
  const last = parts[valueCount]
  if (last === undefined) return { values, side: 'before' }
  if (last instanceof Ref) return { values, ref: last, side: 'before' }
  return { values, side: sortsAfterRefs(last) ? 'after' : 'before' }
}
