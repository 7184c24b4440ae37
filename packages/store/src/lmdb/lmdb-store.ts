/**
 * The embedded store, on LMDB.
 *
 * Readers run at once, on a snapshot of memory-mapped pages. Writers queue: one LMDB transaction takes all
 * that wait, runs their bodies one after another, each seeing what the ones before it wrote, and commits
 * them with one flush to disk. A body's own writes stay in its overlay until it has returned, so one that
 * throws leaves no trace in the batch.
 *
 * Any number of processes may have the directory open: LMDB lets one write at a time, and whoever writes
 * reads the last commit time inside its LMDB transaction.
 */
import { ABORT } from 'lmdb'
import { clockMicros, Restart, Run, readTimestamp, writeTimestamp } from '../run.ts'
import { pagesOf } from '../snapshot-pages.ts'
import {
  type Committed,
  type Snapshot,
  type Store,
  StoreError,
  type Transaction,
  type TransactOptions,
} from '../store.ts'
import { Environment } from './environment.ts'

/** Where an LMDB store is. */
export interface LmdbStoreOptions {
  /** The directory of the environment; made if it is missing. */
  readonly path: string
  /** The clock, in microseconds since the Unix epoch. Default: the machine's. */
  readonly now?: () => bigint
}

/** Most bodies that share one LMDB transaction; more would keep the first waiting. */
const batchMax = 1000

/** A writer in the queue. */
interface Waiting {
  /** Runs the body inside the LMDB transaction and gives what tells its caller, once that has committed. */
  readonly run: (batch: Batch) => () => void
  readonly reject: (error: unknown) => void
}

/** What the bodies that share one LMDB transaction hand on. */
interface Batch {
  /** The time of the last write. */
  last: bigint
}

/**
 * Opens the store of a directory.
 *
 * @throws StoreError `storage` if the directory cannot be used, `format` if a newer version or somebody
 * else wrote it
 */
export function openLmdbStore(options: LmdbStoreOptions): Store {
  return new LmdbStore(Environment.open(options.path), options.now ?? clockMicros)
}

class LmdbStore implements Store {
  readonly kind = 'lmdb'
  readonly #environment: Environment
  readonly #now: () => bigint
  #queue: Waiting[] = []
  #draining: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(environment: Environment, now: () => bigint) {
    this.#environment = environment
    this.#now = now
  }

  async transact<T>(
    body: (transaction: Transaction) => T,
    options: TransactOptions = {},
  ): Promise<Committed<T>> {
    if (this.#closing !== undefined) throw new StoreError('closed', 'The store is closed.')
    const intent = options.intent ?? 'unknown'
    if (intent !== 'write') {
      const mode = intent === 'read' ? 'forbidden' : 'promotes'
      const last = this.#environment.takeSnapshot()
      const timestamp = readTimestamp(this.#snapshotTime(), last, options)
      try {
        const value = new Run(this.#environment, timestamp, mode).to(body)
        return { value, timestamp, wrote: false, conflicts: 0, bytesWritten: 0 }
      } catch (error) {
        if (!(error instanceof Restart)) throw error
      }
    }
    return this.#enqueue(body, options)
  }

  async snapshot(): Promise<Snapshot> {
    if (this.#closing !== undefined) throw new StoreError('closed', 'The store is closed.')
    const { entries, last, release } = this.#environment.snapshot()
    let isOpen = true
    return {
      timestamp: last,
      pages: pagesOf(entries),
      close: async () => {
        if (isOpen) release()
        isOpen = false
      },
    }
  }

  async sizeBytes(): Promise<number> {
    return this.#environment.sizeBytes()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#draining
    await this.#environment.close()
  }

  /** Now, or just before the writes that are being committed, which no snapshot shows yet. */
  #snapshotTime(): bigint {
    const now = this.#now()
    const { firstUncommitted } = this.#environment
    return firstUncommitted === undefined || now < firstUncommitted ? now : firstUncommitted - 1n
  }

  #enqueue<T>(
    body: (transaction: Transaction) => T,
    options: TransactOptions,
  ): Promise<Committed<T>> {
    return new Promise((resolve, reject) => {
      const run = (batch: Batch) => {
        const committed = this.#write(body, options, batch)
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
      const waiting = this.#queue.splice(0, batchMax)
      try {
        for (const tell of await this.#commit(waiting)) tell()
      } catch (cause) {
        const error = new StoreError('storage', `The store could not commit: ${String(cause)}`, {
          cause,
        })
        for (const { reject } of waiting) reject(error)
      }
    }
    this.#draining = undefined
  }

  /** Runs the bodies in one LMDB transaction. @throws if it could not be committed, and nothing was */
  async #commit(waiting: readonly Waiting[]): Promise<readonly (() => void)[]> {
    const outcomes: (() => void)[] = []
    let failure: { readonly cause: unknown } | undefined
    await this.#environment.write(() => {
      try {
        const batch = { last: this.#environment.last() }
        const before = batch.last
        for (const { run, reject } of waiting) outcomes.push(outcomeOf(run, reject, batch))
        if (batch.last !== before) this.#environment.setLast(batch.last)
        return undefined
      } catch (cause) {
        // Some of a body's writes may have been applied: none of the batch may stay.
        failure = { cause }
        return ABORT
      }
    })
    if (failure !== undefined) throw failure.cause
    return outcomes
  }

  #write<T>(
    body: (transaction: Transaction) => T,
    options: TransactOptions,
    batch: Batch,
  ): Committed<T> {
    const timestamp = writeTimestamp(this.#now(), batch.last, options)
    const run = new Run(this.#environment, timestamp, 'allowed')
    const value = run.to(body)
    try {
      for (const write of run.overlay.writes()) this.#environment.apply(write)
    } catch (cause) {
      throw new Unapplied(cause)
    }
    if (run.wrote) {
      batch.last = run.lastMicros
      this.#environment.wroteAt(timestamp)
    }
    const { bytesWritten } = run.overlay
    return { value, timestamp, wrote: run.wrote, conflicts: 0, bytesWritten }
  }
}

/** Thrown where the body has succeeded and LMDB did not take its writes. */
class Unapplied {
  readonly cause: unknown

  constructor(cause: unknown) {
    this.cause = cause
  }
}

/** A body that throws concerns its caller alone. */
function outcomeOf(run: Waiting['run'], reject: Waiting['reject'], batch: Batch): () => void {
  try {
    return run(batch)
  } catch (error) {
    if (error instanceof Unapplied) throw error.cause
    return () => reject(error)
  }
}
