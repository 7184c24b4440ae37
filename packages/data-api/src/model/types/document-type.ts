import type {
  DocumentValue,
  Integer,
  NativeCollection,
  ObjectValue,
  Position,
  Ref,
  TransactionTime,
  ValidationFailure,
} from '@vivarium/fql'
import type { DatabaseView } from '../database-view.ts'
import type { Fields } from '../fields.ts'

/** A write under way: what is there, what is asked for, what would be stored. */
export interface Write {
  readonly view: DatabaseView
  readonly ref: Ref
  readonly action: 'create' | 'update' | 'replace'
  /** The stored fields before; absent for a create. */
  readonly current: ObjectValue | undefined
  /** What the caller gave, unmasked. */
  readonly params: ObjectValue
  /** The patched fields, as they would be stored. */
  readonly fields: ObjectValue
  /** Where errors of the write itself go. */
  readonly position: Position
}

/** What a type makes of a write. */
export interface Prepared {
  /** What is stored. */
  readonly fields: ObjectValue
  readonly failures: readonly ValidationFailure[]
  /** What the response shows instead of the stored fields. */
  readonly shown?: ObjectValue
}

/** A kind of document: its fields, its rules, and what follows from writing one (data-model §1). */
export interface DocumentType {
  /** As messages name it: `Document not found.` */
  readonly label: string
  /** The built-in collection that holds them; absent for documents of user collections. */
  readonly native?: NativeCollection
  readonly fields: Fields
  /** The fields that `Replace` keeps though it was not given them. */
  readonly retained: readonly string[]
  /** Whether documents of it can be written at all. */
  readonly isWritable: boolean
  /** Whether documents of this type are part of the schema. */
  readonly isSchema: boolean
  /** Whether every ref in its fields must exist and be readable by who writes it (data-model §1). */
  readonly checksReferences: boolean
  /** Whether it may exist in a container database (data-model §1.1). */
  readonly isAllowedInContainer: boolean
  /** The id of the next document. */
  newId(view: DatabaseView): bigint
  /** A stored version as clients see it. */
  document(ref: Ref, ts: Integer | TransactionTime, fields: ObjectValue): DocumentValue
  /** Checks what the fields' own rules cannot, and fills in what is not given. */
  prepare(write: Write): Prepared
  /** What else must be written with it. */
  written(write: Write): void
  /** Refuses what may not be deleted, though the caller may delete. */
  checkDeletion(view: DatabaseView, ref: Ref, position: Position): void
  /** The documents that go with it when it is deleted. */
  dependents(view: DatabaseView, ref: Ref): Iterable<Ref>
  /** Removes what is kept of it besides its document. */
  deleted(view: DatabaseView, ref: Ref, fields: ObjectValue): void
}
