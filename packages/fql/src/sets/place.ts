/**
 * Places among the entries of a set, as bytes that compare (fql-v4 §5.1, §6.2). The values that a set's
 * algebra matches entries by are the covered values, or the ref where there are none: the entry's group.
 */

import { sortsAfterRefs } from '../values/order.ts'
import { orderKey } from '../values/order-key.ts'
import { Ref } from '../values/ref.ts'
import type { SetBound, SetEntry } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { flagsOf, type Shape } from './shape.ts'

/** What a set is asked to read: which part of it, and from which end. */
export interface Span {
  /** Start here; default: the first entry, or the last if `reverse`. */
  readonly from?: SetBound | undefined
  /** Stop here. */
  readonly to?: SetBound | undefined
  readonly reverse?: boolean | undefined
  /** How many entries are likely to be taken. */
  readonly expected?: number | undefined
}

/** The bytes of a place between entries. */
export function placeKey({ values, ref, side }: SetBound, shape: Shape): Buffer {
  const prefix = orderKey(ref === undefined ? values : [...values, ref], flagsOf(shape))
  return Buffer.concat([prefix, Buffer.from(side === 'after' ? [0xff] : [])])
}

/** The bytes of an entry: above those of a place before it, below those of one after. */
export function entryKey({ values, ref }: SetEntry, shape: Shape): Buffer {
  return Buffer.from(orderKey([...values, ref], flagsOf(shape)))
}

/** Whether an entry lies within a span. */
export function isWithin(entry: SetEntry, span: Span, shape: Shape): boolean {
  if (span.from === undefined && span.to === undefined) return true
  const key = entryKey(entry, shape)
  const [low, high] = span.reverse ? [span.to, span.from] : [span.from, span.to]
  if (low !== undefined && Buffer.compare(key, placeKey(low, shape)) < 0) return false
  return high === undefined || Buffer.compare(key, placeKey(high, shape)) < 0
}

/** The values that an entry is matched by. */
export function groupOf({ values, ref }: SetEntry): readonly Value[] {
  return values.length === 0 ? [ref] : values
}

/** A span widened to whole groups: what happens to an entry depends on all that equal it. */
export function wholeGroups(span: Span): Span {
  const low = span.reverse ? 'to' : 'from'
  const widen = (end: 'from' | 'to') => {
    const bound = span[end]
    if (bound?.ref === undefined || bound.values.length === 0) return bound
    return { values: bound.values, side: end === low ? ('before' as const) : ('after' as const) }
  }
  return { ...span, from: widen('from'), to: widen('to') }
}

/** A place in one set as the same place in a set that covers another number of values. */
export function placeIn(shape: Shape, bound: SetBound | undefined): SetBound | undefined {
  if (bound === undefined || shape.isOpen) return bound
  const parts = bound.ref === undefined ? bound.values : [...bound.values, bound.ref]
  return splitAt(parts, shape.reversed.length, bound.side)
}

/** The place of a list of values, of which the one after `count` stands for the ref. */
export function splitAt(parts: readonly Value[], count: number, side: SetBound['side']): SetBound {
  const values = parts.slice(0, count)
  const last = parts[count]
  if (last === undefined) return { values, side }
  if (last instanceof Ref) return { values, ref: last, side }
  return { values, side: sortsAfterRefs(last) ? 'after' : 'before' }
}
