/**
 * A database's schema: its collections, indexes, functions, roles and access providers, decoded and ready to use.
 *
 * Every query needs it and it rarely changes, so it is kept between transactions. It can never be stale:
 * every change of a schema document writes the database's schema version, every transaction reads that
 * version, and what is kept is used only if it was made from that very version.
 */
import type { DatabaseId, Integer, LambdaValue, Value } from '@vivarium/fql'
import { isArray, isInteger, nativeCollections, ObjectValue, Ref } from '@vivarium/fql'
import type { Transaction } from '@vivarium/store'
import { type AccessProvider, readAccessProvider } from './access-provider.ts'
import { decodeVersion, type LambdaCodec, type StoredVersion } from './codec.ts'
import {
  collectionRange,
  databaseKey,
  documentKey,
  idInDocumentKey,
  schemaVersionKey,
} from './keys.ts'

/** What a privilege allows (data-model §6.7). */
export const actions = [
  'read',
  'write',
  'create',
  'create_with_id',
  'delete',
  'history_read',
  'history_write',
  'unrestricted_read',
  'call',
] as const

/** One of them. */
export type Action = (typeof actions)[number]

/** A user collection. */
export interface Collection {
  readonly id: number
  readonly name: string
  /** Null: forever. */
  readonly historyDays: Integer | null
  /** No valid time before this can be read, whatever `historyDays` says; microseconds. */
  readonly historyFloor: bigint
  readonly ttlDays: Integer | undefined
}

/** A term or value of an index: where it comes from and how it sorts. */
export interface IndexField {
  /** A path into the document, or the name of a binding. */
  readonly path: readonly (string | number)[] | undefined
  readonly binding: string | undefined
  readonly reverse: boolean
  readonly casefold: boolean
  /** False: an array is one value. */
  readonly flattens: boolean
}

/** Which collections an index covers, and the bindings that it computes over their documents. */
export interface IndexSource {
  /** Ids of the collections; undefined for every user collection. */
  readonly collections: ReadonlySet<number> | undefined
  readonly bindings: ReadonlyMap<string, LambdaValue>
}

/** An index, ready to be maintained and read. */
export interface Index {
  readonly id: number
  readonly ref: Ref
  readonly name: string
  readonly sources: readonly IndexSource[]
  readonly terms: readonly IndexField[]
  readonly values: readonly IndexField[]
  readonly isUnique: boolean
  readonly isSerialized: boolean
  readonly isActive: boolean
  /** Over how many partitions the reference spreads it: what reading it costs (wire §3.2). */
  readonly partitions: number
}

/** What a role grants on one resource: always, or when a predicate says so. */
export interface Privilege {
  readonly resource: Ref
  readonly actions: ReadonlyMap<Action, true | LambdaValue>
}

/** A user-defined role: what it grants, and to the documents of which collections. */
export interface Role {
  readonly ref: Ref
  readonly name: string
  readonly privileges: readonly Privilege[]
  readonly membership: readonly {
    readonly resource: Ref
    readonly predicate: LambdaValue | undefined
  }[]
}

/** A role in force, if its membership predicate says so. */
export interface Membership {
  readonly role: Role
  /** Absent: it applies without asking. */
  readonly predicate?: LambdaValue | undefined
}

/** The `role` of a key or function: a built-in one, or refs of roles. */
export type RoleSetting = 'admin' | 'server' | 'server-readonly' | 'client' | readonly Ref[]

/** A user function, with the role that its body runs under. */
export interface UserFunction {
  readonly ref: Ref
  readonly name: string
  readonly body: LambdaValue
  readonly role: RoleSetting | undefined
}

/** Everything that queries need of a database besides its documents. */
export interface Schema {
  readonly version: bigint
  readonly collections: ReadonlyMap<number, Collection>
  readonly indexes: ReadonlyMap<number, Index>
  readonly functions: ReadonlyMap<bigint, UserFunction>
  readonly roles: ReadonlyMap<bigint, Role>
  /** By issuer. */
  readonly accessProviders: ReadonlyMap<string, AccessProvider>
  /** Ids by name, per kind. */
  readonly names: {
    readonly collections: ReadonlyMap<string, bigint>
    readonly indexes: ReadonlyMap<string, bigint>
    readonly functions: ReadonlyMap<string, bigint>
    readonly roles: ReadonlyMap<string, bigint>
  }
  /** The indexes that cover a collection. */
  readonly indexesOf: (collection: number) => readonly Index[]
  /** The memberships that a collection's documents may have. */
  readonly membershipsOf: (collection: number) => readonly Membership[]
  /** The database holds databases, keys and roles only (data-model §1.1). */
  readonly isContainer: boolean
}

