/**
 * The embedded store, on LMDB.
 *
 * Readers run at once, on a snapshot of memory-mapped pages. Writers queue: one LMDB transaction takes all
 * that wait, runs their bodies one after another, each seeing what the ones before it wrote, and commits
 * them with one flush to disk. A body's own writes stay in its overlay until it has returned, so one that
 * throws leaves no trace in the batch.
 *
 * ```
 * database `data`   the keys and values
 * database `meta`   format: the version of this layout; last: the last commit time, 8 bytes
 * ```
 */
import { accessSync, constants, mkdirSync } from 'node:fs'
import { type Database, open, type RootDatabase } from 'lmdb'
import { clockMicros, Restart, Run, readTimestamp, type Source, writeTimestamp } from '../run.ts'
import {
  type Bytes,
  type Committed,
  type Entry,
  type Store,
  StoreError,
  type Transaction,
  type TransactOptions,
} from '../store.ts'

export interface LmdbStoreOptions {
  /** The directory of the environment; made if it is missing. */
  readonly path: string
  /** The clock, in microseconds since the Unix epoch. Default: the machine's. */
  readonly now?: () => bigint
}

/** The version of the layout above. */
const format = 1

/** Most bodies that share one LMDB transaction; more would keep the first waiting. */
const batchMax = 1000

const formatKey = 'format'
const lastKey = 'last'

/** A writer in the queue. */
interface Waiting {
  readonly run: () => () => void
  readonly reject: (error: unknown) => void
}

/**
 * Opens the store of a directory.
 *
 * @throws StoreError `storage` if the directory cannot be used, `format` if a newer version wrote it
 */
export function openLmdbStore(options: LmdbStoreOptions): Store {
  const environment = openEnvironment(options.path)
  const data = environment.openDB<Buffer, Buffer>({
    name: 'data',
    keyEncoding: 'binary',
    encoding: 'binary',
  })
  const meta = environment.openDB<unknown, string>({ name: 'meta' })
  checkFormat(meta, options.path)
  return new LmdbStore(environment, data, meta, options.now ?? clockMicros)
}

function openEnvironment(path: string): RootDatabase {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    accessSync(path, constants.W_OK)
    // Overlapped syncing would acknowledge a commit before it is on the disk.
    return open({ path, overlappingSync: false, maxDbs: 4, noMemInit: true })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError(
      'storage',
      `The store at ${path} cannot be opened: ${reason}. Is it a directory that this user may write?`,
      { cause },
    )
  }
}

function checkFormat(meta: Database<unknown, string>, path: string): void {
  const found = meta.get(formatKey)
  if (found === undefined) meta.putSync(formatKey, format)
  else if (typeof found !== 'number' || found > format) {
    throw new StoreError(
      'format',
      `The store at ${path} has format ${String(found)}, and this version knows ${format}. ` +
        'Start the version that wrote it, or newer.',
    )
  }
}

class LmdbStore implements Store {
  readonly kind = 'lmdb'
  readonly #environment: RootDatabase
  readonly #data: Database<Buffer, Buffer>
  readonly #meta: Database<unknown, string>
  readonly #now: () => bigint
  readonly #source: Source
  #queue: Waiting[] = []
  #draining: Promise<void> | undefined
  #isClosed = false

  constructor(
    environment: RootDatabase,
    data: Database<Buffer, Buffer>,
    meta: Database<unknown, string>,
    now: () => bigint,
  ) {
    this.#environment = environment
    this.#data = data
    this.#meta = meta
    this.#now = now
    this.#source = {
      get: (key) => data.getBinary(asBuffer(key)),
      range: (from, to, reverse) => readRange(data, from, to, reverse),
    }
  }

  async transact<T>(
    body: (transaction: Transaction) => T,
    options: TransactOptions = {},
  ): Promise<Committed<T>> {
    if (this.#isClosed) throw new StoreError('closed', 'The store is closed.')
    const intent = options.intent ?? 'unknown'
    if (intent !== 'write') {
      const mode = intent === 'read' ? 'forbidden' : 'promotes'
      // A snapshot of now, whichever process wrote last.
      this.#data.resetReadTxn()
      const timestamp = readTimestamp(this.#now(), this.#last(), options)
      try {
        const value = body(new Run(this.#source, timestamp, mode))
        return { value, timestamp, wrote: false, conflicts: 0, bytesWritten: 0 }
      } catch (error) {
        if (!(error instanceof Restart)) throw error
      }
    }
    return this.#enqueue(body, options)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#draining
    await this.#environment.close()
  }

  #last(): bigint {
    const last = this.#meta.get(lastKey)
    return typeof last === 'bigint' || typeof last === 'number' ? BigInt(last) : 0n
  }

  #enqueue<T>(
    body: (transaction: Transaction) => T,
    options: TransactOptions,
  ): Promise<Committed<T>> {
    return new Promise((resolve, reject) => {
      const run = () => {
        const committed = this.#write(body, options)
        return () => resolve(committed)
      }
      this.#queue.push({ run, reject })
      this.#draining ??= this.#drain()
    })
  }

  /** Commits batches until nobody waits. */
  async #drain(): Promise<void> {
    // Whoever asks in this same turn goes along.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, batchMax)
      await this.#commit(batch)
    }
    this.#draining = undefined
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const outcomes: (() => void)[] = []
    try {
      await this.#environment.transaction(() => {
        for (const { run, reject } of batch) {
          try {
            outcomes.push(run())
          } catch (error) {
            outcomes.push(() => reject(error))
          }
        }
      })
    } catch (cause) {
      const error = new StoreError('storage', `The store could not commit: ${String(cause)}`, {
        cause,
      })
      for (const { reject } of batch) reject(error)
      return
    }
    for (const tell of outcomes) tell()
  }

  /** Runs one body inside the LMDB transaction and applies its writes to it. */
  #write<T>(body: (transaction: Transaction) => T, options: TransactOptions): Committed<T> {
    const timestamp = writeTimestamp(this.#now(), this.#last(), options)
    const run = new Run(this.#source, timestamp, 'allowed')
    const value = body(run)
    for (const { key, value: bytes } of run.overlay.writes()) {
      if (bytes === undefined) this.#data.removeSync(asBuffer(key))
      else this.#data.putSync(asBuffer(key), asBuffer(bytes))
    }
    if (run.wrote) this.#meta.putSync(lastKey, run.lastMicros)
    const { bytesWritten } = run.overlay
    return { value, timestamp, wrote: run.wrote, conflicts: 0, bytesWritten }
  }
}

function* readRange(
  data: Database<Buffer, Buffer>,
  from: Bytes,
  to: Bytes,
  reverse: boolean,
): IterableIterator<Entry> {
  if (Buffer.compare(from, to) >= 0) return
  const start = asBuffer(reverse ? to : from)
  const end = asBuffer(reverse ? from : to)
  const range = data.getRange({
    start,
    end,
    reverse,
    // Backwards, LMDB's start is inclusive and its end is not: the opposite of ours.
    ...(reverse ? { inclusiveEnd: true, exclusiveStart: true } : {}),
  })
  for (const { key, value } of range) yield { key, value }
}

function asBuffer(bytes: Bytes): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
