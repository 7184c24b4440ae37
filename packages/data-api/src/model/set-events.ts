/**
 * The histories of the sets that the database itself has (fql-v4 §5.6).
 *
 * What can be seen of a history is read from its log, in the order of time (event-log.ts). Who combines
 * histories also asks what happened before: then all of a set is gone through, where its entries stand with
 * their past beside them, and sorted.
 */
import {
  type BaseSet,
  type EventEntry,
  type EventsOptions,
  eventKey,
  Ref,
  userCollectionIdMin,
  type Value,
} from '@vivarium/fql'
import { isAllowed } from './authorization.ts'
import { decodeValues, encodeValues, versionHeader } from './codec.ts'
import type { DatabaseView } from './database-view.ts'
import { documentEvents, singletonEvents } from './document-events.ts'
import { addedAt, entryValuesOffset } from './entry-records.ts'
import { documentEventsRange, type EventTimes, entryEventsRange, eventInKey } from './event-keys.ts'
import { withPast } from './histories.ts'
import {
  after,
  collectionRange,
  entryPrefix,
  idInDocumentKey,
  type KeyRange,
  refInEntryKey,
  termsPart,
} from './keys.ts'
import { collectionsOf, partitionsOf, readable } from './read-sets.ts'
import { minimumValidTime } from './versions.ts'

/** What happened to the entries of a set that the caller may see, in the order of fql-v4 §5.6. */
export function readEvents(
  view: DatabaseView,
  set: BaseSet,
  options: EventsOptions,
): Iterable<EventEntry> {
  const { transaction } = view.unit
  transaction.countSet(partitionsOf(view, set), options.reading)
  const isWhole = options.predating === true
  switch (set.form) {
    case 'match': {
      const { index, terms } = set
      const events = isWhole
        ? inOrder(indexEvents(view, index, terms, options), options)
        : loggedEntries(view, set, options)
      return visible(view, index, terms, options, events)
    }
    case 'documents':
    case 'schema': {
      const { collection } = set
      const events = isWhole
        ? inOrder(collectionEvents(view, collection, options), options)
        : loggedDocuments(view, collection, options)
      return visible(view, collection, null, options, events)
    }
    case 'document':
      return documentEvents(view.unit, set.ref, options)
    default:
      return singletonEvents(view.unit, set.ref, options)
  }
}

function visible(
  view: DatabaseView,
  resource: Ref,
  argument: Value,
  options: EventsOptions,
  events: Iterable<EventEntry>,
): Iterable<EventEntry> {
  const isOpen = isAllowed(view, 'unrestricted_read', resource, () => argument)
  return isOpen ? events : readable(view, events, options.expected)
}

function inOrder(
  events: Iterable<EventEntry>,
  { from, to, reverse = false }: EventsOptions,
): readonly EventEntry[] {
  const kept: { readonly key: Uint8Array; readonly entry: EventEntry }[] = []
  for (const entry of events) {
    const { micros } = entry.event
    if ((from !== undefined && micros < from) || (to !== undefined && micros > to)) continue
    kept.push({ key: eventKey(entry), entry })
  }
  const direction = reverse ? -1 : 1
  kept.sort((a, b) => Buffer.compare(a.key, b.key) * direction)
  return kept.map(({ entry }) => entry)
}

/** What the log says of an index's set. */
function loggedEntries(
  view: DatabaseView,
  set: Extract<BaseSet, { form: 'match' }>,
  options: EventsOptions,
): Iterable<EventEntry> {
  const { database } = set.index
  const lambdas = view.unit.lambdas(database)
  const prefix = entryPrefix(set.index, termsPart(encodeValues(set.terms, lambdas)))
  const minima = minimaOf(view, database)
  const starts = [...collectionsOf(view, set).collections].flatMap((one) => minima(one) ?? [])
  const times = timesOf(view, least(starts), options)
  return logged(view, entryEventsRange(prefix, times), options, (key, value) => {
    const { ref, micros, action } = eventInKey(key)
    const minimum = minima(ref.collection)
    if (minimum === undefined) return undefined
    return happened({ values: decodeValues(value, lambdas, 0), ref }, action, micros, minimum)
  })
}

/** What the log says of a collection. */
function loggedDocuments(
  view: DatabaseView,
  collection: Ref,
  options: EventsOptions,
): Iterable<EventEntry> {
  const { database } = collection
  const number = Number(collection.id)
  const minimum = minimaOf(view, database)(number)
  if (minimum === undefined) return []
  const range = documentEventsRange(database, number, timesOf(view, minimum, options))
  return logged(view, range, options, (key) => {
    const { ref, micros, action } = eventInKey(key)
    return happened({ values: [], ref }, action, micros, minimum)
  })
}

