import { newMeter } from '@vivarium/fql'
import type { Migration } from '@vivarium/store'
import { versionHeader } from '../model/codec.ts'
import { addedAt, entryValuesOffset } from '../model/entry-records.ts'
import { noteEntry } from '../model/event-log.ts'
import {
  allKeys,
  letterOfKey,
  microsInHistoryKey,
  presentKey,
  refInDocumentKey,
} from '../model/keys.ts'
import { UnitOfWork } from '../model/unit-of-work.ts'
import { noteHistoryAt } from '../model/version-history.ts'

/** How much of a store one step goes through, and writes, give or take one key. */
const keysPerStep = 500
const bytesMax = 2 * 1024 * 1024

/** Makes the log of what happened, for a store from before there was one (docs/decisions/0004-event-log.md). */
export const logEvents: Migration = {
  name: 'data API: what happened to sets, in the order of time',
  step(transaction, next) {
    const unit = new UnitOfWork({
      transaction,
      schemas: new Map(),
      meter: newMeter(),
      version: '4',
      entropy: new Uint8Array(),
    })
    const range = transaction.range(next ?? allKeys[0], allKeys[1], { expected: keysPerStep + 1 })
    const found: { readonly key: Uint8Array; readonly value: Uint8Array }[] = []
    // What is noted lies in the range too, so it is read first.
    for (const { key, value } of range) {
      found.push({ key: Uint8Array.from(key), value: Uint8Array.from(value) })
      if (found.length > keysPerStep) break
    }
    for (const [i, { key, value }] of found.entries()) {
      if (i === keysPerStep || unit.transaction.bytesWritten > bytesMax) return key
      note(unit, key, value)
    }
    return undefined
  },
}

function note(unit: UnitOfWork, key: Uint8Array, value: Uint8Array): void {
  switch (letterOfKey(key)) {
    case 'd':
      noteHistoryAt(unit, refInDocumentKey(key), versionHeader(value).micros)
      return
    case 'h':
      noteHistoryAt(unit, refInDocumentKey(key), microsInHistoryKey(key))
      return
    case 'i':
      noteEntry(unit, key, addedAt(value), 'add', value.subarray(entryValuesOffset))
      return
    case 'j': {
      const { key: entry, micros } = presentKey(key)
      const values = value.subarray(entryValuesOffset)
      noteEntry(unit, entry, addedAt(value), 'add', values)
      noteEntry(unit, entry, micros, 'remove', values)
      return
    }
    default:
  }
}
