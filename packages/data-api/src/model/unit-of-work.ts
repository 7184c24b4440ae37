/**
 * What all parts of one transaction share: the store's transaction, the schemas it has seen, the meter,
 * and the randomness that was drawn before it began.
 */
import {
  type ApiVersion,
  type DatabaseId,
  LambdaValue as Lambda,
  type LambdaValue,
  type Meter,
  type NamedCollection,
  type Names,
  nativeCollections,
  ObjectValue,
  Position,
  parseApiVersion,
  parseClosedLambda,
  parseJson,
  Ref,
  render,
} from '@vivarium/fql'
import type { Transaction } from '@vivarium/store'
import type { LambdaCodec } from './codec.ts'
import { describeRef } from './describe-ref.ts'
import { nameKey, schemaVersionKey } from './keys.ts'
import { databaseDocument, readSchema, type Schema, schemaVersion } from './schema.ts'

/** Schemas kept between transactions, each for the version it was read at. */
export type SchemaCache = Map<DatabaseId, Schema>

/** How many databases' schemas are kept. */
const schemasMax = 1000

/** What the transaction has read, for the response headers (wire §3.2). */
export interface ReadMeter {
  readOps: number
  bytesRead: number
}

/** Everything a unit of work is made from. */
export interface UnitOfWorkOptions {
  readonly transaction: Transaction
  readonly schemas: SchemaCache
  readonly meter: Meter
  readonly version: ApiVersion
  /** Random bytes, drawn for this request alone: new secrets come from them. */
  readonly entropy: Uint8Array
}

export class UnitOfWork {
  readonly transaction: Transaction
  readonly meter: Meter
  readonly version: ApiVersion
  readonly entropy: Uint8Array
  readonly reads: ReadMeter = { readOps: 0, bytesRead: 0 }
  readonly #schemas: SchemaCache
  /** Schemas as they were when this transaction first looked: what names resolve against. */
  readonly #first = new Map<DatabaseId, Schema>()
  /** Schemas as this transaction has changed them. */
  readonly #changed = new Map<DatabaseId, Schema | undefined>()
  readonly #codecs = new Map<DatabaseId, LambdaCodec>()

  constructor(options: UnitOfWorkOptions) {
    this.transaction = options.transaction
    this.meter = options.meter
    this.version = options.version
    this.entropy = options.entropy
    this.#schemas = options.schemas
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
    if (!this.#changed.has(database)) return this.schemaAtStart(database)
    const known = this.#changed.get(database)
    if (known !== undefined) return known
    const schema = readSchema(this.transaction, database, this.lambdas(database))
    this.#changed.set(database, schema)
    return schema
  }

  /** Says that a schema document of `database` has been written. */
  schemaChanged(database: DatabaseId): void {
    this.schemaAtStart(database)
    this.#changed.set(database, undefined)
    const version = Buffer.alloc(8)
    version.writeBigUInt64BE(this.transaction.timestamp)
    this.transaction.put(schemaVersionKey(database), version)
  }

  #load(database: DatabaseId): Schema {
    const version = schemaVersion(this.transaction, database)
    const kept = this.#schemas.get(database)
    if (kept?.version === version) return kept
    const schema = readSchema(this.transaction, database, this.lambdas(database))
    if (this.#schemas.size >= schemasMax) this.#schemas.clear()
    this.#schemas.set(database, schema)
    return schema
  }

  /** How lambdas stored in a database are read and written. */
  lambdas(database: DatabaseId): LambdaCodec {
    let codec = this.#codecs.get(database)
    if (codec === undefined) {
      codec = lambdaCodec(namesIn(this.transaction, database), (ref) =>
        this.#describeForStorage(ref),
      )
      this.#codecs.set(database, codec)
    }
    return codec
  }

  #describeForStorage(ref: Ref) {
    return describeRef(this, ref, ref.database)
  }
}

/** The names of a database, straight from the store. */
export function namesIn(transaction: Transaction, database: DatabaseId): Names {
  return {
    database,
    resolve: (native, name, scope) => resolveName(transaction, native, name, scope),
    databaseOf: (ref) => childDatabase(transaction, ref),
    self: () => undefined,
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

function lambdaCodec(
  names: Names,
  describe: Parameters<typeof render>[1]['describe'],
): LambdaCodec {
  return {
    write: (lambda) => render(lambda, { describe, version: 'UNSTABLE', keepQuotes: true }),
    read: (json) => readLambda(json, names),
  }
}

function readLambda(json: string, names: Names): LambdaValue {
  const tagged = parseJson(json) as ObjectValue
  const literal = tagged.values[0] as ObjectValue
  const version = parseApiVersion(String(literal.get('api_version'))) ?? '2.12'
  const body = literal.without('api_version')
  const parsed = parseClosedLambda(body, Position.root, { version, names })
  return new Lambda(parsed.pattern, parsed.body, parsed.version, ObjectValue.empty)
}
