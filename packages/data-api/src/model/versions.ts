/** Reading and writing the versions of documents (data-model §4.1). */
import {
  type DatabaseId,
  formatTime,
  type Integer,
  nativeCollections,
  ObjectValue,
  type Ref,
  RequestError,
  Time,
  userCollectionIdMin,
  type Value,
} from '@vivarium/fql'
import { decodeVersion, encodeVersion, type StoredVersion, ttlOfVersion } from './codec.ts'
import { noteCreated, noteDeleted } from './event-log.ts'
import { documentKey, historyKey, historyRange } from './keys.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** The newest version, expired or not; undefined if there is none or it was deleted. */
export function newestVersion(unit: UnitOfWork, ref: Ref): StoredVersion | undefined {
  const bytes = unit.transaction.passed(ref) ?? unit.transaction.get(documentKey(ref))
  if (bytes === undefined) return undefined
  return decodeVersion(bytes, unit.lambdas(ref.database))
}

/**
 * The live version now, or at a valid time. What has expired at the transaction's time is never live,
 * whatever time is asked for (data-model §3.4).
 *
 * @throws RequestError `bad request` for a time before the minimum valid time
 */
export function liveVersion(
  unit: UnitOfWork,
  ref: Ref,
  at: bigint | undefined,
): StoredVersion | undefined {
  if (at !== undefined) checkValidTime(unit, ref.database, ref.collection, at)
  const newest = newestVersion(unit, ref)
  const version =
    at === undefined || (newest !== undefined && newest.micros <= at)
      ? newest
      : versionAt(unit, ref, at)
  return version === undefined || isExpired(unit, version.fields.get('ttl')) ? undefined : version
}

/** Whether a document is live now; its fields are not read. */
export function isLive(unit: UnitOfWork, ref: Ref): boolean {
  const bytes = unit.transaction.get(documentKey(ref))
  if (bytes === undefined) return false
  const ttl = ttlOfVersion(bytes)
  return ttl === undefined || ttl > unit.transaction.timestamp
}

/** The version that was valid at a time before the newest one. */
function versionAt(unit: UnitOfWork, ref: Ref, at: bigint): StoredVersion | undefined {
  const history = unit.transaction.range(...historyRange(ref, at), { reverse: true, expected: 1 })
  for (const { value } of history) {
    unit.transaction.bytesRead += value.length
    const version = decodeVersion(value, unit.lambdas(ref.database))
    return version.isDeletion ? undefined : version
  }
  return undefined
}

/** Whether a `ttl` lies at or before the transaction's time. */
export function isExpired(unit: UnitOfWork, ttl: Value | undefined): boolean {
  return expiresBy(ttl, unit.transaction.timestamp)
}

/** Whether a `ttl` lies at or before a time. */
export function expiresBy(ttl: Value | undefined, micros: bigint): boolean {
  return ttl instanceof Time && ttl.toMicros() <= micros
}

/**
 * Writes a version valid from this transaction on, and keeps the one before it. Several writes of one
 * transaction leave one version.
 *
 * @returns the versions that can no longer be read, which are gone now
 */
export function putVersion(
  unit: UnitOfWork,
  ref: Ref,
  fields: StoredVersion['fields'],
  previous: StoredVersion | undefined,
): readonly StoredVersion[] {
  const micros = unit.transaction.timestamp
  const forgotten = keepPrevious(unit, ref, previous)
  // At one time there is one version: this one takes the place of a deletion of the same transaction.
  const isBack = unit.forgetDeletion(historyKey(ref, micros))
  if (previous === undefined) noteCreated(unit, ref, isBack)
  const version = { micros, isDeletion: false, fields }
  unit.transaction.put(documentKey(ref), versionBytes(unit, ref, version))
  unit.changes?.wrote(ref, previous, version)
  return forgotten
}

/** Most bytes that one version of a document may have (data-model §9.3). */
const versionBytesMax = 8 * 1024 * 1024

/** A version as it is stored. @throws RequestError for one that is too large */
export function versionBytes(unit: UnitOfWork, ref: Ref, version: StoredVersion): Uint8Array {
  const bytes = encodeVersion(version, unit.lambdas(ref.database))
  if (bytes.length <= versionBytesMax) return bytes
  const why = `Version bytes (${bytes.length}) exceeds threshold (${versionBytesMax})`
  throw new RequestError(400, 'bad request', why)
}

