import {
  asNativeCollection,
  type DocumentValue,
  instanceNotFound,
  integer,
  isNamed,
  type Position,
  permissionDenied,
  type Ref,
} from '@vivarium/fql'
import { mayDelete } from '../authorization.ts'
import type { StoredVersion } from '../codec.ts'
import type { DatabaseView } from '../database-view.ts'
import { writeWithEntries } from '../index-entries.ts'
import { nameKey } from '../keys.ts'
import { documentTypeOf } from '../types/table.ts'
import { deleteVersion, liveVersion, newestVersion } from '../versions.ts'

/**
 * Deletes a document and gives it as it was.
 *
 * @throws at the form: `instance not found`, `permission denied`, and `schema validation failed` for what a
 * protected database keeps
 * @see data-model §3.2
 */
export function deleteDocument(view: DatabaseView, ref: Ref, position: Position): DocumentValue {
  const type = documentTypeOf(ref)
  const isBuiltin = asNativeCollection(ref) !== undefined
  const version = isBuiltin ? undefined : liveVersion(view.unit, ref, undefined)
  if (version === undefined || !view.hasCollection(ref)) {
    throw instanceNotFound(type.label, position)
  }
  if (!mayDelete(view, ref)) throw permissionDenied(position)
  type.checkDeletion(view, ref, position)
  remove(view, ref, version)
  return type.document(ref, integer(version.micros), version.fields)
}

/** Removes a document and, whoever may, what goes with it. */
function remove(view: DatabaseView, ref: Ref, version: StoredVersion): void {
  const type = documentTypeOf(ref)
  const { unit } = view
  for (const dependent of type.dependents(view, ref)) {
    const found = newestVersion(unit, dependent)
    if (found !== undefined) remove(view, dependent, found)
  }
  type.deleted(view, ref, version.fields)
  if (type.isSchema) unit.schemaChanged(ref.database)
  const change = { ref, before: version, after: undefined, position: undefined }
  writeWithEntries(view, change, () => {
    const forgotten = deleteVersion(unit, ref, version)
    const name = version.fields.get('name')
    if (type.native !== undefined && isNamed(type.native) && typeof name === 'string') {
      unit.transaction.delete(nameKey(ref.database, ref.collection, name))
    }
    return forgotten
  })
}