/** The version of a database's schema, as this transaction sees it. */
export function schemaVersion(transaction: Transaction, database: DatabaseId): bigint {
  const bytes = transaction.get(schemaVersionKey(database))
  return bytes === undefined ? 0n : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
}

/** Reads the whole schema of a database. */
export function readSchema(
  transaction: Transaction,
  database: DatabaseId,
  lambdas: LambdaCodec,
): Schema {
  const read = <T>(
    native: keyof typeof nativeCollections,
    make: (ref: Ref, fields: ObjectValue) => T,
  ) =>
    [...documentsOf(transaction, database, nativeCollections[native], lambdas)].map(
      ([ref, version]) => make(ref, version.fields),
    )
  const collections = read('collections', readCollection)
  const indexes = read('indexes', readIndex)
  const functions = read('functions', readFunction)
  const roles = read('roles', readRole)
  const accessProviders = read('access_providers', readAccessProvider)
  const names = (items: readonly { name: string; ref: Ref }[]) =>
    new Map(items.map(({ name, ref }) => [name, ref.id]))
  return {
    version: schemaVersion(transaction, database),
    collections: new Map(collections.map((one) => [one.id, one])),
    indexes: new Map(indexes.map((one) => [one.id, one])),
    functions: new Map(functions.map((one) => [one.ref.id, one])),
    roles: new Map(roles.map((one) => [one.ref.id, one])),
    accessProviders: new Map(accessProviders.map((one) => [one.issuer, one])),
    names: {
      collections: names(collections),
      indexes: names(indexes),
      functions: names(functions),
      roles: names(roles),
    },
    indexesOf: remembered((collection) => indexes.filter((index) => covers(index, collection))),
    membershipsOf: remembered((collection) =>
      roles.flatMap((role) =>
        role.membership
          .filter((member) => Number(member.resource.id) === collection)
          .map(({ predicate }) => ({ role, predicate })),
      ),
    ),
    isContainer: isContainer(transaction, database, lambdas),
  }
}

/** The live documents of one collection, by id; expired ones included. */
export function* documentsOf(
  transaction: Transaction,
  database: DatabaseId,
  collection: number,
  lambdas: LambdaCodec,
): IterableIterator<[Ref, StoredVersion]> {
  for (const { key, value } of transaction.range(...collectionRange(database, collection))) {
    const ref = new Ref(database, collection, idInDocumentKey(key))
    yield [ref, decodeVersion(value, lambdas)]
  }
}

function remembered<T>(compute: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) {
      value = compute(key)
      known.set(key, value)
    }
    return value
  }
}

const userCollectionMin = 1024

/** Whether an index has a collection among its sources; `_` covers user collections only. */
export function covers(index: Index, collection: number): boolean {
  return index.sources.some(({ collections }) =>
    collections === undefined ? collection >= userCollectionMin : collections.has(collection),
  )
}

/** Where a database's own document is: in its parent. Undefined for the root and for one that is gone. */
export function databaseDocument(transaction: Transaction, database: DatabaseId): Ref | undefined {
  const bytes = transaction.get(databaseKey(database))
  if (bytes === undefined) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return new Ref(view.getBigUint64(0), nativeCollections.databases, view.getBigInt64(8))
}

/** The databases from `from` (exclusive) down to `to`; undefined if it does not lie below, or is gone. */
export function databasePath(
  transaction: Transaction,
  from: DatabaseId,
  to: DatabaseId,
): readonly DatabaseId[] | undefined {
  const path: DatabaseId[] = []
  for (let at = to; at !== from; ) {
    const document = databaseDocument(transaction, at)
    if (document === undefined) return undefined
    path.unshift(at)
    at = document.database
  }
  return path
}

/** The record that `databaseDocument` reads. */
export function databaseRecord(document: Ref): Uint8Array {
  const bytes = Buffer.alloc(16)
  bytes.writeBigUInt64BE(document.database, 0)
  bytes.writeBigInt64BE(document.id, 8)
  return bytes
}

function isContainer(
  transaction: Transaction,
  database: DatabaseId,
  lambdas: LambdaCodec,
): boolean {
  const document = databaseDocument(transaction, database)
  const bytes = document && transaction.get(documentKey(document))
  return bytes !== undefined && decodeVersion(bytes, lambdas).fields.get('container') === true
}

