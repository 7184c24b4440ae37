import { Run, type Source } from '../run.ts'
import { type Committed, StoreError, type Transaction, type TransactOptions } from '../store.ts'
import type { Cache } from './cache.ts'

/** How many conflicts are answered with another attempt, if the caller does not say. */
const retriesDefault = 4

/** A run whose writes are to be committed. */
export interface Attempt {
  readonly run: Run
  /** Tells the caller that they are. */
  tell(): void
}

/** A transaction that writes: its body, what it has read, and its caller. */
export interface Writer {
  readonly cache: Cache
  readonly options: TransactOptions
  /** Whether the lock is to be taken before the body runs: what it reads follows from its time, which moves. */
  readonly needsLock: boolean
  /** Runs the body over what it has read and what the writers before it in the batch wrote. */
  attempt(source: Source, timestamp: bigint): Attempt
  /** Counts a conflict. False if it was one too many, and the caller has been told so. */
  mayTryAgain(): boolean
  reject(error: unknown): void
  /** Sends it back to be run on its own: this run is not one to commit. */
  leave(): void
}

/** A writer whose outcome is awaited through `next`, as often as it is sent back. */
export class WriterOf<T> implements Writer {
  readonly cache: Cache
  readonly options: TransactOptions
  needsLock = false
  readonly #body: (transaction: Transaction) => T
  #conflicts = 0
  #settle: PromiseWithSettlers<Committed<T> | undefined> | undefined

  constructor(body: (transaction: Transaction) => T, options: TransactOptions, cache: Cache) {
    this.#body = body
    this.options = options
    this.cache = cache
  }

  /** What its next batch makes of it; undefined if it is sent back. */
  next(): Promise<Committed<T> | undefined> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
  }

  attempt(source: Source, timestamp: bigint): Attempt {
    const run = new Run(source, timestamp, 'allowed')
    const value = run.to(this.#body)
    const tell = () => {
      const { bytesWritten } = run.overlay
      const conflicts = this.#conflicts
      this.#settle?.resolve({ value, timestamp, wrote: true, conflicts, bytesWritten })
    }
    return { run, tell }
  }

  mayTryAgain(): boolean {
    this.#conflicts++
    if (this.#conflicts <= (this.options.retries ?? retriesDefault)) return true
    const text = 'Other transactions kept changing what this one read.'
    this.reject(new StoreError('conflict', text))
    return false
  }

  reject(error: unknown): void {
    this.#settle?.reject(error)
  }

  leave(): void {
    this.#settle?.resolve(undefined)
  }
}

interface PromiseWithSettlers<T> {
  resolve(value: T): void
  reject(error: unknown): void
}
