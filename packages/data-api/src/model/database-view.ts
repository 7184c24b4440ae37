import {
  asNativeCollection,
  type BaseSet,
  type Context,
  type DatabaseId,
  type Documents,
  type DocumentValue,
  type EntriesOptions,
  type EventEntry,
  type EventsOptions,
  type EventValue,
  instanceNotFound,
  integer,
  type LambdaValue,
  type NamedCollection,
  nativeCollections,
  type ObjectValue,
  Position,
  permissionDenied,
  type Reading,
  Ref,
  type RefDescription,
  type ResolvedFunction,
  type SetEntry,
  type SetShape,
  Time,
  userCollectionIdMin,
  type Value,
} from '@vivarium/fql'
import { isAllowed, mayRead } from './authorization.ts'
import { type Caller, permissionsOf } from './caller.ts'
import { encodeValues } from './codec.ts'
import { credentialsOf, identify, login, logout } from './credentials.ts'
import { describeRef, isWithin } from './describe-ref.ts'
import { keyFromSecret } from './key-from-secret.ts'
import { checkIndex, checkSet, readEntries, setShape } from './read-sets.ts'
import { readEvents } from './set-events.ts'
import { storable } from './storable.ts'
import { documentTypeOf } from './types/table.ts'
import { childDatabase, resolveName, type UnitOfWork } from './unit-of-work.ts'
import { liveVersion } from './versions.ts'
import { createDocument } from './write/create.ts'
import { deleteDocument } from './write/delete.ts'
import { insertVersion, removeVersion } from './write/insert.ts'
import { moveDatabase } from './write/move-database.ts'
import { replaceDocument, updateDocument } from './write/update.ts'

/** A database as one caller sees it, within one transaction. */
export class DatabaseView implements Documents {
  readonly unit: UnitOfWork
  readonly caller: Caller
  readonly database: DatabaseId
  readonly now: Time
  readonly transactionMicros: bigint
  #memberships: Map<LambdaValue, boolean> | undefined
  /** Collections of this database whose documents this caller may read, whatever is in them. */
  readonly openCollections = new Set<number>()
  #forPredicates: DatabaseView | undefined

  constructor(unit: UnitOfWork, caller: Caller) {
    this.unit = unit
    this.caller = caller
    this.database = caller.database
    this.transactionMicros = unit.transaction.timestamp
    this.now = Time.fromMicros(this.transactionMicros)
  }

  /** The same database in the same transaction, seen by another caller. */
  as(caller: Caller): DatabaseView {
    return new DatabaseView(this.unit, caller)
  }

