import {
  type DocumentValue,
  instanceNotFound,
  instanceNotUnique,
  type ObjectValue,
  type Position,
  permissionDenied,
  type Ref,
} from '@vivarium/fql'
import { mayWrite } from '../authorization.ts'
import type { DatabaseView } from '../database-view.ts'
import { mask, patchObject } from '../patch.ts'
import { checkReferences } from '../references.ts'
import { storable } from '../storable.ts'
import type { DocumentType, Write } from '../types/document-type.ts'
import { documentTypeOf } from '../types/table.ts'
import { liveVersion } from '../versions.ts'
import { isNameTaken, prepareWrite, store, writableParams } from './write-document.ts'

/**
 * Merges `params` into a document; null removes a field.
 *
 * @throws `instance not found` at `update`; then, at the form, `permission denied`, `validation failed`,
 * `instance not unique`
 * @see data-model §3.2
 */
export function updateDocument(
  view: DatabaseView,
  ref: Ref,
  params: ObjectValue,
  position: Position,
): DocumentValue {
  return change(view, ref, params, { position, action: 'update' })
}

/**
 * Replaces a document's fields by `params`; protected and retained fields stay.
 *
 * @throws as `updateDocument`, with `replace`
 * @see data-model §3.2
 */
export function replaceDocument(
  view: DatabaseView,
  ref: Ref,
  params: ObjectValue,
  position: Position,
): DocumentValue {
  return change(view, ref, params, { position, action: 'replace' })
}

function change(
  view: DatabaseView,
  ref: Ref,
  givenParams: ObjectValue,
  { position, action }: { readonly position: Position; readonly action: 'update' | 'replace' },
): DocumentValue {
  const params = storable(givenParams)
  checkReferences(view, params, position)
  const type = documentTypeOf(ref)
  const previous = liveVersion(view.unit, ref, undefined)
  if (previous === undefined || !view.hasCollection(ref)) {
    throw instanceNotFound(type.label, position.at(action))
  }
  const given = writableParams(type, params, action)
  const merged = patchObject(previous.fields, given)
  // The predicate of a replace sees the merged document too, as in the reference (data-model §6.6).
  if (!mayWrite(view, ref, shown(type, previous.fields), shown(type, merged))) {
    throw permissionDenied(position)
  }
  const fields = action === 'update' ? merged : patchObject(kept(type, previous.fields), given)
  const write: Write = {
    view,
    ref,
    action,
    current: previous.fields,
    params,
    fields: mask(fields, () => true),
    position,
  }
  const prepared = prepareWrite(type, write)
  if (isNameTaken(type, write)) throw instanceNotUnique(position)
  return store(type, write, prepared, previous)
}

/** The fields that survive a replace. */
function kept(type: DocumentType, fields: ObjectValue): ObjectValue {
  return mask(
    fields,
    (key) => type.fields[key]?.protection !== undefined || type.retained.includes(key),
  )
}

/** The fields as predicates see them: nothing internal. */
function shown(type: DocumentType, fields: ObjectValue): ObjectValue {
  return mask(fields, (key) => type.fields[key]?.protection !== 'internal')
}
