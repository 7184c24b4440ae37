/** The records of index entries: `index-entries.ts` says what is in them. */
import type { Value } from '@vivarium/fql'
import { decodeValues, type LambdaCodec } from './codec.ts'
import { forgetEntry, noteEntry } from './event-log.ts'
import { pastEntryKey } from './keys.ts'
import type { UnitOfWork } from './unit-of-work.ts'

const ttlOffset = 8

/** Where the values begin in an entry's record. */
export const entryValuesOffset = 16

/** The record of an entry that was added at `added`; `value` is its `ttl` and values. */
function entryRecord(added: bigint, value: Uint8Array): Uint8Array {
  const record = Buffer.alloc(ttlOffset + value.length)
  record.writeBigUInt64BE(added, 0)
  record.set(value, ttlOffset)
  return record
}

/** When an entry was added, in microseconds. */
export function addedAt(record: Uint8Array): bigint {
  return new DataView(record.buffer, record.byteOffset).getBigUint64(0)
}

/** What a record holds behind the time: the entry's `ttl` and values. */
export function recordedValue(record: Uint8Array): Uint8Array {
  return record.subarray(ttlOffset)
}

/** Whether the document of an entry has expired at the transaction's time. */
export function isEntryExpired(unit: UnitOfWork, record: Uint8Array): boolean {
  const ttl = entryExpiry(record)
  return ttl !== undefined && ttl <= unit.transaction.timestamp
}

/** When the document of an entry expires, in microseconds; undefined for never. */
export function entryExpiry(record: Uint8Array): bigint | undefined {
  if (neverExpires(record)) return undefined
  return new DataView(record.buffer, record.byteOffset).getBigInt64(ttlOffset)
}

/** Whether the `ttl` is zero: nearly always, and quicker to see than to read. */
function neverExpires(record: Uint8Array): boolean {
  for (let i = ttlOffset; i < entryValuesOffset; i++) if (record[i] !== 0) return false
  return true
}

const noValues: readonly Value[] = []

/** The values of an entry. */
export function entryValues(record: Uint8Array, lambdas: LambdaCodec): readonly Value[] {
  // The number of the values comes first.
  return record[entryValuesOffset] === 0
    ? noValues
    : decodeValues(record, lambdas, entryValuesOffset)
}

/** Removes an entry, and keeps what it was unless this transaction made it. */
export function removeEntry(unit: UnitOfWork, key: Uint8Array): void {
  const { transaction } = unit
  const record = transaction.get(key)
  if (record === undefined) return
  transaction.delete(key)
  const now = transaction.timestamp
  if (addedAt(record) >= now) {
    forgetEntry(unit, key, now, 'add')
    return
  }
  const kept = Uint8Array.from(record)
  noteEntry(unit, key, now, 'remove', valuesIn(kept))
  transaction.put(pastEntryKey(key, transaction.timestamp), kept)
  unit.removedEntries.set(entryName(key), kept)
}

/** Adds an entry; if this transaction removed the same one, it is as if it had stayed. */
export function addEntry(unit: UnitOfWork, key: Uint8Array, value: Uint8Array): void {
  const { transaction, removedEntries } = unit
  const removed = removedEntries.get(entryName(key))
  if (removed === undefined || Buffer.compare(recordedValue(removed), value) !== 0) {
    putStay(unit, key, { added: transaction.timestamp }, value)
    return
  }
  transaction.put(key, removed)
  forgetEntry(unit, key, transaction.timestamp, 'remove')
  transaction.delete(pastEntryKey(key, transaction.timestamp))
  removedEntries.delete(entryName(key))
}

/** From when an entry was in its index, and until when; it still is if that is absent. */
export interface Stay {
  readonly added: bigint
  readonly removed?: bigint | undefined
}

/** Writes the record of a stay; `value` is the entry's `ttl` and values. */
export function putStay(
  unit: UnitOfWork,
  key: Uint8Array,
  { added, removed }: Stay,
  value: Uint8Array,
): void {
  const record = entryRecord(added, value)
  unit.transaction.put(removed === undefined ? key : pastEntryKey(key, removed), record)
  noteStay(unit, key, { added, removed }, value)
}

/** Notes in the log when a stay began, and when it ended. */
export function noteStay(
  unit: UnitOfWork,
  key: Uint8Array,
  { added, removed }: Stay,
  value: Uint8Array,
): void {
  const values = value.subarray(entryValuesOffset - ttlOffset)
  noteEntry(unit, key, added, 'add', values)
  if (removed !== undefined) noteEntry(unit, key, removed, 'remove', values)
}

/** Deletes the record of a stay. */
export function deleteStay(unit: UnitOfWork, key: Uint8Array, { added, removed }: Stay): void {
  unit.transaction.delete(removed === undefined ? key : pastEntryKey(key, removed))
  forgetEntry(unit, key, added, 'add')
  if (removed !== undefined) forgetEntry(unit, key, removed, 'remove')
}

const valuesIn = (record: Uint8Array) => record.subarray(entryValuesOffset)

/** An entry's key as the key of a map. */
export const entryName = (key: Uint8Array) => Buffer.from(key).toString('latin1')
