/**
 * The store on PostgreSQL, and on what speaks its protocol.
 *
 * A body runs against a cache; what it misses is fetched, all of it in one round trip, and it runs again
 * from the start. What it reads alone is answered from that: the cache is of one moment. What it writes is
 * committed in one more round trip, if what it read is still so. docs/decisions/0002 says why this way.
 */
import { clockMicros, Restart, Run, readTimestamp, type WriteMode, writeTimestamp } from '../run.ts'
import {
  type Committed,
  type Snapshot,
  type Store,
  StoreError,
  type Transaction,
  type TransactOptions,
} from '../store.ts'
import { Cache } from './cache.ts'
import { Committer } from './committer.ts'
import { Database, type DatabaseOptions } from './database.ts'
import { isUnknownFunction, storeErrorOf } from './failures.ts'
import { Fetcher } from './fetcher.ts'
import { findSchema, openSchema } from './schema.ts'
import { takeSnapshot } from './snapshot.ts'
import { type Statements, statementsOf } from './statements.ts'
import { WriterOf } from './writer.ts'

/** Where a store on PostgreSQL is. */
export interface PostgresStoreOptions extends DatabaseOptions {
  /** The schema of its tables; made if it is missing. Default `vivarium`. */
  readonly schema?: string
  /** The clock, in microseconds since the Unix epoch. Default: the machine's. */
  readonly now?: () => bigint
  /**
   * How long to look for the outcome of a commit during which the connection was lost, before it is
   * reported as unknown. Default 10 seconds.
   */
  readonly settleTimeoutMs?: number
}

/** A store on PostgreSQL, which also says how often it waited for the database. */
export interface PostgresStore extends Store {
  /** Statements, or transactions sent as a whole, whose answer was waited for. */
  readonly roundTrips: number
}

/**
 * Opens a store on PostgreSQL. It connects when it is first used; what keeps it from that is what `transact`
 * rejects with: `closed` if the database cannot be reached, `format` if a newer version or somebody else
 * made the tables.
 *
 * @throws StoreError `closed` if the address is not a URL
 */
export function openPostgresStore(options: PostgresStoreOptions): PostgresStore {
  return new StoreOnPostgres(options)
}

/**
 * Whether there is a store at that place; makes none.
 *
 * @throws StoreError as `transact` would
 */
export async function findPostgresStore(options: PostgresStoreOptions): Promise<boolean> {
  const database = new Database(options)
  try {
    return await findSchema(database, statementsOf(options.schema ?? schemaDefault))
  } finally {
    await database.close()
  }
}

/** The schema, if none is named. */
const schemaDefault = 'vivarium'