/**
 * Removes the newest version, and keeps it and the deletion in the history.
 *
 * @returns as `putVersion`
 */
export function deleteVersion(
  unit: UnitOfWork,
  ref: Ref,
  previous: StoredVersion,
): readonly StoredVersion[] {
  const forgotten = keepPrevious(unit, ref, previous)
  const deletion = {
    micros: unit.transaction.timestamp,
    isDeletion: true,
    fields: ObjectValue.empty,
  }
  const key = historyKey(ref, deletion.micros)
  unit.transaction.put(key, encodeVersion(deletion, unit.lambdas(ref.database)))
  unit.noteDeletion(key)
  unit.transaction.delete(documentKey(ref))
  noteDeleted(unit, ref, previous.micros >= deletion.micros)
  unit.changes?.wrote(ref, previous, undefined)
  return forgotten
}

function keepPrevious(
  unit: UnitOfWork,
  ref: Ref,
  previous: StoredVersion | undefined,
): readonly StoredVersion[] {
  if (previous === undefined || previous.micros >= unit.transaction.timestamp) return []
  const bytes = encodeVersion(previous, unit.lambdas(ref.database))
  unit.transaction.put(historyKey(ref, previous.micros), bytes)
  return forgetVersions(unit, ref)
}

/**
 * Drops what can no longer be read: of the versions from before the minimum valid time, all but the one
 * that was valid at it. So the history of a document that is written often stays within its window.
 */
function forgetVersions(unit: UnitOfWork, ref: Ref): readonly StoredVersion[] {
  const minimum = minimumValidTime(unit, ref.database, ref.collection)
  if (minimum <= 0n) return []
  const { transaction } = unit
  const old = Array.from(
    transaction.range(...historyRange(ref, minimum), { reverse: true }),
    ({ value }) => decodeVersion(value, unit.lambdas(ref.database)),
  )
  const forgotten = old.filter(({ isDeletion }, i) => i > 0 || isDeletion)
  for (const { micros } of forgotten) transaction.delete(historyKey(ref, micros))
  return forgotten
}

/** How long before a collection's own limit its history can still be read. */
const historyGraceMicros = 15n * 60_000_000n

/** The earliest valid time at which a collection can be read, in microseconds (data-model §4.1). */
export function minimumValidTime(
  unit: UnitOfWork,
  database: DatabaseId,
  collection: number,
): bigint {
  const now = unit.transaction.timestamp
  if (collection < userCollectionIdMin) {
    // Keys, tokens and credentials keep no history of their own, schema documents all of it.
    return withoutHistory.has(collection) ? now - historyGraceMicros : 0n
  }
  const known = unit.schema(database).collections.get(collection)
  if (known === undefined) return 0n
  const { historyDays, historyFloor } = known
  return later(historyStart(now, historyDays), historyFloor) - historyGraceMicros
}

const withoutHistory: ReadonlySet<number> = new Set([
  nativeCollections.keys,
  nativeCollections.tokens,
  nativeCollections.credentials,
])

const microsPerDay = 86_400_000_000n

/** The time before which `historyDays` keeps nothing; the epoch for null, which keeps all. */
export function historyStart(now: bigint, historyDays: Integer | null): bigint {
  return historyDays === null ? 0n : later(now - BigInt(historyDays) * microsPerDay, 0n)
}

const later = (a: bigint, b: bigint) => (a > b ? a : b)

/** @throws RequestError `bad request` for a valid time that is no longer kept */
export function checkValidTime(
  unit: UnitOfWork,
  database: DatabaseId,
  collection: number,
  at: bigint,
): void {
  const minimum = minimumValidTime(unit, database, collection)
  if (at >= minimum) return
  const [asked, allowed] = [at, minimum].map((micros) => formatTime(Time.fromMicros(micros)))
  const why = `Requested timestamp ${asked} less than minimum allowed timestamp ${allowed}.`
  throw new RequestError(400, 'bad request', why)
}
