import type { Context } from '../context.ts'
import type { SetEntry } from '../values/set.ts'
import { byValues, groups } from './merge.ts'
import { isWithin, type Span, wholeGroups } from './place.ts'
import { flagsOf, type Shape } from './shape.ts'

/** The first entry of each group of equal values (fql-v4 §5.4). */
export function* distinctEntries(
  read: (span: Span) => Iterable<SetEntry>,
  shape: Shape,
  span: Span,
  context: Context,
): Iterable<SetEntry> {
  const source = read(wholeGroups(span))
  const matching = byValues(flagsOf(shape))
  for (const { entries } of groups([source], matching, span.reverse ?? false, context)) {
    const first = entries[0]
    if (first !== undefined && isWithin(first, span, shape)) yield first
  }
}
