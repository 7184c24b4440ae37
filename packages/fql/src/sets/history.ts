/**
 * The histories of sets (fql-v4 §5.6): sequences of events, each an entry and what happened to it.
 *
 * ```
 * match documents schema document singleton     the database
 * union                                         the events of its members, each once
 * intersection difference                       what the members' events do to membership   membership.ts
 * distinct                                      the source's
 * join                                          the targets', while the source leads to them
 * range reverse filter                          none
 * ```
 *
 * A set of events can itself be combined with others and filtered; then it is the events that are matched.
 */
import type { Context } from '../context.ts'
import type { Reading } from '../documents.ts'
import { invalidArgument } from '../errors.ts'
import type { Position } from '../position.ts'
import { unreachable } from '../unreachable.ts'
import { Ref } from '../values/ref.ts'
import type { EventEntry, SetDescription, SetEntry, SetValue } from '../values/set.ts'
import { byEvent, eventKey, type HistoryKind } from './event-place.ts'
import { filteredEntries } from './filter.ts'
import { targetOf } from './join.ts'
import { membershipEvents } from './membership.ts'
import { bySource, groups } from './merge.ts'
import type { Span } from './place.ts'
import { isHistorical, shapeOf } from './shape.ts'

/** What reading a history needs besides the set. */
export interface HistoryReader {
  readonly context: Context
  /** Of the argument that is read; the form itself is where a set without a history is refused. */
  readonly position: Position
  /** What pays for it. */
  readonly reading: Reading
  readonly isReadable: (set: SetValue) => boolean
}

/** Which part of a history is read, and from which end. */
type Part = Pick<Span, 'from' | 'reverse' | 'expected'> & { readonly predating?: true }

/** Everything, from the beginning, and what was before it. */
const whole: Part = { predating: true }

/** @throws invalid argument: the set keeps no history, or is one already */
export function withoutHistory(position: Position) {
  return invalidArgument('Set does not support events history.', position)
}

/**
 * The events of a set that `Events` made, or that is made of such sets, in the order of fql-v4 §5.6.
 *
 * @throws `Set does not support events history.` at the form that reads
 */
export function* eventsOf(
  { set }: SetValue,
  part: Part,
  reader: HistoryReader,
): Iterable<EventEntry> {
  switch (set.form) {
    case 'events':
      for (const entry of within(historyOf(set.source, part, reader), part)) {
        if (entry.event.predates !== true) yield entry
      }
      return
    case 'distinct':
      yield* eventsOf(set.source, part, reader)
      return
    case 'union':
    case 'intersection':
    case 'difference':
      yield* combined(set.form, set.sets, part, reader)
      return
    case 'filter': {
      const { context } = reader
      const options = { context, expected: part.expected }
      const read = eventsOf(set.source, part, reader)
      yield* filteredEntries(set.lambda, set.position, read, options) as Iterable<EventEntry>
      return
    }
    default:
      throw withoutHistory(reader.position.parent ?? reader.position)
  }
}

/** Sets of events, matched event by event. */
function* combined(
  form: 'union' | 'intersection' | 'difference',
  sets: readonly SetValue[],
  part: Part,
  reader: HistoryReader,
): Iterable<EventEntry> {
  const read = sets.filter(reader.isReadable).map((set) => eventsOf(set, part, reader))
  for (const group of groups(read, byEvent, part.reverse ?? false, reader.context)) {
    const lists = bySource(group, read.length)
    const isKept = {
      union: true,
      intersection: lists.every((list) => list.length > 0),
      difference: lists.every((list, i) => i === 0 || list.length === 0),
    }[form]
    const [first] = group.entries as readonly EventEntry[]
    if (isKept && first !== undefined) yield first
  }
}

/** The events of a set of entries; some may lie outside of `part`, all of it is there. */
function historyOf(value: SetValue, part: Part, reader: HistoryReader): Iterable<EventEntry> {
  const { set } = value
  switch (set.form) {
    case 'match':
    case 'documents':
    case 'schema':
    case 'document':
    case 'singleton': {
      const { from, reverse = false, expected, predating = false } = part
      const bound = from?.event?.micros
      const limit = bound === undefined ? {} : reverse ? { to: bound } : { from: bound }
      return reader.context.documents.events(set, {
        ...limit,
        reverse,
        predating,
        reading: reader.reading,
        ...(expected === undefined ? {} : { expected }),
      })
    }
    case 'distinct':
      return historyOf(set.source, part, reader)
    case 'union': {
      const sets = set.sets.filter(reader.isReadable)
      return merged(
        sets.map((one) => historyOf(one, part, reader)),
        part,
        reader,
      )
    }
    case 'intersection':
    case 'difference': {
      const sets = set.sets.filter(reader.isReadable)
      const histories = sets.map((one) => historyOf(one, whole, reader))
      const shapes = sets.map((one) => shapeOf(one, reader.context))
      const shape = shapeOf(value, reader.context)
      const events = membershipEvents({ form: set.form, shape, shapes }, histories, reader.context)
      return inDirection(events, part)
    }
    case 'join':
      return joinHistory(set, part, reader)
    case 'range':
    case 'reverse':
    case 'filter':
    case 'events':
      throw withoutHistory(reader.position.parent ?? reader.position)
    default:
      return unreachable(set)
  }
}

