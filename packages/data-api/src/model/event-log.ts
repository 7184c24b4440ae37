/**
 * What came into sets and went out of them, in the order of time, so that a page of a history costs what is
 * on it (docs/decisions/0004-event-log.md).
 *
 * The log repeats what records of entries and versions of documents say: `entry-records.ts` writes it with
 * every stay of an entry, `versions.ts` and `version-history.ts` with every version that begins or ends the
 * life of a document. What is older than the minimum valid time is no event any more, and is collected.
 */
import type { Ref } from '@vivarium/fql'
import { decodeVersion } from './codec.ts'
import { documentEventKey, type EventAction, entryEventKey } from './event-keys.ts'
import { historyRange } from './keys.ts'
import type { UnitOfWork } from './unit-of-work.ts'

const nothing = new Uint8Array()

/** Notes that an entry came or went; `values` is their encoding. */
export function noteEntry(
  { transaction }: UnitOfWork,
  entry: Uint8Array,
  micros: bigint,
  action: EventAction,
  values: Uint8Array,
): void {
  transaction.put(entryEventKey(entry, micros, action), values)
}

/** Forgets that an entry came or went. */
export function forgetEntry(
  { transaction }: UnitOfWork,
  entry: Uint8Array,
  micros: bigint,
  action: EventAction,
): void {
  transaction.delete(entryEventKey(entry, micros, action))
}

/**
 * Notes that this transaction makes a document that is not there.
 *
 * @param isBack it was deleted by this same transaction
 */
export function noteCreated(unit: UnitOfWork, ref: Ref, isBack: boolean): void {
  const { transaction } = unit
  const { timestamp } = transaction
  if (isBack) {
    transaction.delete(documentEventKey(ref, timestamp, 'remove'))
    if (wasThere(unit, ref)) return
  }
  transaction.put(documentEventKey(ref, timestamp, 'add'), nothing)
}

/** Notes that this transaction deletes a document. `isOwn`: its version is of this transaction too. */
export function noteDeleted(unit: UnitOfWork, ref: Ref, isOwn: boolean): void {
  const { transaction } = unit
  const { timestamp } = transaction
  if (isOwn && !wasThere(unit, ref)) transaction.delete(documentEventKey(ref, timestamp, 'add'))
  else transaction.put(documentEventKey(ref, timestamp, 'remove'), nothing)
}

/** Notes what a document's history says of a time: that it came, that it went, or nothing. */
export function noteHistory(
  { transaction }: UnitOfWork,
  ref: Ref,
  micros: bigint,
  happened: EventAction | undefined,
): void {
  for (const action of ['add', 'remove'] as const) {
    const key = documentEventKey(ref, micros, action)
    if (action === happened) transaction.put(key, nothing)
    else transaction.delete(key)
  }
}

/** Whether the history of a document, from before this transaction, ends with a version. */
function wasThere(unit: UnitOfWork, ref: Ref): boolean {
  const { transaction } = unit
  const range = historyRange(ref, transaction.timestamp - 1n)
  for (const { value } of transaction.range(...range, { reverse: true, expected: 1 })) {
    return !decodeVersion(value, unit.lambdas(ref.database)).isDeletion
  }
  return false
}
