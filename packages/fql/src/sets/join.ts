import { set as setCast } from '../casts.ts'
import type { Context } from '../context.ts'
import { apply } from '../evaluate.ts'
import type { Position } from '../position.ts'
import type { LambdaValue } from '../values/lambda.ts'
import { compareRefs } from '../values/order-key.ts'
import { Ref } from '../values/ref.ts'
import { elementOf, type SetEntry, SetValue } from '../values/set.ts'
import type { Read } from './algebra.ts'
import { byValues, groups } from './merge.ts'
import { groupOf, isWithin, placeIn, type Span, wholeGroups } from './place.ts'
import { flagsOf, type Shape, shapeOf } from './shape.ts'

/**
 * The entries of the sets that the elements of a source lead to, merged in their order; of entries with
 * equal values the first (fql-v4 §5.9). The whole source is read.
 *
 * @throws `Set expected` at `join.position` (the form's `with`) for what is no set
 */
export function* joinedEntries(
  join: {
    readonly source: SetValue
    readonly target: Ref | LambdaValue
    readonly position: Position
    readonly shape: Shape
  },
  span: Span,
  context: Context,
  { read, isReadable }: { readonly read: Read; readonly isReadable: (set: SetValue) => boolean },
): Iterable<SetEntry> {
  const { source, target, position, shape } = join
  const elements = [...read(source, {})]
  const targets = context.documents.all(elements.length, (i) =>
    targetOf(elements[i] as SetEntry, target, context, position),
  )
  const readable = targets.filter(isReadable)
  const shapes = readable.map((set) => shapeOf(set, context))
  const actual = shapes.reduce((a, b) => (b.reversed.length > a.reversed.length ? b : a), shape)
  const wide = wholeGroups(span)
  const sources = readable.map((set, i) => {
    const own = shapes[i] as Shape
    return read(set, { ...wide, from: placeIn(own, wide.from), to: placeIn(own, wide.to) })
  })
  for (const { entries } of groups(
    sources,
    byValues(flagsOf(actual)),
    span.reverse ?? false,
    context,
  )) {
    const first = firstByRef(entries, actual)
    if (first !== undefined && isWithin(first, span, actual)) yield first
  }
}

/** The set that an element leads to. @throws `Set expected` at `position` for what is no set */
export function targetOf(
  entry: SetEntry,
  target: Ref | LambdaValue,
  context: Context,
  position: Position,
): SetValue {
  if (target instanceof Ref) {
    return new SetValue({ form: 'match', index: target, terms: groupOf(entry) })
  }
  return setCast.convert(apply(target, elementOf(entry), context, position), position, context)
}

function firstByRef(entries: readonly SetEntry[], { refReversed }: Shape): SetEntry | undefined {
  if (entries.length < 2) return entries[0]
  const [first, ...others] = entries
  return others.reduce((best, entry) => {
    const order = best === undefined ? 0 : compareRefs(entry.ref, best.ref)
    return (refReversed ? order > 0 : order < 0) ? entry : best
  }, first)
}
