/** Union, intersection and difference of sets (fql-v4 §5.3). */
import type { Context } from '../context.ts'
import { compareRefs } from '../values/order-key.ts'
import { Ref } from '../values/ref.ts'
import type { SetEntry, SetValue } from '../values/set.ts'
import { bySource, byValues, groups } from './merge.ts'
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
    const kept = keepers[form](bySource(group, sets.length), shape, sets)
    if (span.reverse) kept.reverse()
    for (const one of kept) {
      const entry = inShape(one, shape)
      if (isWithin(entry, span, shape)) yield entry
    }
  }
}

/** The longest of several lists of flags. */
export const longest = (lists: readonly (readonly boolean[])[]) =>
  lists.reduce((a, b) => (b.length > a.length ? b : a), [])

/** What each operation keeps of a group, in set order: of the entries of each operand, in set order too. */
export const keepers: Readonly<
  Record<
    'union' | 'intersection' | 'difference',
    (
      entries: readonly (readonly SetEntry[])[],
      shape: Shape,
      /** The operands, for the entries to know which they are of. */
      sets: readonly SetValue[],
    ) => SetEntry[]
  >
> = {
  union: (entries, shape, sets) => pairedUp(entries, Math.max(...counts(entries)), shape, sets),
  intersection: (entries, shape, sets) =>
    pairedUp(entries, Math.min(...counts(entries)), shape, sets),
  difference: ([first = [], ...others], shape, sets) =>
    others.every((other) => other.length === 0) ? pairedUp([first], first.length, shape, sets) : [],
}

const counts = (entries: readonly (readonly SetEntry[])[]) => entries.map((list) => list.length)

/** The first `count` copies: of the i-th of each operand the first by its ref, with all their sources. */
function pairedUp(
  entries: readonly (readonly SetEntry[])[],
  count: number,
  { refReversed }: Shape,
  sets: readonly SetValue[],
): SetEntry[] {
  const paired: SetEntry[] = []
  for (let i = 0; i < count; i++) {
    let first: SetEntry | undefined
    const sources: SetValue[] = []
    for (let operand = 0; operand < entries.length; operand++) {
      const copy = entries[operand]?.[i]
      if (copy === undefined) continue
      const order = first === undefined ? 0 : compareRefs(copy.ref, first.ref)
      if (first === undefined || (refReversed ? order > 0 : order < 0)) first = copy
      if (copy.sources !== undefined) sources.push(...copy.sources)
      else sources.push(...sets.slice(operand, operand + 1))
    }
    if (first !== undefined) paired.push({ values: first.values, ref: first.ref, sources })
  }
  return paired
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
