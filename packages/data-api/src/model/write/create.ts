import {
  asNativeCollection,
  type DocumentValue,
  failure,
  instanceAlreadyExists,
  instanceNotFound,
  isCollectionRef,
  isNamed,
  ObjectValue,
  type Position,
  permissionDenied,
  Ref,
} from '@vivarium/fql'
import { mayCreate, mayCreateWithId } from '../authorization.ts'
import type { DatabaseView } from '../database-view.ts'
import { mask, patchObject } from '../patch.ts'
import { checkReferences } from '../references.ts'
import { storable } from '../storable.ts'
import type { Write } from '../types/document-type.ts'
import { documentTypeIn, documentTypeOf } from '../types/table.ts'
import { liveVersion, newestVersion } from '../versions.ts'
import { isNameTaken, prepareWrite, store, writableParams } from './write-document.ts'

/**
 * Creates a document: in a collection with a new id, or under the given ref.
 *
 * @throws at the form: refs that cannot be written. At its key, in this order: `permission denied`,
 * `instance already exists`, `invalid object in container`, `validation failed`, `instance not unique`
 * @see data-model §0.1, §2.4, fql-v4 §4.14
 */
export function createDocument(
  view: DatabaseView,
  target: Ref,
  givenParams: ObjectValue,
  { position, key }: { readonly position: Position; readonly key: string | undefined },
): DocumentValue {
  const place = key === undefined ? position : position.at(key)
  const params = storable(givenParams)
  checkReferences(view, params, position)
  const isCollection = isCollectionRef(target)
  const type = isCollection ? documentTypeIn(target) : documentTypeOf(target)
  if (!type.isWritable) {
    const what = `The feature '${type.native}' is not available for your plan.`
    throw failure('feature not available', what, place)
  }
  const given = writableParams(type, params, 'create')
  const collection = isCollection ? target : undefined
  if (collection !== undefined) {
    checkCollection(view, collection, place)
    if (!mayCreate(view, collection, given)) throw permissionDenied(place)
  } else {
    if (!mayCreateWithId(view, target, given)) throw permissionDenied(place)
    if (!view.hasCollection(target)) throw instanceNotFound('Collection', place)
    // What is known by name is made without an id, so this ref is of one that exists.
    const isNamedType = type.native !== undefined && isNamed(type.native)
    if (isNamedType || liveVersion(view.unit, target, undefined) !== undefined) {
      throw instanceAlreadyExists(type.label, place)
    }
  }
  if (!type.isAllowedInContainer && view.unit.schema(view.database).isContainer) {
    throw failure('invalid object in container', 'Object is not allowed in a container', place)
  }
  const fields = mask(patchObject(ObjectValue.empty, given), () => true)
  const ref =
    collection === undefined
      ? target
      : new Ref(view.database, Number(collection.id), type.newId(view))
  const write: Write = {
    view,
    ref,
    action: 'create',
    current: undefined,
    params,
    fields,
    position: place,
  }
  const prepared = prepareWrite(type, write)
  if (isNameTaken(type, write)) throw instanceAlreadyExists(type.label, place)
  // An expired document may still be there under a given id.
  const expired = collection === undefined ? newestVersion(view.unit, ref) : undefined
  return store(type, write, prepared, expired)
}

function checkCollection(view: DatabaseView, collection: Ref, position: Position): void {
  if (asNativeCollection(collection) !== undefined) return
  if (view.unit.schema(view.database).collections.has(Number(collection.id))) return
  throw instanceNotFound('Collection', position)
}
