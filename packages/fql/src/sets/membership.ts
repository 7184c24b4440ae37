import type { Context } from '../context.ts'
import { orderKey } from '../values/order-key.ts'
import type { EventEntry, SetEntry } from '../values/set.ts'
import { inShape, keepers, longest } from './algebra.ts'
import { byEvent, eventKey } from './event-place.ts'
import { byValues, groups } from './merge.ts'
import { flagsOf, type Shape } from './shape.ts'

/** What a set of sets keeps of equal entries, and what its members have of them. */
interface Standing {
  /** For each member its entries by their keys. */
  readonly members: readonly Map<string, SetEntry>[]
  kept: readonly SetEntry[]
}

/**
 * The history of an intersection or difference: the moments at which an entry comes to be one of it, or
 * ceases to be, in order. Everything is gone through from the beginning.
 *
 * @param histories of the members, whole
 */
export function* membershipEvents(
  operation: {
    readonly form: 'intersection' | 'difference'
    readonly shape: Shape
    /** Of the members. */
    readonly shapes: readonly Shape[]
  },
  histories: readonly Iterable<EventEntry>[],
  context: Context,
): Iterable<EventEntry> {
  const { form, shape, shapes } = operation
  const { keyOf } = byValues(longest(shapes.map(flagsOf)))
  const standings = new Map<string, Standing>()
  const keptOf = ({ members }: Standing) => {
    const entries = members.map((entries) => inRefOrder([...entries.values()], shape))
    return keepers[form](entries, shape, []).map((entry) => inShape(entry, shape))
  }
  for (const moment of moments(histories, context)) {
    const touched = new Map<string, Standing>()
    for (const { entry, member } of moment.events) {
      const name = nameOf(keyOf(entry))
      const standing = standings.get(name) ?? { members: histories.map(() => new Map()), kept: [] }
      standings.set(name, standing)
      touched.set(name, standing)
      change(standing.members[member] ?? new Map(), entry)
    }
    const events = [...touched.values()].flatMap((standing) => {
      const before = standing.kept
      standing.kept = keptOf(standing)
      return [
        ...missingIn(standing.kept, before).map((entry) => happened(entry, 'remove', moment)),
        ...missingIn(before, standing.kept).map((entry) => happened(entry, 'add', moment)),
      ]
    })
    yield* events
      .map((event) => ({ event, key: eventKey(event) }))
      .toSorted((a, b) => Buffer.compare(a.key, b.key))
      .map(({ event }) => event)
  }
}

/** Everything that happens at one time, with the member it happens to. */
interface Moment {
  readonly micros: bigint
  readonly events: readonly { readonly entry: EventEntry; readonly member: number }[]
}

function* moments(histories: readonly Iterable<EventEntry>[], context: Context): Iterable<Moment> {
  const inOrder = groups(histories, byEvent, false, context)
  let events: { entry: EventEntry; member: number }[] = []
  let micros: bigint | undefined
  for (const { entries, sources } of inOrder) {
    for (const [i, entry] of (entries as readonly EventEntry[]).entries()) {
      if (micros !== undefined && entry.event.micros !== micros) {
        yield { micros, events }
        events = []
      }
      micros = entry.event.micros
      events.push({ entry, member: sources[i] as number })
    }
  }
  if (micros !== undefined) yield { micros, events }
}

function change(member: Map<string, SetEntry>, { values, ref, event }: EventEntry): void {
  const name = entryName({ values, ref })
  if (event.action === 'remove' || event.action === 'delete') member.delete(name)
  else member.set(name, { values, ref })
}

function happened(
  { values, ref }: SetEntry,
  action: 'add' | 'remove',
  { micros, events }: Moment,
): EventEntry {
  const isPast = events.every(({ entry }) => entry.event.predates === true)
  const event = { of: 'set', micros, action } as const
  return { values, ref, event: isPast ? { ...event, predates: true } : event }
}

const nameOf = (key: Uint8Array) => Buffer.from(key).toString('latin1')

const entryName = ({ values, ref }: SetEntry) => nameOf(orderKey([...values, ref]))

/** The entries of `these` that `those` lacks. */
function missingIn(those: readonly SetEntry[], these: readonly SetEntry[]): readonly SetEntry[] {
  const names = new Set(those.map(entryName))
  return these.filter((entry) => !names.has(entryName(entry)))
}

function inRefOrder(entries: readonly SetEntry[], { refReversed }: Shape): readonly SetEntry[] {
  if (entries.length < 2) return entries
  const key = ({ ref }: SetEntry) => orderKey([ref], [refReversed])
  return entries.toSorted((a, b) => Buffer.compare(key(a), key(b)))
}
