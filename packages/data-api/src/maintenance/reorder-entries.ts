import { orderKey } from '@vivarium/fql'
import { decodeValues } from '../model/codec.ts'
import {
  addedAt,
  deleteStay,
  entryValuesOffset,
  putStay,
  recordedValue,
} from '../model/entry-records.ts'
import {
  entryKey,
  indexInKey,
  letterOfKey,
  prefixInEntryKey,
  presentKey,
  refInEntryKey,
} from '../model/keys.ts'
import type { UnitOfWork } from '../model/unit-of-work.ts'
import { storePass } from './store-pass.ts'

/**
 * Puts index entries where the order of values puts them now: that of texts in Han, Thai, Lao and New Tai Lue
 * has changed. Entries that are in their places stay untouched.
 */
export const reorderEntries = storePass('data API: index entries in the order of texts', reorder)

function reorder(unit: UnitOfWork, key: Uint8Array, record: Uint8Array): void {
  const letter = letterOfKey(key)
  if (letter !== 'i' && letter !== 'j') return
  const past = letter === 'j' ? presentKey(key) : undefined
  const entry = past?.key ?? key
  const { database, id } = indexInKey(key)
  // The entries of an index that is gone are garbage.
  const index = unit.schema(database).indexes.get(Number(id))
  if (index === undefined) return
  const values = decodeValues(record, unit.lambdas(database), entryValuesOffset)
  const reversed = index.values.map(({ reverse }) => reverse)
  const ref = refInEntryKey(entry, database)
  const place = entryKey(prefixInEntryKey(entry), orderKey(values, reversed), ref)
  if (Buffer.compare(place, entry) === 0) return
  const stay = { added: addedAt(record), removed: past?.micros }
  deleteStay(unit, entry, stay)
  putStay(unit, place, stay, recordedValue(record))
}
