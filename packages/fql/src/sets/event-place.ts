/**
 * Places among the events of a history, as bytes that compare (fql-v4 §5.6).
 *
 * ```
 * key = valid time(8) rank of the action(1) order key of the ref and the values
 * ```
 *
 * Of a set at one time, removals come before additions; of a document, versions by their action.
 */
import { orderKey } from '../values/order-key.ts'
import type { Ref } from '../values/ref.ts'
import type { EventEntry, EventPlace } from '../values/set.ts'
import type { Action, Value } from '../values/value.ts'
import type { Matching } from './merge.ts'

/** Whose history it is: one document's, or that of a set's entries. */
export type HistoryKind = 'document' | 'set'

const ranks: Readonly<Record<HistoryKind, Readonly<Partial<Record<Action['name'], number>>>>> = {
  document: { create: 0, update: 1, delete: 2 },
  set: { remove: 0, add: 1 },
}

/** The last microsecond that a time can be. */
export const endOfTimeMicros = 2n ** 63n - 1n

/** The bytes of an event: events of one history are in the order of these. */
export function eventKey({ event, ref, values }: EventEntry): Uint8Array {
  return Buffer.concat([head(event.micros, rankOf(event.of, event.action)), tail(ref, values)])
}

/** Matching by what happened, and when. */
export const byEvent: Matching = { keyOf: (entry) => eventKey(entry as EventEntry) }

/** Before everything that happened at `micros`. */
export function beforeInstant(micros: bigint): EventPlace {
  return { micros, key: head(micros).subarray(0, 8) }
}

/** After everything. */
export const afterAllEvents: EventPlace = {
  micros: endOfTimeMicros,
  key: Buffer.alloc(9, 0xff),
}

/** After all documents to which `action` happened at `micros`. */
export function afterAction(kind: HistoryKind, micros: bigint, action: Action['name']): EventPlace {
  return { micros, key: Buffer.concat([head(micros, rankOf(kind, action)), Buffer.of(0xff)]) }
}

/** Before what `action` did at `micros` to the entries of `ref` whose values begin with `values`. */
export function beforeEvent(
  kind: HistoryKind,
  { micros, action }: { readonly micros: bigint; readonly action: Action['name'] },
  ref: Ref,
  values: readonly Value[],
): EventPlace {
  return { micros, key: Buffer.concat([head(micros, rankOf(kind, action)), tail(ref, values)]) }
}

const rankOf = (kind: HistoryKind, action: Action['name']) => ranks[kind][action] ?? 0

const tail = (ref: Ref, values: readonly Value[]) => orderKey([ref, ...values])

function head(micros: bigint, rank = 0): Buffer {
  const bytes = Buffer.alloc(9)
  // Times before the epoch are before the others.
  bytes.writeBigUInt64BE(BigInt.asUintN(64, micros + 2n ** 63n))
  bytes[8] = rank
  return bytes
}
