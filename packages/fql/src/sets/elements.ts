import type { Context } from '../context.ts'
import type { Position } from '../position.ts'
import { elementOf, type SetValue } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { checkReadable, entriesOf } from './read-set.ts'

/** All elements of a set, in its order. @throws permission denied at `position` */
export function* elementsOf(set: SetValue, context: Context, position: Position): Iterable<Value> {
  checkReadable(set, context, position)
  for (const entry of entriesOf(set, context, position)) yield elementOf(entry)
}
