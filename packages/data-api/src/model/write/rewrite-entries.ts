/**
 * Index entries of a past that is rewritten (data-model §4.4).
 *
 * An entry stays in its index as long as one version after another has it; its record says from when, and
 * if it is over, until when. A version that is written or removed changes which entries there are from its
 * time until the next version: stays are cut there, begin there, or are joined.
 *
 * ```
 * before      |---- stay ---------------->        |---- stay ---->
 * changed     |---- stay --|                      |---- stay ------------- …
 *             ^            ^ the version          ^            ^ the version
 * ```
 *
 * An index that is still being built may lack a record: it will be made from the history as it is then.
 */
import type { Ref } from '@vivarium/fql'
import type { StoredVersion } from '../codec.ts'
import type { DatabaseView } from '../database-view.ts'
import {
  addEntry,
  addedAt,
  deleteStay,
  entryName,
  putStay,
  recordedValue,
  removeEntry,
  type Stay,
} from '../entry-records.ts'
import { type Entry, entriesOf } from '../index-entries.ts'
import { pastEntryKey, pastEntryKeysAfter, presentKey } from '../keys.ts'
import type { Index } from '../schema.ts'
import type { UnitOfWork } from '../unit-of-work.ts'
import type { Moment } from '../version-history.ts'

/** A change of a document's history, before it is made: the version to be there, or none. */
export interface HistoryChange extends Moment {
  readonly version: StoredVersion | undefined
}

/** Changes every index of the document's collection. Unique indexes are not asked. */
export function rewriteEntries(view: DatabaseView, ref: Ref, change: HistoryChange): void {
  for (const index of view.unit.schema(ref.database).indexesOf(ref.collection)) {
    rewriteIndex(view, index, ref, change)
  }
}

type Entries = ReadonlyMap<string, Entry>

function rewriteIndex(view: DatabaseView, index: Index, ref: Ref, change: HistoryChange): void {
  const { unit } = view
  const { micros, previous, same, next, version } = change
  const entries = (one: StoredVersion | undefined): Entries =>
    one === undefined || one.isDeletion
      ? new Map()
      : named(entriesOf(view, index, ref, one.fields, one.micros))
  const before = entries(previous)
  const old = same === undefined ? before : entries(same)
  const now = version === undefined ? before : entries(version)
  const gone = without(old, now)
  const come = without(now, old)
  if (micros === unit.transaction.timestamp) {
    for (const { key } of gone) removeEntry(unit, key)
    for (const { key, value } of come) addEntry(unit, key, value)
    return
  }
  const later = entries(next)
  // A stay that is cut may leave its place to another one of the same key, so cuts come first.
  for (const entry of gone) cutStay(unit, entry, change, later.has(nameOf(entry)))
  for (const entry of come) {
    const isAround = {
      before: before.has(nameOf(entry)),
      after: next !== undefined && later.has(nameOf(entry)),
    }
    extendStay(unit, entry, change, isAround)
  }
}

const nameOf = ({ key, value }: Entry) => Buffer.concat([key, value]).toString('latin1')

const named = (entries: readonly Entry[]): Entries =>
  new Map(entries.map((entry) => [nameOf(entry), entry]))

const without = (these: Entries, those: Entries): readonly Entry[] =>
  [...these].filter(([name]) => !those.has(name)).map(([, entry]) => entry)

/** Takes [micros, next) out of the stay that an entry has there. */
function cutStay(
  unit: UnitOfWork,
  entry: Entry,
  { micros, next }: HistoryChange,
  isInNext: boolean,
): void {
  const stay = stayAt(unit, entry, micros)
  if (stay === undefined) return
  unit.removedEntries.delete(entryName(entry.key))
  deleteStay(unit, entry.key, stay)
  const { added, removed } = stay
  if (added < micros) putStay(unit, entry.key, { added, removed: micros }, entry.value)
  // What is in the next version stays on from there.
  if (next !== undefined && isInNext) {
    putStay(unit, entry.key, { added: next.micros, removed }, entry.value)
  }
}

/** Adds [micros, next) to the stays of an entry, joined with those around. */
function extendStay(
  unit: UnitOfWork,
  entry: Entry,
  { micros, next }: HistoryChange,
  isAround: { readonly before: boolean; readonly after: boolean },
): void {
  const earlier = isAround.before ? stayEndingAt(unit, entry, micros) : undefined
  const later = isAround.after && next ? stayAt(unit, entry, next.micros) : undefined
  // The builder of the index has not come here yet.
  if (isAround.after && later === undefined) return
  unit.removedEntries.delete(entryName(entry.key))
  for (const joined of [earlier, later]) if (joined) deleteStay(unit, entry.key, joined)
  const added = earlier?.added ?? micros
  const removed = later === undefined ? next?.micros : later.removed
  putStay(unit, entry.key, { added, removed }, entry.value)
}

/** The stay in which an entry is there at `micros`. */
function stayAt({ transaction }: UnitOfWork, entry: Entry, micros: bigint): Stay | undefined {
  const present = transaction.get(entry.key)
  if (present !== undefined && isOf(entry, present) && addedAt(present) <= micros) {
    return { added: addedAt(present) }
  }
  const past = transaction.range(...pastEntryKeysAfter(entry.key, micros), { expected: 1 })
  for (const { key, value } of past) {
    if (addedAt(value) > micros || !isOf(entry, value)) return undefined
    return { added: addedAt(value), removed: presentKey(key).micros }
  }
  return undefined
}

function stayEndingAt({ transaction }: UnitOfWork, entry: Entry, micros: bigint): Stay | undefined {
  const record = transaction.get(pastEntryKey(entry.key, micros))
  if (record === undefined || !isOf(entry, record)) return undefined
  return { added: addedAt(record), removed: micros }
}

const isOf = ({ value }: Entry, record: Uint8Array) =>
  Buffer.compare(recordedValue(record), value) === 0
