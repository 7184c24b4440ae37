/**
 * What all parts of one transaction share: the store's transaction, the schemas it has seen, the meter,
 * and the randomness that is drawn once for all its runs.
 */
import {
  type ApiVersion,
  type DatabaseId,
  type LambdaValue,
  type Meter,
  type NamedCollection,
  type Names,
  nativeCollections,
  Ref,
} from '@vivarium/fql'
import type { Transaction } from '@vivarium/store'
import { audiencePrefixDefault } from './access-provider.ts'
import type { ChangeLog } from './changes.ts'
import type { LambdaCodec } from './codec.ts'
import { nameKey, schemaVersionKey } from './keys.ts'
import { lambdaCodec } from './lambda-codec.ts'
import { MeteredTransaction } from './metered-transaction.ts'
import { noProofs, type Proofs } from './proofs.ts'
import { databaseDocument, databasePath, readSchema, type Schema, schemaVersion } from './schema.ts'

/** Schemas kept between transactions, each for the version it was read at. */
export type SchemaCache = Map<DatabaseId, Schema>

/** How many databases' schemas are kept. */
const schemasMax = 1000

/** Everything a unit of work is made from. */
export interface UnitOfWorkOptions {
  readonly transaction: Transaction
  readonly schemas: SchemaCache
  /** Whether what is kept of a schema is taken for what it is, unread: only to find out what to read. */
  readonly presumesSchemas?: boolean
  readonly meter: Meter
  readonly version: ApiVersion
  /** Gives random bytes, drawn for this request alone: new secrets come from them. */
  readonly entropy: () => Uint8Array
  /** Where written documents tell what they were. Absent: nobody wants to know. */
  readonly changes?: ChangeLog | undefined
  /** What is known of the tokens that it may meet. Default: `noProofs`. */
  readonly proofs?: Proofs | undefined
  /** What the audiences of databases begin with. Default: `audiencePrefixDefault`. */
  readonly audiencePrefix?: string | undefined
}

/** One transaction, with what its parts share. */
export class UnitOfWork {
  readonly transaction: MeteredTransaction
  readonly meter: Meter
  readonly version: ApiVersion
  readonly entropy: () => Uint8Array
  /** What this transaction has changed, if somebody follows. */
  readonly changes: ChangeLog | undefined
  readonly proofs: Proofs
  /** What the audiences of databases begin with. */
  readonly audiencePrefix: string
  // What only writing needs is made when it is first wanted: most transactions only read.
  #removedEntries: Map<string, Uint8Array> | undefined
  /** Where the deletions of this transaction are kept, by the hexadecimal of their history keys. */
  #deletions: Set<string> | undefined
  readonly #schemas: SchemaCache
  readonly #presumesSchemas: boolean
  /** Schemas as they were when this transaction first looked: what names resolve against. */
  readonly #first = new Map<DatabaseId, Schema>()
  /** Schemas as this transaction has changed them. */
  #changed: Map<DatabaseId, Schema | undefined> | undefined
  #codecs: Map<DatabaseId, LambdaCodec> | undefined

  constructor(options: UnitOfWorkOptions) {
    this.transaction = new MeteredTransaction(options.transaction)
    this.meter = options.meter
    this.version = options.version
    this.entropy = options.entropy
    this.changes = options.changes
    this.proofs = options.proofs ?? noProofs
    this.audiencePrefix = options.audiencePrefix ?? audiencePrefixDefault
    this.#schemas = options.schemas
    this.#presumesSchemas = options.presumesSchemas ?? false
  }

  /** The index entries that this transaction removed, by key: what `entry-records.ts` keeps of them. */
  get removedEntries(): Map<string, Uint8Array> {
    this.#removedEntries ??= new Map()
    return this.#removedEntries
  }

  /** The schema as it was when the transaction began (data-model §5.9). */
  schemaAtStart(database: DatabaseId): Schema {
    const known = this.#first.get(database)
    if (known !== undefined) return known
    const schema = this.#load(database)
    this.#first.set(database, schema)
    return schema
  }