function* inDirection(events: Iterable<EventEntry>, { reverse }: Part): Iterable<EventEntry> {
  yield* reverse === true ? [...events].reverse() : events
}

function* within(events: Iterable<EventEntry>, { from, reverse }: Part): Iterable<EventEntry> {
  const place = from?.event?.key
  for (const entry of events) {
    const order = place === undefined ? undefined : Buffer.compare(eventKey(entry), place)
    if (order === undefined || (reverse === true ? order < 0 : order >= 0)) yield entry
  }
}

/** Several histories as one; what happens in more than one happens once. */
function* merged(
  histories: readonly Iterable<EventEntry>[],
  part: Part,
  { context }: HistoryReader,
): Iterable<EventEntry> {
  for (const { entries } of groups(histories, byEvent, part.reverse ?? false, context)) {
    const all = entries as readonly EventEntry[]
    const shown = all.find(({ event }) => event.predates !== true) ?? all[0]
    if (shown !== undefined) yield shown
  }
}

/** A time in which an entry was in its set: from its addition until before its removal. */
interface Stay {
  readonly from: bigint
  to: bigint | undefined
}

/**
 * What happens in the targets while an entry of the source leads to them. That the source's entry comes or
 * goes makes no event of itself.
 */
function joinHistory(
  { source, target, position }: Extract<SetDescription, { form: 'join' }>,
  part: Part,
  reader: HistoryReader,
): Iterable<EventEntry> {
  const { context, isReadable } = reader
  const stays = staysOf(historyOf(source, whole, reader))
  const sources = context.documents.all(stays.length, (i) => {
    const { entry, times } = stays[i] as (typeof stays)[number]
    const set = targetOf(entry, target, context, position)
    return isReadable(set) ? [{ set, times }] : []
  })
  // An index that is named leads to entries as a whole; only a lambda's sets may have no history.
  if (sources.length === 0 && !(target instanceof Ref)) return []
  const histories = sources
    .flat()
    .map(({ set, times }) => during(historyOf(set, part, reader), times))
  return merged(histories, part, reader)
}

function* during(events: Iterable<EventEntry>, times: readonly Stay[]): Iterable<EventEntry> {
  for (const entry of events) {
    const { micros } = entry.event
    const isIn = ({ from, to }: Stay) => from <= micros && (to === undefined || micros < to)
    if (times.some(isIn)) yield entry
  }
}

function staysOf(
  history: Iterable<EventEntry>,
): readonly { readonly entry: SetEntry; readonly times: Stay[] }[] {
  const known = new Map<string, { readonly entry: SetEntry; readonly times: Stay[] }>()
  for (const { values, ref, event } of history) {
    const entry = { values, ref }
    // The key of the same event at no time in particular is that of the entry.
    const sample = eventKey({ ...entry, event: { of: 'set', micros: 0n, action: 'add' } })
    const name = Buffer.from(sample).toString('latin1')
    const found = known.get(name) ?? { entry, times: [] as Stay[] }
    known.set(name, found)
    const last = found.times.at(-1)
    if (isRemoval(event.action)) {
      if (last !== undefined) last.to ??= event.micros
    } else if (event.action !== 'update') {
      found.times.push({ from: event.micros, to: undefined })
    }
  }
  return [...known.values()]
}

const isRemoval = (action: EventEntry['event']['action']) =>
  action === 'remove' || action === 'delete'

/** Whether the events of a set are those of one document, or those of a set's entries. */
export function historyKindOf({ set }: SetValue): HistoryKind {
  switch (set.form) {
    case 'document':
      return 'document'
    case 'union':
    case 'intersection':
    case 'difference': {
      const [first] = set.sets
      if (first === undefined) return 'set'
      // Of what is done to memberships, the events are a set's.
      return set.form === 'union' || isHistorical(first) ? historyKindOf(first) : 'set'
    }
    case 'events':
    case 'distinct':
    case 'filter':
      return historyKindOf(set.source)
    default:
      return 'set'
  }
}
