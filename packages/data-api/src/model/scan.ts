/** Ranges of entries and documents, as they are now or were at a valid time. */
import { type EntriesOptions, Ref, type SetBound } from '@vivarium/fql'
import type { Entry } from '@vivarium/store'
import { ttlOfVersion, versionHeader } from './codec.ts'
import { addedAt, isEntryExpired } from './entry-records.ts'
import { withPast } from './histories.ts'
import { after, idInDocumentKey, type KeyRange } from './keys.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** How a range is read, and how many partitions of the set it stands for (wire §3.2). */
export interface ScanOptions extends EntriesOptions {
  readonly partitions: number
}

/** The range of keys between the bounds of a set. */
export function boundsOf(
  whole: KeyRange,
  place: (bound: SetBound) => Uint8Array,
  { from, to, reverse = false }: EntriesOptions,
): KeyRange {
  const at = (bound: SetBound | undefined, otherwise: Uint8Array) => {
    if (bound === undefined) return otherwise
    const key = place(bound)
    return bound.side === 'after' ? after(key) : key
  }
  return reverse ? [at(to, whole[0]), at(from, whole[1])] : [at(from, whole[0]), at(to, whole[1])]
}

/** The index entries of a range that were there at `at` (now, if absent) and have not expired since. */
export function* entriesAt(
  unit: UnitOfWork,
  range: KeyRange,
  options: ScanOptions,
): IterableIterator<Entry> {
  const { at } = options
  if (at === undefined) {
    for (const entry of scan(unit, range, options)) {
      if (!isEntryExpired(unit, entry.value)) yield entry
    }
    return
  }
  const { transaction } = unit
  transaction.countSet(options.partitions, options.reading)
  for (const { key, present, past } of withPast(unit, range, options.reverse ?? false)) {
    const removed = past.find(({ micros, value }) => addedAt(value) <= at && at < micros)
    const value = present !== undefined && addedAt(present) <= at ? present : removed?.value
    transaction.countRead(key.length + (value?.length ?? 0), options.reading)
    if (value !== undefined && !isEntryExpired(unit, value)) yield { key, value }
  }
}

/** The documents of a collection's range that were there at `at` (now, if absent) and have not expired. */
export function* documentsAt(
  unit: UnitOfWork,
  collection: Ref,
  range: KeyRange,
  options: ScanOptions,
): IterableIterator<Ref> {
  const { at } = options
  const { transaction } = unit
  const number = Number(collection.id)
  const documentOf = (key: Uint8Array) => new Ref(collection.database, number, idInDocumentKey(key))
  if (at === undefined) {
    for (const { key, value } of scan(unit, range, options)) {
      if (!isLive(unit, value)) continue
      const ref = documentOf(key)
      transaction.notePassed(ref, value)
      yield ref
    }
    return
  }
  transaction.countSet(options.partitions, options.reading)
  for (const { key, present, past } of withPast(unit, range, options.reverse ?? false)) {
    const versions = [
      ...past.map(({ value }) => value),
      ...(present === undefined ? [] : [present]),
    ]
    transaction.countRead(key.length, options.reading)
    const [valid] = versions
      .map((value) => ({ value, ...versionHeader(value) }))
      .filter(({ micros }) => micros <= at)
      .toSorted((a, b) => (a.micros < b.micros ? 1 : -1))
    if (valid !== undefined && !valid.isDeletion && isLive(unit, valid.value)) {
      yield documentOf(key)
    }
  }
}

function isLive(unit: UnitOfWork, version: Uint8Array): boolean {
  const ttl = ttlOfVersion(version)
  return ttl === undefined || ttl > unit.transaction.timestamp
}

function* scan(
  unit: UnitOfWork,
  range: KeyRange,
  { reverse = false, expected, partitions, reading }: ScanOptions,
): IterableIterator<Entry> {
  const { transaction } = unit
  transaction.countSet(partitions, reading)
  const options = expected === undefined ? { reverse } : { reverse, expected }
  for (const entry of transaction.range(...range, options)) {
    transaction.countRead(entry.key.length + entry.value.length, reading)
    yield entry
  }
}