// Documents to schema. What is read here was validated when it was written.

const listOf = (value: Value | undefined): readonly Value[] =>
  value === undefined ? [] : isArray(value) ? value : [value]

const nameOf = (fields: ObjectValue) => String(fields.get('name'))

function readCollection(ref: Ref, fields: ObjectValue): Collection & { ref: Ref } {
  const ttlDays = fields.get('ttl_days')
  const historyDays = fields.get('history_days')
  const floor = fields.get('history_floor') ?? null
  return {
    ref,
    id: Number(ref.id),
    name: nameOf(fields),
    historyDays: historyDays === undefined ? null : (historyDays as Integer | null),
    historyFloor: isInteger(floor) ? BigInt(floor) : 0n,
    ttlDays: ttlDays === undefined ? undefined : (ttlDays as Integer),
  }
}

/** Reads an index document. */
export function readIndex(ref: Ref, fields: ObjectValue): Index {
  return {
    id: Number(ref.id),
    ref,
    name: nameOf(fields),
    sources: listOf(fields.get('source')).map(readSource),
    terms: listOf(fields.get('terms')).map(readIndexField),
    values: listOf(fields.get('values')).map(readIndexField),
    isUnique: fields.get('unique') === true,
    isSerialized: fields.get('serialized') !== false,
    isActive: fields.get('active') === true,
    partitions: fields.get('unique') === true ? 1 : Number(fields.get('partitions') ?? 1),
  }
}

function readSource(source: Value): IndexSource {
  const fields = source instanceof ObjectValue ? source : undefined
  const named = fields === undefined ? source : (fields.get('collection') ?? '_')
  const collections = listOf(named)
  const bindings = fields?.get('fields')
  return {
    collections: collections.includes('_')
      ? undefined
      : new Set(collections.map((one) => Number((one as Ref).id))),
    bindings: new Map(
      bindings instanceof ObjectValue
        ? [...bindings.entries()].map(([name, lambda]) => [name, lambda as LambdaValue])
        : [],
    ),
  }
}

function readIndexField(value: Value): IndexField {
  const fields = value as ObjectValue
  const binding = fields.get('binding')
  const path = listOf(fields.get('field')) as readonly (string | number)[]
  return {
    path: binding === undefined ? path : undefined,
    binding: binding === undefined ? undefined : String(binding),
    reverse: fields.get('reverse') === true,
    casefold: fields.get('transform') === 'casefold',
    flattens: fields.get('mva') !== false,
  }
}

function readFunction(ref: Ref, fields: ObjectValue): UserFunction {
  return {
    ref,
    name: nameOf(fields),
    body: fields.get('body') as LambdaValue,
    role: readRoleSetting(fields.get('role')),
  }
}

const builtinRoles = new Set(['admin', 'server', 'server-readonly', 'client'])

/** Whether a string names a built-in role. */
export function isBuiltinRole(
  name: Value | undefined,
): name is 'admin' | 'server' | 'server-readonly' | 'client' {
  return typeof name === 'string' && builtinRoles.has(name)
}

/** Reads a stored `role`: names were turned into refs when it was written. */
export function readRoleSetting(value: Value | undefined): RoleSetting | undefined {
  if (value === undefined) return undefined
  return isBuiltinRole(value) ? value : (listOf(value) as readonly Ref[])
}

function readRole(ref: Ref, fields: ObjectValue): Role {
  return {
    ref,
    name: nameOf(fields),
    privileges: listOf(fields.get('privileges')).map((value) => {
      const privilege = value as ObjectValue
      const granted = privilege.get('actions')
      return {
        resource: privilege.get('resource') as Ref,
        actions: new Map(granted instanceof ObjectValue ? readActions(granted) : []),
      }
    }),
    membership: listOf(fields.get('membership')).map((value) => {
      const member = value as ObjectValue
      return {
        resource: member.get('resource') as Ref,
        predicate: member.get('predicate') as LambdaValue | undefined,
      }
    }),
  }
}

function readActions(granted: ObjectValue): [Action, true | LambdaValue][] {
  return actions.flatMap((action): [Action, true | LambdaValue][] => {
    const value = granted.get(action)
    if (value === true) return [[action, true]]
    return value instanceof Object && 'kind' in value && value.kind === 'lambda'
      ? [[action, value]]
      : []
  })
}
