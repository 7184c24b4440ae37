import { sortsAfterRefs } from '../values/order.ts'
import { Ref } from '../values/ref.ts'
import type { SetBound, SetEntry } from '../values/set.ts'
import type { Span } from './place.ts'
import type { Shape } from './shape.ts'

/** The entries of a set backwards (fql-v4 §5.7). `source` is the shape of the set that is reversed. */
export function* reversedEntries(
  source: Shape,
  span: Span,
  read: (span: Span) => Iterable<SetEntry>,
): Iterable<SetEntry> {
  const hasNoValues = source.reversed.length === 0 && !source.isOpen
  const flip = hasNoValues ? flippedRef : flipped
  const backwards = read({
    ...span,
    from: span.from && flip(span.from),
    to: span.to && flip(span.to),
    reverse: !(span.reverse ?? false),
  })
  for (const entry of backwards) yield hasNoValues ? { ...entry, values: [entry.ref] } : entry
}

const otherSide = { before: 'after', after: 'before' } as const

/** Before everything in one order is after everything in the other. */
function flipped({ values, ref, side }: SetBound): SetBound {
  return { values, ref, side: otherSide[side] }
}

/** A place among entries whose one value is their ref, among entries without values. */
function flippedRef({ values: [value], side }: SetBound): SetBound {
  if (value === undefined) return { values: [], side: otherSide[side] }
  if (value instanceof Ref) return { values: [], ref: value, side: otherSide[side] }
  return { values: [], side: sortsAfterRefs(value) ? 'after' : 'before' }
}
