/** Reading and writing the versions of documents (data-model §4.1). */
import { ObjectValue, type Ref, type Value } from '@vivarium/fql'
import { decodeVersion, encodeVersion, type StoredVersion, ttlOfVersion } from './codec.ts'
import { documentKey, historyKey, historyRange } from './keys.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** The newest version, expired or not; undefined if there is none or it was deleted. */
export function newestVersion(unit: UnitOfWork, ref: Ref): StoredVersion | undefined {
  const bytes = unit.transaction.get(documentKey(ref))
  if (bytes === undefined) return undefined
  unit.reads.bytesRead += bytes.length
  return decodeVersion(bytes, unit.lambdas(ref.database))
}

/**
 * The live version now, or at a valid time. What has expired at the transaction's time is never live,
 * whatever time is asked for (data-model §3.4).
 */
export function liveVersion(
  unit: UnitOfWork,
  ref: Ref,
  at: bigint | undefined,
): StoredVersion | undefined {
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
  unit.reads.bytesRead += bytes.length
  const ttl = ttlOfVersion(bytes)
  return ttl === undefined || ttl > unit.transaction.timestamp
}

/** The version that was valid at a time before the newest one. */
function versionAt(unit: UnitOfWork, ref: Ref, at: bigint): StoredVersion | undefined {
  const history = unit.transaction.range(...historyRange(ref, at), { reverse: true, expected: 1 })
  for (const { value } of history) {
    const version = decodeVersion(value, unit.lambdas(ref.database))
    return version.isDeletion ? undefined : version
  }
  return undefined
}

/** Whether a `ttl` lies at or before the transaction's time. */
export function isExpired(unit: UnitOfWork, ttl: Value | undefined): boolean {
  return (
    ttl !== null &&
    typeof ttl === 'object' &&
    'kind' in ttl &&
    ttl.kind === 'time' &&
    ttl.toMicros() <= unit.transaction.timestamp
  )
}

/**
 * Writes a version valid from this transaction on, and keeps the one before it. Several writes of one
 * transaction leave one version.
 */
export function putVersion(
  unit: UnitOfWork,
  ref: Ref,
  fields: StoredVersion['fields'],
  previous: StoredVersion | undefined,
): void {
  const micros = unit.transaction.timestamp
  keepPrevious(unit, ref, previous)
  const version = { micros, isDeletion: false, fields }
  unit.transaction.put(documentKey(ref), encodeVersion(version, unit.lambdas(ref.database)))
}

/** Removes the newest version, and keeps it and the deletion in the history. */
export function deleteVersion(unit: UnitOfWork, ref: Ref, previous: StoredVersion): void {
  keepPrevious(unit, ref, previous)
  const deletion = {
    micros: unit.transaction.timestamp,
    isDeletion: true,
    fields: ObjectValue.empty,
  }
  unit.transaction.put(
    historyKey(ref, deletion.micros),
    encodeVersion(deletion, unit.lambdas(ref.database)),
  )
  unit.transaction.delete(documentKey(ref))
}

function keepPrevious(unit: UnitOfWork, ref: Ref, previous: StoredVersion | undefined): void {
  if (previous === undefined || previous.micros >= unit.transaction.timestamp) return
  unit.transaction.put(
    historyKey(ref, previous.micros),
    encodeVersion(previous, unit.lambdas(ref.database)),
  )
}
