/** The keys of what happened, in the order of time; keys.ts draws them. */
import { type DatabaseId, Ref } from '@vivarium/fql'
import {
  begin,
  type KeyRange,
  kindOffset,
  kinds,
  prefixInEntryKey,
  refInEntryKey,
  timeBytes,
  view,
  withKind,
} from './keys.ts'
import { writeUint64 } from './uint64.ts'

/** What may happen to an entry of a set or to a document; at one time, what goes is before what comes. */
export type EventAction = 'remove' | 'add'

const eventActions: readonly EventAction[] = ['remove', 'add']

/** That an entry came or went at `micros`. */
export function entryEventKey(entry: Uint8Array, micros: bigint, action: EventAction): Uint8Array {
  const { length } = prefixInEntryKey(entry)
  const key = Buffer.allocUnsafe(entry.length + timeBytes + 1)
  key.set(entry.subarray(0, length), 0)
  key[kindOffset] = kinds.entryEvent
  writeEvent(key, length, micros, action)
  key.set(entry.subarray(length), length + timeBytes + 1)
  return key
}

/** That a document came or went at `micros`. */
export function documentEventKey(ref: Ref, micros: bigint, action: EventAction): Uint8Array {
  const key = begin('documentEvent', ref.database, 31)
  key.writeUInt32BE(ref.collection, 10)
  writeEvent(key, 14, micros, action)
  writeUint64(key, ref.id, 23)
  return key
}

function writeEvent(key: Buffer, offset: number, micros: bigint, action: EventAction): void {
  writeUint64(key, micros, offset)
  key[offset + timeBytes] = eventActions.indexOf(action)
}

/** The first and the last time of a part of a history, both inclusive. */
export interface EventTimes {
  readonly from: bigint
  readonly to: bigint
}

/** What happened to the entries that begin with `prefix` (see `entryPrefix`). */
export function entryEventsRange(prefix: Uint8Array, times: EventTimes): KeyRange {
  return eventsRange(withKind(prefix, kinds.entryEvent), times)
}

/** What happened to the documents of a collection. */
export function documentEventsRange(
  database: DatabaseId,
  collection: number,
  times: EventTimes,
): KeyRange {
  const prefix = begin('documentEvent', database, 14)
  prefix.writeUInt32BE(collection, 10)
  return eventsRange(prefix, times)
}

function eventsRange(prefix: Uint8Array, { from, to }: EventTimes): KeyRange {
  const at = (micros: bigint) => {
    const key = Buffer.alloc(prefix.length + timeBytes)
    key.set(prefix, 0)
    writeUint64(key, micros, prefix.length)
    return key
  }
  return [at(from < 0n ? 0n : from), at(to < 0n ? 0n : to + 1n)]
}

/** What the key of an event says. */
export function eventInKey(key: Uint8Array): {
  readonly micros: bigint
  readonly action: EventAction
  readonly ref: Ref
} {
  const at = view(key)
  const database = at.getBigUint64(2)
  const isEntry = key[kindOffset] === kinds.entryEvent
  const offset = isEntry ? prefixInEntryKey(key).length : 14
  return {
    micros: at.getBigUint64(offset),
    action: eventActions[key[offset + timeBytes] ?? 0] ?? 'remove',
    ref: isEntry
      ? refInEntryKey(key, database)
      : new Ref(database, at.getUint32(10), at.getBigInt64(23)),
  }
}
