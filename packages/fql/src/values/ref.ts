/**
 * References (wire §5.3). A ref names a document by internal ids, so it survives renames; its JSON
 * form is made when it is rendered. Everything is a document: a collection is a document of the
 * collection of collections, a role one of the collection of roles.
 */

/** A database's internal id. The root database is 0. */
export type DatabaseId = bigint

/** The built-in collections and the ids they have in the reference's order of refs (fql-v4 §3.2). */
export const nativeCollections = {
  databases: 0,
  collections: 1,
  keys: 2,
  tokens: 3,
  indexes: 7,
  tasks: 9,
  credentials: 10,
  functions: 11,
  roles: 12,
  access_providers: 13,
} as const

/** A built-in collection, by the name it has on the wire. */
export type NativeCollection = keyof typeof nativeCollections

const nativeNames = new Map<number, NativeCollection>(
  Object.entries(nativeCollections).map(([name, id]) => [id, name as NativeCollection]),
)

/** User collections have the ids from here on. */
export const userCollectionIdMin = 1024

/** Built-in collections whose documents are known by name, not by number. */
export type NamedCollection =
  | 'databases'
  | 'collections'
  | 'indexes'
  | 'functions'
  | 'roles'
  | 'access_providers'

const namedCollections: ReadonlySet<string> = new Set<NamedCollection>([
  'databases',
  'collections',
  'indexes',
  'functions',
  'roles',
  'access_providers',
])

/** Whether the documents of a built-in collection are known by name. */
export function isNamed(native: NativeCollection): native is NamedCollection {
  return namedCollections.has(native)
}

/** A resolved reference to a document, which need not exist. */
export class Ref {
  readonly kind = 'ref'
  readonly database: DatabaseId
  /** Internal id of the collection that the document belongs to. */
  readonly collection: number
  readonly id: bigint

  constructor(database: DatabaseId, collection: number, id: bigint) {
    this.database = database
    this.collection = collection
    this.id = id
  }

  equals(other: Ref): boolean {
    return (
      this.id === other.id &&
      this.collection === other.collection &&
      this.database === other.database
    )
  }
}

/** The ref of a built-in collection itself, such as `Collections()`. */
export function nativeCollectionRef(database: DatabaseId, native: NativeCollection): Ref {
  return new Ref(database, nativeCollections.collections, BigInt(nativeCollections[native]))
}

/** The built-in collection that `ref` names, if it names one. */
export function asNativeCollection(ref: Ref): NativeCollection | undefined {
  return ref.collection === nativeCollections.collections && ref.id < BigInt(userCollectionIdMin)
    ? nativeNames.get(Number(ref.id))
    : undefined
}

/** Whether `ref` names a collection, built-in or not. */
export function isCollectionRef(ref: Ref): boolean {
  return ref.collection === nativeCollections.collections
}

/** The built-in collection that `ref` is a document of, if it is one. */
export function nativeOf(ref: Ref): NativeCollection | undefined {
  return nativeNames.get(ref.collection)
}

/**
 * A well-formed reference to something that does not exist, or not for the caller. A legal value that
 * equals itself and renders as written; using it is `invalid ref` (fql-v4 §2.1).
 */
export class UnresolvedRef {
  readonly kind = 'unresolved'
  /** What the missing name should name. */
  readonly native: NativeCollection
  readonly name: string
  /** The document's id, if the ref is of a document in a missing collection. */
  readonly id: string | undefined
  /** The database named in the ref, if it was. */
  readonly database: Ref | UnresolvedRef | undefined

  constructor(
    native: NativeCollection,
    name: string,
    options: { readonly id?: string; readonly database?: Ref | UnresolvedRef | undefined } = {},
  ) {
    this.native = native
    this.name = name
    this.id = options.id
    this.database = options.database
  }
}