const least = (times: readonly bigint[]) => times.reduce((a, b) => (b < a ? b : a), times[0] ?? 0n)

function timesOf({ unit }: DatabaseView, minimum: bigint, { from, to }: EventsOptions): EventTimes {
  const { timestamp } = unit.transaction
  return {
    from: from === undefined || from < minimum ? minimum : from,
    to: to === undefined || to > timestamp ? timestamp : to,
  }
}

/** The events of a range of the log. Those of one time are put in order together: its keys have only times. */
function* logged(
  { unit }: DatabaseView,
  range: KeyRange,
  { reverse = false, expected, reading }: EventsOptions,
  eventOf: (key: Uint8Array, value: Uint8Array) => EventEntry | undefined,
): IterableIterator<EventEntry> {
  const options = expected === undefined ? { reverse } : { reverse, expected }
  let moment: EventEntry[] = []
  for (const { key, value } of unit.transaction.range(...range, options)) {
    unit.transaction.countRead(key.length + value.length, reading)
    const entry = eventOf(key, value)
    if (entry === undefined || entry.event.predates === true) continue
    if (moment[0] !== undefined && moment[0].event.micros !== entry.event.micros) {
      yield* inOrder(moment, { reverse, reading })
      moment = []
    }
    moment.push(entry)
  }
  yield* inOrder(moment, { reverse, reading })
}

/** How many things are gone through between two looks at the time. */
const thingsPerCheck = 1024

function* indexEvents(
  view: DatabaseView,
  index: Ref,
  terms: readonly Value[],
  { reading }: EventsOptions,
): IterableIterator<EventEntry> {
  const { unit } = view
  const { database } = index
  const lambdas = unit.lambdas(database)
  const prefix = entryPrefix(index, termsPart(encodeValues(terms, lambdas)))
  const minima = minimaOf(view, database)
  let count = 0
  for (const { key, present, past } of withPast(unit, [prefix, after(prefix)], false)) {
    if (++count % thingsPerCheck === 0) unit.meter.checkTime()
    const ref = refInEntryKey(key, database)
    const minimum = minima(ref.collection)
    if (minimum === undefined) continue
    const records = [
      ...past.map(({ micros, value }) => ({ value, removed: micros })),
      ...(present === undefined ? [] : [{ value: present, removed: undefined }]),
    ]
    for (const { value, removed } of records) {
      unit.transaction.countRead(key.length + value.length, reading)
      const values = decodeValues(value, lambdas, entryValuesOffset)
      yield happened({ values, ref }, 'add', addedAt(value), minimum)
      if (removed !== undefined) yield happened({ values, ref }, 'remove', removed, minimum)
    }
  }
}

/** The minimum valid time of each collection; undefined for one that is gone. */
function minimaOf(
  view: DatabaseView,
  database: bigint,
): (collection: number) => bigint | undefined {
  const { unit } = view
  const { collections } = unit.schema(database)
  const known = new Map<number, bigint | undefined>()
  return (collection) => {
    if (!known.has(collection)) {
      const exists = collection < userCollectionIdMin || collections.has(collection)
      const minimum = exists ? minimumValidTime(unit, database, collection) : undefined
      known.set(collection, minimum)
    }
    return known.get(collection)
  }
}

function* collectionEvents(
  view: DatabaseView,
  collection: Ref,
  { reading }: EventsOptions,
): IterableIterator<EventEntry> {
  const { unit } = view
  const { database } = collection
  const number = Number(collection.id)
  const minimum = minimaOf(view, database)(number)
  if (minimum === undefined) return
  let count = 0
  const range = collectionRange(database, number)
  for (const { key, present, past } of withPast(unit, range, false)) {
    if (++count % thingsPerCheck === 0) unit.meter.checkTime()
    const versions = [
      ...past.map(({ value }) => value),
      ...(present === undefined ? [] : [present]),
    ]
    const entry = { values: [], ref: new Ref(database, number, idInDocumentKey(key)) }
    let wasThere = false
    for (const version of versions) {
      unit.transaction.countRead(key.length + version.length, reading)
      const { micros, isDeletion } = versionHeader(version)
      if (isDeletion === wasThere) {
        yield happened(entry, isDeletion ? 'remove' : 'add', micros, minimum)
      }
      wasThere = !isDeletion
    }
  }
}

/** An event; one at or before the minimum valid time is past, but for an addition at that very time. */
function happened(
  entry: { readonly values: readonly Value[]; readonly ref: Ref },
  action: 'add' | 'remove',
  micros: bigint,
  minimum: bigint,
): EventEntry {
  const predates = action === 'add' ? micros < minimum : micros <= minimum
  const event = { of: 'set', micros, action } as const
  return { ...entry, event: predates ? { ...event, predates } : event }
}
