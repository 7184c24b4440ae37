import {
  type Integer,
  isInteger,
  type NativeCollection,
  nativeCollections,
  type ObjectValue,
  RequestError,
} from '@vivarium/fql'
import type { DatabaseView } from '../database-view.ts'
import { data, fail, field, integer, name } from '../fields.ts'
import { sequenceKey } from '../keys.ts'
import type { Index } from '../schema.ts'
import { defineType } from './define-type.ts'

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
  },
  retained: ['name', 'history_days'],
  isSchema: true,
  newId: (view) => nextSequentialId(view, 'collections'),
  prepare: ({ action, params, fields }) => ({
    // A null asks for history without end, and is stored as no value.
    fields: action === 'create' && !params.has('history_days') ? withHistory(fields) : fields,
    failures: [],
  }),
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

function withHistory(fields: ObjectValue): ObjectValue {
  return fields.with('history_days', 0)
}
