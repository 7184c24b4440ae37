/**
 * The histories of the sets that the database itself has (fql-v4 §5.6).
 *
 * Index entries and documents stand in the order of their sets, with their past beside them; a history is
 * in the order of time. So all of a set is gone through for each page of its history, and what lies within
 * the times asked for is sorted.
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
import { withPast } from './histories.ts'
import {
  after,
  collectionRange,
  entryPrefix,
  idInDocumentKey,
  refInEntryKey,
  termsPart,
} from './keys.ts'
import { partitionsOf, readable } from './read-sets.ts'
import { minimumValidTime } from './versions.ts'

/** What happened to the entries of a set that the caller may see, in the order of fql-v4 §5.6. */
export function readEvents(
  view: DatabaseView,
  set: BaseSet,
  options: EventsOptions,
): Iterable<EventEntry> {
  const { transaction } = view.unit
  transaction.countSet(partitionsOf(view, set), options.reading)
  switch (set.form) {
    case 'match':
      return visible(
        view,
        set.index,
        set.terms,
        options,
        indexEvents(view, set.index, set.terms, options),
      )
    case 'documents':
    case 'schema':
      return visible(
        view,
        set.collection,
        null,
        options,
        collectionEvents(view, set.collection, options),
      )
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
  const sorted = inOrder(events, options)
  const isOpen = isAllowed(view, 'unrestricted_read', resource, () => argument)
  return isOpen ? sorted : readable(view, sorted, options.expected)
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
