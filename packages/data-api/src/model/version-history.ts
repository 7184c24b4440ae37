/** Writing versions at any valid time: the newest stands by itself, what it was in the history. */
import type { Ref } from '@vivarium/fql'
import type { StoredVersion } from './codec.ts'
import { noteHistory } from './event-log.ts'
import { documentKey, historyKey } from './keys.ts'
import type { UnitOfWork } from './unit-of-work.ts'
import { versionAfter, versionUpTo } from './version-range.ts'
import { newestVersion, versionBytes } from './versions.ts'

/** What a document's history has around a time. */
export interface Moment {
  readonly micros: bigint
  /** The last version or deletion before. */
  readonly previous: StoredVersion | undefined
  /** The one of this very time. */
  readonly same: StoredVersion | undefined
  /** The first one after. */
  readonly next: StoredVersion | undefined
}

/** What a document's history has around `micros`. */
export function versionsAround(unit: UnitOfWork, ref: Ref, micros: bigint): Moment {
  const upTo = versionUpTo(unit, ref, micros)
  const same = upTo?.micros === micros ? upTo : undefined
  const previous = same === undefined ? upTo : versionUpTo(unit, ref, micros - 1n)
  return { micros, previous, same, next: versionAfter(unit, ref, micros) }
}

/** The live version of a document before and after its history was rewritten. */
export interface Rewritten {
  readonly before?: StoredVersion
  readonly after?: StoredVersion
}

/** Writes a version at its time, in the place of the one that is there. */
export function putVersionAt(unit: UnitOfWork, ref: Ref, version: StoredVersion): Rewritten {
  const before = newestVersion(unit, ref)
  const { micros } = version
  if (versionAfter(unit, ref, micros) !== undefined) {
    keep(unit, ref, version)
    return result(before, before)
  }
  if (before !== undefined && before.micros < micros) keep(unit, ref, before)
  if (version.isDeletion) {
    keep(unit, ref, version)
    unit.transaction.delete(documentKey(ref))
    return result(before, undefined)
  }
  stand(unit, ref, version)
  return result(before, version)
}

/** Removes the version of a time; if it was the last, the one before it is valid now. */
export function removeVersionAt(unit: UnitOfWork, ref: Ref, micros: bigint): Rewritten {
  const before = newestVersion(unit, ref)
  const isLast = versionAfter(unit, ref, micros) === undefined
  if (before?.micros === micros) unit.transaction.delete(documentKey(ref))
  unit.transaction.delete(historyKey(ref, micros))
  if (!isLast) return result(before, before)
  const previous = versionUpTo(unit, ref, micros - 1n)
  if (previous === undefined || previous.isDeletion) return result(before, undefined)
  stand(unit, ref, previous)
  return result(before, previous)
}

const result = (
  before: StoredVersion | undefined,
  after: StoredVersion | undefined,
): Rewritten => ({
  ...(before && { before }),
  ...(after && { after }),
})

/** Puts a version or deletion into the history. */
function keep(unit: UnitOfWork, ref: Ref, version: StoredVersion): void {
  const key = historyKey(ref, version.micros)
  unit.transaction.put(key, versionBytes(unit, ref, version))
  const isOfNow = version.micros === unit.transaction.timestamp
  if (version.isDeletion && isOfNow) unit.noteDeletion(key)
}

/** Makes a version the newest; it is not in the history any more. */
function stand(unit: UnitOfWork, ref: Ref, version: StoredVersion): void {
  unit.transaction.delete(historyKey(ref, version.micros))
  unit.transaction.put(documentKey(ref), versionBytes(unit, ref, version))
}

/** Notes anew what happened to a document at a time whose version was changed, and by the one that follows. */
export function noteRewritten(unit: UnitOfWork, ref: Ref, micros: bigint): void {
  const next = versionAfter(unit, ref, micros)
  noteHistoryAt(unit, ref, micros)
  if (next !== undefined) noteHistoryAt(unit, ref, next.micros)
}

/** Notes what happened to a document at a time, by its history. */
export function noteHistoryAt(unit: UnitOfWork, ref: Ref, micros: bigint): void {
  const upTo = versionUpTo(unit, ref, micros)
  const isThere = upTo !== undefined && !upTo.isDeletion
  const before = upTo?.micros === micros ? versionUpTo(unit, ref, micros - 1n) : upTo
  const wasThere = before !== undefined && !before.isDeletion
  noteHistory(unit, ref, micros, isThere === wasThere ? undefined : isThere ? 'add' : 'remove')
}
