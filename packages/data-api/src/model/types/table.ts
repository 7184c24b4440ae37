import { type NativeCollection, nativeOf, Ref } from '@vivarium/fql'
import { accessProviderType } from './access-provider.ts'
import { collectionType } from './collection.ts'
import { credentialsType } from './credentials.ts'
import { databaseType } from './database.ts'
import { defineType } from './define-type.ts'
import type { DocumentType } from './document-type.ts'
import { functionType } from './function.ts'
import { indexType } from './index.ts'
import { keyType } from './key.ts'
import { roleType } from './role.ts'
import { tokenType } from './token.ts'
import { userDocument } from './user-document.ts'

/** Built-in collections that nothing can be written to yet. */
const readOnly = (native: NativeCollection, label: string) =>
  defineType({ label, native, fields: {}, isWritable: false })

const types: Record<NativeCollection, DocumentType> = {
  collections: collectionType,
  indexes: indexType,
  functions: functionType,
  roles: roleType,
  databases: databaseType,
  keys: keyType,
  tokens: tokenType,
  credentials: credentialsType,
  tasks: readOnly('tasks', 'Task'),
  access_providers: accessProviderType,
}

/** The type of the document that `ref` names. */
export function documentTypeOf(ref: Ref): DocumentType {
  const native = nativeOf(ref)
  return native === undefined ? userDocument : types[native]
}

/** The type of the documents that a collection's own ref names. */
export function documentTypeIn(collection: Ref): DocumentType {
  return documentTypeOf(new Ref(collection.database, Number(collection.id), 0n))
}
