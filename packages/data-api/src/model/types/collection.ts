import {
  type Integer,
  isInteger,
  type NativeCollection,
  nativeCollections,
  type ObjectValue,
  RequestError,
  integer as toInteger,
} from '@vivarium/fql'
import type { DatabaseView } from '../database-view.ts'
import { data, fail, field, integer, name } from '../fields.ts'
import { sequenceKey } from '../keys.ts'
import { checkDestruction, checkRetention } from '../protected.ts'
import type { Index } from '../schema.ts'
import { historyStart } from '../versions.ts'
import { defineType } from './define-type.ts'
import type { Write } from './document-type.ts'

/** The ids of user collections and of indexes (data-model §1.2, §1.3). */
const sequences: Partial<Record<NativeCollection, { first: number; last: number }>> = {
  collections: { first: 1024, last: 32_767 },
  indexes: { first: 32_768, last: 65_535 },
}

/**
 * The next sequential id of a built-in collection; ids are never used again.
 *
 * @throws RequestError `bad request` when they are used up
 */
export function nextSequentialId(view: DatabaseView, native: 'collections' | 'indexes'): bigint {
  const { first, last } = sequences[native] ?? { first: 0, last: 0 }
  const key = sequenceKey(view.database, nativeCollections[native])
  const stored = view.unit.transaction.get(key)
  const id =
    stored === undefined ? first : new DataView(stored.buffer, stored.byteOffset).getUint32(0)
  if (id > last) throw new RequestError(400, 'bad request', 'Maximum sequential ID reached.')
  const next = Buffer.alloc(4)
  next.writeUInt32BE(id + 1)
  view.unit.transaction.put(key, next)
  return BigInt(id)
}

/**
 * User collections. Deleting one deletes the indexes that have no other source.
 *
 * @see data-model §1.2
 */
export const collectionType = defineType({
  label: 'Collection',
  native: 'collections',
  fields: {
    name,
    history_days: field('Long', isInteger, {
      check: (value, path) =>
        (value as Integer) < 0
          ? [fail(path, 'non-negative value required', 'Value must be non-negative.')]
          : [],
    }),
    ttl_days: integer,
    data,
    history_floor: { ...integer, protection: 'internal' },
  },
  retained: ['name', 'history_days'],
  isSchema: true,
  newId: (view) => nextSequentialId(view, 'collections'),
  prepare: (write) => {
    checkRetention(write)
    return { fields: withFloor(write, withHistory(write)), failures: [] }
  },
  checkDeletion: ({ unit }, { database }, position) =>
    checkDestruction(unit, database, 'Cannot delete collection', position),
  dependents: (view, ref) => {
    const indexes = [...view.unit.schema(ref.database).indexes.values()]
    return indexes.filter((index) => hasOnlySource(index, Number(ref.id))).map((index) => index.ref)
  },
})

function hasOnlySource(index: Index, collection: number): boolean {
  return index.sources.every(
    ({ collections }) => collections?.size === 1 && collections.has(collection),
  )
}

/** The fields with the default `history_days`; a null asks for history without end: no value. */
function withHistory({ action, params, fields }: Write): ObjectValue {
  return action === 'create' && !params.has('history_days')
    ? fields.with('history_days', 0)
    : fields
}

/** The fields with the time before which history is gone for good (data-model §4.1). */
function withFloor({ view, current }: Write, fields: ObjectValue): ObjectValue {
  const { timestamp } = view.unit.transaction
  const start = (of: ObjectValue) => historyStart(timestamp, integerIn(of, 'history_days') ?? null)
  const before = current && [start(current), BigInt(integerIn(current, 'history_floor') ?? 0)]
  const floor = [start(fields), ...(before ?? [])].reduce((a, b) => (a > b ? a : b))
  return fields.with('history_floor', toInteger(floor))
}

function integerIn(fields: ObjectValue, key: string): Integer | undefined {
  const value = fields.get(key) ?? null
  return isInteger(value) ? value : undefined
}
