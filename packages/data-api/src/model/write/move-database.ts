import {
  type DatabaseId,
  DocumentValue,
  failure,
  instanceAlreadyExists,
  instanceNotFound,
  nativeCollections,
  type Position,
  permissionDenied,
  Ref,
  TransactionTime,
} from '@vivarium/fql'
import { mayDelete } from '../authorization.ts'
import type { StoredVersion } from '../codec.ts'
import type { DatabaseView } from '../database-view.ts'
import { isWithin, storedName } from '../describe-ref.ts'
import { writeWithEntries } from '../index-entries.ts'
import { putKeyHome } from '../key-homes.ts'
import { databaseKey, nameKey } from '../keys.ts'
import { databaseRecord, documentsOf } from '../schema.ts'
import { documentTypeOf } from '../types/table.ts'
import { resolveName } from '../unit-of-work.ts'
import { deleteVersion, liveVersion, newestVersion, putVersion } from '../versions.ts'

/**
 * Moves a database, with all that is in it, into another one. A database is known by its own id wherever it
 * is, so only its document moves, and the keys beside it that open it.
 *
 * @throws at the form: `instance not found`, `permission denied`, `move database error`,
 * `instance already exists`
 * @see data-model §1.1, §6.6
 */
export function moveDatabase(
  view: DatabaseView,
  source: Ref,
  parent: Ref,
  position: Position,
): DocumentValue {
  const { unit } = view
  const type = documentTypeOf(source)
  const version = liveVersion(unit, source, undefined)
  const isKnown = liveVersion(unit, parent, undefined) !== undefined
  if (version === undefined || !isKnown) throw instanceNotFound(type.label, position)
  // Asked as if it lay in the caller's own database, so that one from further below can be moved too.
  const asked = new Ref(view.database, source.collection, source.id)
  const areBelow = [source, parent].every((one) => isWithin(unit, one.id, view.database))
  if (!areBelow || !mayDelete(view, asked)) throw permissionDenied(position)
  const name = String(version.fields.get('name'))
  if (isWithin(unit, parent.id, source.id)) {
    const why = 'Cannot move database from ancestor to descendant.'
    const what = `Cannot move database '${name}' into parent '${storedName(unit, parent)}': ${why}`
    throw failure('move database error', what, position)
  }
  if (resolveName(unit.transaction, 'databases', name, parent.id) !== undefined) {
    throw instanceAlreadyExists(type.label, position)
  }
  const moved = new Ref(parent.id, source.collection, source.id)
  unit.schemaChanged(source.database)
  unit.schemaChanged(parent.id)
  moveDocument(view, source, moved, version)
  unit.transaction.delete(nameKey(source.database, source.collection, name))
  const id = Buffer.alloc(8)
  id.writeBigInt64BE(source.id)
  unit.transaction.put(nameKey(parent.id, source.collection, name), id)
  unit.transaction.put(databaseKey(source.id), databaseRecord(moved))
  moveKeys(view, source, moved)
  const shown = type.document(moved, 0, version.fields).fields
  return new DocumentValue(moved, new TransactionTime(unit.transaction.timestamp), shown)
}

/** Moves the keys that open a database from its old parent to its new one. */
function moveKeys(view: DatabaseView, source: Ref, moved: Ref): void {
  const { unit } = view
  const lambdas = unit.lambdas(source.database)
  const keys = [
    ...documentsOf(unit.transaction, source.database, nativeCollections.keys, lambdas),
  ].filter(([, { fields }]) => opens(fields.get('database'), source))
  for (const [ref, version] of keys) {
    const target = new Ref(moved.database, ref.collection, ref.id)
    documentTypeOf(ref).deleted(inside(view, ref.database), ref, version.fields)
    const fields = version.fields.with('database', moved)
    moveDocument(view, ref, target, { ...version, fields })
    putKeyHome(unit, ref.id, { home: target.database, target: moved.id })
  }
}

const opens = (database: unknown, source: Ref) => database instanceof Ref && database.equals(source)

/** Deletes a document where it was, and writes it where it is to be. */
function moveDocument(view: DatabaseView, from: Ref, to: Ref, version: StoredVersion): void {
  const { unit } = view
  const before = newestVersion(unit, from)
  if (before === undefined) return
  const position = undefined
  const removed = { ref: from, before, after: undefined, position }
  writeWithEntries(inside(view, from.database), removed, () => deleteVersion(unit, from, before))
  const previous = newestVersion(unit, to)
  const added = { ref: to, before: previous, after: version.fields, position }
  writeWithEntries(inside(view, to.database), added, () =>
    putVersion(unit, to, version.fields, previous),
  )
}

/** Another database of the caller's, by the caller's rights. */
const inside = (view: DatabaseView, database: DatabaseId) => view.as({ ...view.caller, database })