  /** The schema with this transaction's own changes. */
  schema(database: DatabaseId): Schema {
    if (!this.#changed?.has(database)) return this.schemaAtStart(database)
    const known = this.#changed.get(database)
    if (known !== undefined) return known
    const schema = this.#read(database)
    this.#changed.set(database, schema)
    return schema
  }

  /** Says that a schema document of `database` has been written. */
  schemaChanged(database: DatabaseId): void {
    this.schemaAtStart(database)
    this.#changed ??= new Map()
    this.#changed.set(database, undefined)
    const version = Buffer.alloc(8)
    version.writeBigUInt64BE(this.transaction.timestamp)
    this.transaction.put(schemaVersionKey(database), version)
  }

  #load(database: DatabaseId): Schema {
    const kept = this.#schemas.get(database)
    if (kept !== undefined && this.#presumesSchemas) return kept
    const version = schemaVersion(this.transaction.unmetered, database)
    if (kept?.version === version) return kept
    return this.#read(database)
  }

  /**
   * Keeps for later transactions what this one has read of schemas. Only after it has come to its end, and only
   * of the run that counted: what any other has read may be of several moments, or never be committed.
   */
  keepSchemas(): void {
    for (const [database, schema] of this.#first) {
      if (this.#schemas.get(database) === schema) continue
      if (this.#schemas.size >= schemasMax) this.#schemas.clear()
      this.#schemas.set(database, schema)
    }
  }

  #read(database: DatabaseId): Schema {
    return readSchema(this.transaction.unmetered, database, this.lambdas(database))
  }

  /** Remembers a deletion, which a later write of this transaction may undo. */
  noteDeletion(historyKey: Uint8Array): void {
    this.#deletions ??= new Set()
    this.#deletions.add(Buffer.from(historyKey).toString('hex'))
  }

  /** Undoes the deletion kept at `historyKey`, if this transaction made it; whether it did. */
  forgetDeletion(historyKey: Uint8Array): boolean {
    if (this.#deletions === undefined) return false
    const isOwn = this.#deletions.delete(Buffer.from(historyKey).toString('hex'))
    if (isOwn) this.transaction.delete(historyKey)
    return isOwn
  }

  /** How lambdas stored in a database are read and written. */
  lambdas(database: DatabaseId): LambdaCodec {
    let codec = this.#codecs?.get(database)
    if (codec === undefined) {
      codec = new LazyLambdas(this.transaction.unmetered, database)
      this.#codecs ??= new Map()
      this.#codecs.set(database, codec)
    }
    return codec
  }
}

/** The lambdas of a database. Hardly a document holds one, so what reads them is made for the first. */
class LazyLambdas implements LambdaCodec {
  readonly #transaction: Transaction
  readonly #database: DatabaseId
  #codec: LambdaCodec | undefined

  constructor(transaction: Transaction, database: DatabaseId) {
    this.#transaction = transaction
    this.#database = database
  }

  write(lambda: LambdaValue): string {
    return this.#made().write(lambda)
  }

  read(json: string): LambdaValue {
    return this.#made().read(json)
  }

  #made(): LambdaCodec {
    const transaction = this.#transaction
    this.#codec ??= lambdaCodec(namesIn(transaction, this.#database), {
      path: (from, to) => databasePath(transaction, from, to),
    })
    return this.#codec
  }
}

/** The names of a database, straight from the store. */
export function namesIn(transaction: Transaction, database: DatabaseId): Names {
  return {
    database,
    resolve: (native, name, scope) => resolveName(transaction, native, name, scope),
    databaseOf: (ref) => childDatabase(transaction, ref),
    self: () => undefined,
    // What is stored was checked when it was written.
    checkIndex: () => {},
  }
}

/** The item that a name names now. */
export function resolveName(
  transaction: Transaction,
  native: NamedCollection,
  name: string,
  database: DatabaseId,
): Ref | undefined {
  const id = transaction.get(nameKey(database, nativeCollections[native], name))
  if (id === undefined) return undefined
  const number = new DataView(id.buffer, id.byteOffset).getBigInt64(0)
  return new Ref(database, nativeCollections[native], number)
}

/** The id that the name record of a database's document holds besides the document's own. */
export function childDatabase(transaction: Transaction, ref: Ref): DatabaseId | undefined {
  // A database's document has the database's own id: see types/database.ts.
  return databaseDocument(transaction, ref.id)?.equals(ref) ? ref.id : undefined
}
