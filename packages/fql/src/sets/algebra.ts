/** Union, intersection and difference of sets (fql-v4 §5.3). */
import type { Context } from '../context.ts'
import { orderKey } from '../values/order-key.ts'
import { Ref } from '../values/ref.ts'
import type { SetEntry, SetValue } from '../values/set.ts'
import { byValues, type Group, groups } from './merge.ts'
import { isWithin, placeIn, type Span, wholeGroups } from './place.ts'
import { flagsOf, type Shape, shapeOf } from './shape.ts'

/** Reads a part of a set. */
export type Read = (set: SetValue, span: Span) => Iterable<SetEntry>

/** The entries of an operation on sets, in the first one's order. */
export function* combinedEntries(
  operation: {
    readonly form: 'union' | 'intersection' | 'difference'
    /** The sets that may be read. */
    readonly sets: readonly SetValue[]
    readonly shape: Shape
  },
  span: Span,
  context: Context,
  read: Read,
): Iterable<SetEntry> {
  const { form, sets, shape } = operation
  const shapes = sets.map((set) => shapeOf(set, context))
  const wide = wholeGroups(span)
  const sources = sets.map((set, i) => {
    const own = shapes[i] as Shape
    return read(set, { ...wide, from: placeIn(own, wide.from), to: placeIn(own, wide.to) })
  })
  const flags = longest(shapes.map(flagsOf))
  for (const group of groups(sources, byValues(flags), span.reverse ?? false, context)) {
    const kept = keepers[form](withSources(group, sets), shape)
    const ordered = kept.map((entry) => inShape(entry, shape))
    if (span.reverse) ordered.reverse()
    for (const entry of ordered) if (isWithin(entry, span, shape)) yield entry
  }
}

/** The longest of several lists of flags. */
export const longest = (lists: readonly (readonly boolean[])[]) =>
  lists.reduce((a, b) => (b.length > a.length ? b : a), [])

/** Entries that know which operand they are of. */
function withSources({ entries }: Group, sets: readonly SetValue[]): Group {
  return {
    entries: entries.map((list, i) =>
      list.map((entry) => ({ ...entry, sources: entry.sources ?? [sets[i] as SetValue] })),
    ),
  }
}

/** What each operation keeps of a group, in set order. */
export const keepers: Readonly<
  Record<'union' | 'intersection' | 'difference', (group: Group, shape: Shape) => SetEntry[]>
> = {
  union: ({ entries }, shape) => pairedUp(entries, Math.max(...counts(entries)), shape),
  intersection: ({ entries }, shape) => pairedUp(entries, Math.min(...counts(entries)), shape),
  difference: ({ entries: [first = [], ...others] }) =>
    others.every((other) => other.length === 0) ? [...first] : [],
}

const counts = (entries: Group['entries']) => entries.map((list) => list.length)

/** The first `count` copies: of the i-th of each operand the first by its ref, with all their sources. */
function pairedUp(entries: Group['entries'], count: number, { refReversed }: Shape): SetEntry[] {
  const refKey = ({ ref }: SetEntry) => orderKey([ref], [refReversed])
  return Array.from({ length: count }, (_, i) => {
    const copies = entries.flatMap((list) => list[i] ?? [])
    const first = copies.reduce((a, b) => (Buffer.compare(refKey(b), refKey(a)) < 0 ? b : a))
    return { ...first, sources: copies.flatMap(({ sources = [] }) => sources) }
  })
}

/** An entry in the shape of another set: a value that is the ref itself may be left out, or added. */
export function inShape(entry: SetEntry, { reversed, isOpen }: Shape): SetEntry {
  if (isOpen || reversed.length > 1) return entry
  const [only] = entry.values
  if (reversed.length === 0 && entry.values.length === 1 && only instanceof Ref) {
    return { ...entry, values: [], ref: only }
  }
  if (reversed.length === 1 && entry.values.length === 0) return { ...entry, values: [entry.ref] }
  return entry
}
