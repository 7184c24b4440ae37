import type { SetBound, SetEntry } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { placeKey, type Span, splitAt } from './place.ts'
import type { Shape } from './shape.ts'

/** The entries between two bounds, both inclusive, in the set's own order (fql-v4 §5.8). */
export function rangeEntries(
  bounds: { readonly from: readonly Value[]; readonly to: readonly Value[] },
  shape: Shape,
  span: Span,
  read: (span: Span) => Iterable<SetEntry>,
): Iterable<SetEntry> {
  const place = (values: readonly Value[], side: SetBound['side']) => {
    const count = shape.isOpen ? Math.max(values.length - 1, 0) : shape.reversed.length
    return values.length === 0 ? undefined : splitAt(values, count, side)
  }
  const [low, high] = span.reverse ? [span.to, span.from] : [span.from, span.to]
  const begin = furthest(place(bounds.from, 'before'), low, 1, shape)
  const end = furthest(place(bounds.to, 'after'), high, -1, shape)
  if (begin !== undefined && end !== undefined) {
    if (Buffer.compare(placeKey(begin, shape), placeKey(end, shape)) >= 0) return []
  }
  return read(span.reverse ? { ...span, from: end, to: begin } : { ...span, from: begin, to: end })
}

/** Of two places the later (1) or the earlier (-1); an absent one does not restrict. */
function furthest(
  a: SetBound | undefined,
  b: SetBound | undefined,
  direction: 1 | -1,
  shape: Shape,
): SetBound | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Buffer.compare(placeKey(a, shape), placeKey(b, shape)) * direction >= 0 ? a : b
}
