/** The part of a write that all kinds of it share (data-model §0.1, steps 6 to 8). */
import {
  DocumentValue as Document,
  type DocumentValue,
  isNamed,
  nativeCollections,
  type ObjectValue,
  type Ref,
  TransactionTime,
  validationFailed,
} from '@vivarium/fql'
import type { StoredVersion } from '../codec.ts'
import type { DatabaseView } from '../database-view.ts'
import { checkFields } from '../fields.ts'
import { writeWithEntries } from '../index-entries.ts'
import { nameKey } from '../keys.ts'
import { mask } from '../patch.ts'
import { unreadableReferences } from '../references.ts'
import type { DocumentType, Prepared, Write } from '../types/document-type.ts'
import { putVersion } from '../versions.ts'

/** What callers may give for a type: its fields, less those that are protected. */
export function writableParams(
  type: DocumentType,
  params: ObjectValue,
  action: Write['action'],
): ObjectValue {
  return mask(params, (key) => {
    const rule = type.fields[key]
    if (rule === undefined) return false
    if (rule.protection === undefined) return true
    return rule.protection === 'final' && action === 'create'
  })
}

/**
 * Checks a write whose permission is given.
 *
 * @throws validation failed at `write.position`, with every failure
 */
export function prepareWrite(type: DocumentType, write: Write): Prepared {
  const failures = checkFields(write.fields, type.fields)
  // A type's own checks rely on its fields having their types.
  if (failures.length > 0) throw validationFailed(failures, write.position)
  const prepared = type.prepare(write)
  const references = type.checksReferences ? unreadableReferences(write.view, prepared.fields) : []
  const all = [...prepared.failures, ...references]
  if (all.length > 0) throw validationFailed(all, write.position)
  return prepared
}

/** Stores a prepared write with its index entries, and gives the document as the response shows it. */
export function store(
  type: DocumentType,
  write: Write,
  prepared: Prepared,
  previous: StoredVersion | undefined,
): DocumentValue {
  const { view, ref } = write
  const { unit } = view
  const { fields } = prepared
  if (type.isSchema) unit.schemaChanged(view.database)
  const change = { ref, before: previous, after: fields, position: write.position }
  writeWithEntries(view, change, () => {
    const forgotten = putVersion(unit, ref, fields, previous)
    unit.transaction.noteDocument(ref, undefined)
    if (type.native !== undefined && isNamed(type.native)) writeName(view, ref, fields, previous)
    type.written({ ...write, fields })
    return forgotten
  })
  const shown = type.document(ref, 0, prepared.shown ?? prepared.fields).fields
  const ts = new TransactionTime(unit.transaction.timestamp)
  return new Document(ref, ts, shown, { isNew: write.action === 'create' })
}

function writeName(
  view: DatabaseView,
  ref: Ref,
  fields: ObjectValue,
  previous: StoredVersion | undefined,
): void {
  const name = String(fields.get('name'))
  const before = previous?.fields.get('name')
  const { transaction } = view.unit
  if (before === name) return
  if (typeof before === 'string') {
    transaction.delete(nameKey(ref.database, ref.collection, before))
  }
  const id = Buffer.alloc(8)
  id.writeBigInt64BE(ref.id)
  transaction.put(nameKey(ref.database, ref.collection, name), id)
}

/** Whether the name that a write gives is another document's. */
export function isNameTaken(type: DocumentType, { view, ref, fields }: Write): boolean {
  if (type.native === undefined || !isNamed(type.native)) return false
  const name = fields.get('name')
  if (typeof name !== 'string') return false
  const holder = view.unit.transaction.get(
    nameKey(view.database, nativeCollections[type.native], name),
  )
  return holder !== undefined && Buffer.from(holder).readBigInt64BE(0) !== ref.id
}