  /** The same database as role predicates see it: by rights of their own (data-model §6.7). */
  get forPredicates(): DatabaseView {
    this.#forPredicates ??= this.as({
      ...this.caller,
      permissions: { kind: 'predicate' },
      identity: this.caller.predicateIdentity,
    })
    return this.#forPredicates
  }

  /** What membership predicates have said of this caller in this transaction. */
  get memberships(): Map<LambdaValue, boolean> {
    this.#memberships ??= new Map()
    return this.#memberships
  }

  all<T>(count: number, branch: (index: number) => T): T[] {
    return this.unit.transaction.all(count, branch)
  }

  // Names and refs

  resolve(native: NamedCollection, name: string, database: DatabaseId): Ref | undefined {
    if (database !== this.database && !isWithin(this.unit, database, this.database))
      return undefined
    if (native === 'databases' || native === 'access_providers') {
      return resolveName(this.unit.transaction.unmetered, native, name, database)
    }
    const id = this.unit.schemaAtStart(database).names[native].get(name)
    return id === undefined ? undefined : new Ref(database, nativeCollections[native], id)
  }

  databaseOf(ref: Ref): DatabaseId | undefined {
    return childDatabase(this.unit.transaction.unmetered, ref)
  }

  describe(ref: Ref): RefDescription | undefined {
    return describeRef(this.unit, ref, this.database)
  }

  self(collection: Ref): Ref | undefined {
    const { permissions, token, identity } = this.caller
    const native = asNativeCollection(collection)
    if (permissions.kind !== 'roles' || permissions.identity === undefined) return undefined
    if (native === 'tokens') return isTokenRef(token) ? token : undefined
    if (!(identity instanceof Ref)) return undefined
    if (native === 'credentials') {
      return isTokenRef(token) ? credentialsOf(this, identity) : undefined
    }
    return Number(collection.id) === identity.collection ? identity : undefined
  }

  // Reads

  get(ref: Ref, at: bigint | undefined, position: Position, reading?: Reading): DocumentValue {
    if (!mayRead(this, ref)) throw permissionDenied(position)
    const document = this.read(ref, at, reading)
    if (document === undefined) throw instanceNotFound(documentTypeOf(ref).label, position)
    return document
  }

  exists(ref: Ref, at: bigint | undefined, reading?: Reading): boolean {
    return mayRead(this, ref) && this.read(ref, at, reading) !== undefined
  }

  /** The live document as it renders, whoever asks; undefined if there is none. */
  read(ref: Ref, at: bigint | undefined, reading?: Reading): DocumentValue | undefined {
    if (!this.hasCollection(ref)) return undefined
    const { transaction } = this.unit
    const version = transaction.countDocument(ref, at, reading, () =>
      liveVersion(this.unit, ref, at),
    )
    return version && this.rendered(ref, version.micros, version.fields)
  }

  /** Stored fields as the document that clients see. */
  rendered(ref: Ref, micros: bigint, fields: ObjectValue): DocumentValue {
    return documentTypeOf(ref).document(ref, integer(micros), fields)
  }

  /** Whether the collection that a document's ref names exists. */
  hasCollection(ref: Ref): boolean {
    return (
      ref.collection < userCollectionIdMin ||
      this.unit.schema(ref.database).collections.has(ref.collection)
    )
  }

  /** A value as it is stored, for comparing. */
  storedForm(value: Value): string {
    return Buffer.from(encodeValues([storable(value)], this.unit.lambdas(this.database))).toString(
      'latin1',
    )
  }

  checkSet(set: BaseSet, position: Position): void {
    checkSet(this, set, position)
  }

  entries(set: BaseSet, options: EntriesOptions): Iterable<SetEntry> {
    return readEntries(this, set, options)
  }

  events(set: BaseSet, options: EventsOptions): Iterable<EventEntry> {
    return readEvents(this, set, options)
  }

  shape(set: BaseSet): SetShape {
    return setShape(this, set)
  }

  checkIndex(index: Ref, position: Position): void {
    checkIndex(this, index, position)
  }

  // Writes

  newId(): bigint {
    return this.unit.transaction.newId()
  }

  /** Without a key, errors are at `position` itself. */
  create(target: Ref, params: ObjectValue, position: Position, key?: string): DocumentValue {
    return createDocument(this, target, params, { position, key })
  }

  update(ref: Ref, params: ObjectValue, position: Position): DocumentValue {
    return updateDocument(this, ref, params, position)
  }

  replace(ref: Ref, params: ObjectValue, position: Position): DocumentValue {
    return replaceDocument(this, ref, params, position)
  }

  delete(ref: Ref, position: Position): DocumentValue {
    return deleteDocument(this, ref, position)
  }

  insert(ref: Ref, version: Parameters<Documents['insert']>[1], position: Position): EventValue {
    return insertVersion(this, ref, version, position)
  }

  remove(ref: Ref, version: Parameters<Documents['remove']>[1], position: Position): void {
    removeVersion(this, ref, version, position)
  }

  moveDatabase(source: Ref, parent: Ref, position: Position): DocumentValue {
    return moveDatabase(this, source, parent, position)
  }

  // Functions and identity

  resolveFunction(
    ref: Ref,
    argument: Value,
    position: Position,
    _caller: Context,
  ): ResolvedFunction {
    const called = this.unit.schema(ref.database).functions.get(ref.id)
    if (called === undefined) throw instanceNotFound('Function', position.at('call'))
    if (!isAllowed(this, 'call', ref, () => argument)) throw permissionDenied(position)
    return { lambda: called.body, documents: this.#callee(called.role), position: Position.root }
  }

  /** The database as the body of a function sees it: under the function's role, if it has one. */
  #callee(role: Parameters<typeof permissionsOf>[0] | undefined): DatabaseView {
    if (role === undefined || this.caller.isRoot) return this
    const permissions = permissionsOf(role, this.unit.schema(this.database))
    const predicateIdentity = typeof role === 'string' ? this.caller.predicateIdentity : undefined
    return this.as({ ...this.caller, permissions, predicateIdentity })
  }

  get identity(): Value | undefined {
    return this.caller.identity
  }

  get token(): Value | undefined {
    return this.caller.token
  }

  login(ref: Ref | undefined, params: ObjectValue, position: Position): DocumentValue {
    return login(this, ref, params, position)
  }

  identify(ref: Ref | undefined, password: string): boolean {
    return identify(this, ref, password)
  }

  logout(all: boolean): boolean {
    return logout(this, all)
  }

  keyFromSecret(secret: string, position: Position): Value {
    return keyFromSecret(this, secret, position)
  }
}

function isTokenRef(token: Value | undefined): token is Ref {
  return token instanceof Ref && token.collection === nativeCollections.tokens
}
