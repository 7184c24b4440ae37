import type { Context } from '../context.ts'
import type { Position } from '../position.ts'
import { elementOf, type SetValue } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { checkReadable, entriesOf } from './read-set.ts'

/** All elements of a set, in its order. @throws permission denied at `position` */
export function* elementsOf(set: SetValue, context: Context, position: Position): Iterable<Value> {
  checkReadable(set, context, position)
  for (const entry of entriesOf(set, context, position)) {
    // A set may have millions of elements, and nothing else counts them.
    context.meter.checkTime()
    yield elementOf(entry)
  }
}
