import { boolean, data, fail, name, priority, string } from '../fields.ts'
import { globalId } from '../global-id.ts'
import { databaseKey } from '../keys.ts'
import { databaseRecord } from '../schema.ts'
import { defineType } from './define-type.ts'

/**
 * Databases within a database. A database's internal id is the id of its document, so it survives renames.
 *
 * Deleting one makes it and all below it unreachable at once: a database is alive only as long as every
 * database above it is.
 *
 * @see data-model §1.1
 */
export const databaseType = defineType({
  label: 'Database',
  native: 'databases',
  fields: {
    name,
    priority,
    container: boolean,
    typechecked: boolean,
    protected: boolean,
    data,
    global_id: { ...string, protection: 'read-only' },
  },
  retained: ['name', 'global_id'],
  isSchema: true,
  isAllowedInContainer: true,
  prepare: ({ view, ref, fields }) => {
    const named = fields.with('global_id', globalId(ref.id))
    if (fields.get('container') !== true) return { fields: named, failures: [] }
    const inside = view.unit.schema(ref.id)
    const holdsData =
      inside.collections.size > 0 || inside.indexes.size > 0 || inside.functions.size > 0
    const why =
      'cannot make database a container while it contains collections, indexes, or user functions'
    return {
      fields: named,
      failures: holdsData ? [fail(['container'], 'container candidate contains data', why)] : [],
    }
  },
  written: ({ view, ref, fields }) => {
    view.unit.transaction.put(databaseKey(ref.id), databaseRecord(ref))
    if (fields.has('container')) view.unit.schemaChanged(ref.id)
  },
  deleted: (view, ref) => view.unit.transaction.delete(databaseKey(ref.id)),
})