class StoreOnPostgres implements PostgresStore {
  readonly kind = 'postgres'
  readonly #now: () => bigint
  readonly #database: Database
  readonly #statements: Statements
  readonly #fetcher: Fetcher
  readonly #committer: Committer
  readonly #underWay = new Set<Promise<unknown>>()
  #opening: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(options: PostgresStoreOptions) {
    this.#now = options.now ?? clockMicros
    this.#database = new Database(options)
    this.#statements = statementsOf(options.schema ?? schemaDefault)
    const settleTimeoutMs = options.settleTimeoutMs ?? 10_000
    this.#committer = new Committer(this.#database, this.#statements, this.#now, settleTimeoutMs)
    this.#fetcher = new Fetcher(this.#database, this.#statements)
  }

  get roundTrips(): number {
    return this.#database.roundTrips
  }

  async transact<T>(
    body: (transaction: Transaction) => T,
    options: TransactOptions = {},
  ): Promise<Committed<T>> {
    if (this.#closing !== undefined) throw new StoreError('closed', 'The store is closed.')
    const transacting = this.#transact(body, options)
    this.#underWay.add(transacting)
    try {
      return await transacting
    } finally {
      this.#underWay.delete(transacting)
    }
  }

  async snapshot(): Promise<Snapshot> {
    if (this.#closing !== undefined) throw new StoreError('closed', 'The store is closed.')
    await this.#open()
    return takeSnapshot(this.#database, this.#statements)
  }

  async sizeBytes(): Promise<number | undefined> {
    if (this.#closing !== undefined) throw new StoreError('closed', 'The store is closed.')
    await this.#open()
    try {
      const [[bytes] = []] = await this.#database.read({ text: this.#statements.size })
      return Number(bytes)
    } catch (error) {
      // Not every database that speaks the protocol can tell.
      if (isUnknownFunction(error)) return undefined
      throw storeErrorOf(error, this.#database.where)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#underWay)
    await this.#database.close()
  }

  async #transact<T>(
    body: (transaction: Transaction) => T,
    options: TransactOptions,
  ): Promise<Committed<T>> {
    await this.#open()
    const intent = options.intent ?? 'unknown'
    const cache = new Cache(this.#committer.clock())
    const writer = new WriterOf(body, options, cache)
    const patience = new Patience()
    let mode: WriteMode =
      intent === 'read' ? 'forbidden' : intent === 'write' ? 'allowed' : 'promotes'
    let isUndecided = false
    for (;;) {
      let step = this.#run(body, options, cache, mode)
      if (step.kind === 'missing') {
        patience.missed(step.timestamp)
        if (patience.isOver) {
          await this.#fetcher.loadAt(cache, () => {
            step = this.#run(body, options, cache, mode)
            return step.kind !== 'missing'
          })
          this.#committer.learn(cache.last ?? 0n)
        } else await this.#load(cache)
      }
      if (step.kind === 'throws') throw step.error
      if (step.kind === 'promotes') mode = 'allowed'
      if (step.kind === 'reads') {
        if (mode !== 'allowed') return step.committed
        // It ran at the time of a write, which is none of a read.
        mode = 'promotes'
        isUndecided = true
        continue
      }
      writer.needsLock = patience.isOverWithCommits
      // A run that only finds out whether something is missing can be saved if nobody has to wait for it. One
      // that writes or not as its time is can be decided by the committer alone.
      const canCommit =
        mode === 'allowed' && (this.#committer.isIdle || isUndecided || writer.needsLock)
      if (step.kind !== 'writes' && !canCommit) continue
      const next = writer.next()
      this.#committer.add(writer)
      const committed = await next
      if (committed !== undefined) return committed
      // One that still misses something has lost to nobody.
      if (step.kind !== 'missing') patience.sentBack()
      await this.#load(cache)
    }
  }

  /**
   * Runs the body once on what is loaded. Its writes are not committed, but it runs at a time of a write if
   * it may write: so its ids are none that it could find.
   */
  #run<T>(
    body: (transaction: Transaction) => T,
    options: TransactOptions,
    cache: Cache,
    mode: WriteMode,
  ): Step<T> {
    const last = cache.last ?? this.#committer.last
    const timeOf = mode === 'allowed' ? writeTimestamp : readTimestamp
    const timestamp = timeOf(cache.clock, last, options)
    const run = new Run(cache.begin(), timestamp, mode)
    try {
      const value = run.to(body)
      if (run.wrote) return { kind: 'writes' }
      const committed = { value, timestamp, wrote: false, conflicts: 0, bytesWritten: 0 }
      return { kind: 'reads', committed }
    } catch (error) {
      if (!(error instanceof Restart)) return { kind: 'throws', error }
      return error.reason === 'write' ? { kind: 'promotes' } : { kind: 'missing', timestamp }
    }
  }

  async #load(cache: Cache): Promise<void> {
    await this.#fetcher.load(cache)
    this.#committer.learn(cache.last ?? 0n)
  }

  /** Opens the tables, once; again if that failed. */
  async #open(): Promise<void> {
    this.#opening ??= openSchema(this.#database, this.#statements).then((last) =>
      this.#committer.learn(last),
    )
    try {
      await this.#opening
    } catch (error) {
      this.#opening = undefined
      throw error
    }
  }
}

/** What one run of a body came to. */
type Step<T> =
  | { readonly kind: 'reads'; readonly committed: Committed<T> }
  | { readonly kind: 'throws'; readonly error: unknown }
  | { readonly kind: 'writes' }
  | { readonly kind: 'promotes' }
  | { readonly kind: 'missing'; readonly timestamp: bigint }

/** How often the time of a body may move under it, and how often it may be fetched for. */
const movesMax = 3
const loadsMax = 12

/** How often the committer may send a body back before it takes the lock for it. */
const returnsMax = 2

/**
 * How long a body is fetched for, one moment after another. What it reads may follow from its time or from ids,
 * which move as long as others commit between its fetches, so that it may never find all that it wants; and
 * each fetch asks again about all before.
 */
class Patience {
  #missedAt: bigint | undefined
  #moves = 0
  #loads = 0
  #returns = 0

  /** Takes note of a run that missed something at that time. */
  missed(timestamp: bigint): void {
    if (this.#missedAt !== undefined && this.#missedAt !== timestamp) this.#moves++
    this.#missedAt = timestamp
    this.#loads++
  }

  /** Takes note that the committer had no use for a run that had found all that it wanted. */
  sentBack(): void {
    this.#returns++
  }

  /** Whether to give it a moment that stands still. */
  get isOver(): boolean {
    return this.#moves >= movesMax || this.#loads > loadsMax
  }

  /** Whether nobody else is to commit meanwhile. */
  get isOverWithCommits(): boolean {
    return this.#returns >= returnsMax
  }
}
