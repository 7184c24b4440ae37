/** The versions of one document between two valid times, one after another. */
import type { Ref } from '@vivarium/fql'
import { decodeVersion, type StoredVersion } from './codec.ts'
import { historyKey } from './keys.ts'
import type { UnitOfWork } from './unit-of-work.ts'
import { newestVersion } from './versions.ts'

/** Valid times, both inclusive. */
export interface TimeRange {
  readonly from: bigint
  readonly to: bigint
}

/** The versions and deletions of a document within a range of times, oldest first or newest first. */
export function* versionsWithin(
  unit: UnitOfWork,
  ref: Ref,
  { from, to }: TimeRange,
  { reverse = false, expected }: { readonly reverse?: boolean; readonly expected?: number } = {},
): IterableIterator<StoredVersion> {
  const first = from < 0n ? 0n : from
  if (to < first) return
  const newest = newestVersion(unit, ref)
  const isNewestIn = newest !== undefined && first <= newest.micros && newest.micros <= to
  if (reverse && isNewestIn) yield newest
  const lambdas = unit.lambdas(ref.database)
  const options = expected === undefined ? { reverse } : { reverse, expected }
  const kept = unit.transaction.range(historyKey(ref, first), historyKey(ref, to + 1n), options)
  for (const { value } of kept) yield decodeVersion(value, lambdas)
  if (!reverse && isNewestIn) yield newest
}

/** The last version or deletion at or before a time. */
export function versionUpTo(unit: UnitOfWork, ref: Ref, to: bigint): StoredVersion | undefined {
  const found = versionsWithin(unit, ref, { from: 0n, to }, { reverse: true, expected: 1 })
  for (const version of found) return version
  return undefined
}

/** The first version or deletion after a time. */
export function versionAfter(
  unit: UnitOfWork,
  ref: Ref,
  micros: bigint,
): StoredVersion | undefined {
  const later = { from: micros + 1n, to: unit.transaction.timestamp }
  for (const version of versionsWithin(unit, ref, later, { expected: 1 })) return version
  return undefined
}
