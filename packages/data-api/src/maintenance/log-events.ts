import { versionHeader } from '../model/codec.ts'
import { addedAt, noteStay, recordedValue } from '../model/entry-records.ts'
import { letterOfKey, microsInHistoryKey, presentKey, refInDocumentKey } from '../model/keys.ts'
import type { UnitOfWork } from '../model/unit-of-work.ts'
import { noteHistoryAt } from '../model/version-history.ts'
import { storePass } from './store-pass.ts'

/** Makes the log of what happened, for a store from before there was one (docs/decisions/0004-event-log.md). */
export const logEvents = storePass('data API: what happened to sets, in the order of time', note)

function note(unit: UnitOfWork, key: Uint8Array, value: Uint8Array): void {
  switch (letterOfKey(key)) {
    case 'd':
      noteHistoryAt(unit, refInDocumentKey(key), versionHeader(value).micros)
      return
    case 'h':
      noteHistoryAt(unit, refInDocumentKey(key), microsInHistoryKey(key))
      return
    case 'i':
      noteStay(unit, key, { added: addedAt(value) }, recordedValue(value))
      return
    case 'j': {
      const { key: entry, micros } = presentKey(key)
      noteStay(unit, entry, { added: addedAt(value), removed: micros }, recordedValue(value))
      return
    }
    default:
  }
}
