/**
 * The store: an ordered, transactional map from byte strings to byte strings.
 *
 * A transaction is a synchronous, deterministic function from a snapshot to a result and a set of
 * writes. The store decides how that function is run: once against memory-mapped pages, or again
 * and again against a cache that fills until nothing is missing. So a body
 *
 * - never awaits, never reads a clock, never draws a random number of a run's own, never touches module
 *   state: what it needs from outside is the same in every run, and its ids and its time come from the
 *   transaction;
 * - may be run any number of times before one run counts; only that run's result and writes exist, and only
 *   what it read is of one moment: what another has read is nothing to keep;
 * - lets every error it did not raise itself pass through. A suspended read, a promotion from reading
 *   to writing and a conflict are all delivered by throwing, and only the store may catch them.
 */

/**
 * A byte string. Keys order as unsigned bytes, a proper prefix first. They have 1 to `keyBytesMax` bytes;
 * bounds of ranges have any number, and a get of a key that cannot exist finds nothing.
 */
export type Bytes = Uint8Array

/** A key with its value. */
export interface Entry {
  readonly key: Bytes
  readonly value: Bytes
}

/** How a range is read. */
export interface RangeOptions {
  /** The same entries, last first. Default false. */
  readonly reverse?: boolean
  /**
   * How many entries the caller expects to take; a backend that fetches pages sizes the first one by
   * it. Not a limit. Default: unknown.
   */
  readonly expected?: number
}

/** What a body reads and writes through. Neither it nor its iterators work after the body has ended. */
export interface Transaction {
  /**
   * The value at `key`, own writes included; undefined if there is none. Borrowed: it may be
   * overwritten when the transaction ends, so copy it to keep it.
   */
  get(key: Bytes): Bytes | undefined

  /**
   * The entries with `from <= key < to`, in key order, own writes included. Lazy: abandon the
   * iteration at any time, or iterate again. Writes made while iterating may or may not be seen by that iteration.
   * Keys and values are borrowed, as in `get`.
   */
  range(from: Bytes, to: Bytes, options?: RangeOptions): Iterable<Entry>

  /** Sets `key` to `value`. The store copies neither: leave the bytes alone afterwards. */
  put(key: Bytes, value: Bytes): void

  /** Removes `key`; nothing happens if it is absent. */
  delete(key: Bytes): void

  /**
   * Runs `branch(0)` … `branch(count - 1)` and returns their results in order. The branches must not
   * depend on one another's results; each sees what the ones before it wrote. A backend whose reads suspend
   * goes on with the next branch when one suspends, so that it fetches for all of them at once: those after it
   * may not see all its writes, but nothing comes of that run but reads. Any other error ends the run where
   * it is thrown, unless an earlier branch is suspended.
   */
  all<T>(count: number, branch: (index: number) => T): T[]

  /**
   * An id that no other transaction of this store ever gets, greater than the ids of transactions
   * that committed before: milliseconds since 1336258850000 << 20, with 20 bits that tell ids of the
   * same millisecond apart (the layout of a Fauna snowflake: data-model §2.3). Counts as a write.
   */
  newId(): bigint

  /**
   * This transaction's time, in microseconds since the Unix epoch: the commit time if it writes, the
   * time of the snapshot if it only reads. Not earlier than the commit time of anything it reads, nor
   * than `notBefore`; later than both when it writes. No two writing transactions have the same.
   *
   * Not earlier than the clock either, as it was when the transaction began. Only a read that begins while
   * writes of this process are being committed may have the time just before the first of them, which it may
   * not see. Those that have been answered, committed or refused, are none of them.
   */
  readonly timestamp: bigint
}

/** How a transaction is run. */
export interface TransactOptions {
  /**
   * What the body will do. `read`: a write in it is refused with the error code `read-only`. `write`:
   * it surely writes, so no snapshot is tried first. `unknown` (default): it runs on a snapshot, and
   * once more as a writer if it turns out to write.
   */
  readonly intent?: 'read' | 'write' | 'unknown'
  /**
   * The transaction's time is at least this, in microseconds since the Unix epoch. At most
   * `clockSkewMicrosMax` ahead of the clock, else the error code `future`.
   */
  readonly notBefore?: bigint | undefined
  /** How many conflicts are answered with another attempt. Default 4. */
  readonly retries?: number | undefined
}

/** What a transaction leaves behind. */
export interface Committed<T> {
  readonly value: T
  /** `Transaction.timestamp` of the run that counted. */
  readonly timestamp: bigint
  /** False if the run that counted wrote nothing. */
  readonly wrote: boolean
  /** How many times the body lost to a conflict before. */
  readonly conflicts: number
  /** Sum of the lengths of keys and values that the run that counted wrote. */
  readonly bytesWritten: number
}

/**
 * Everything as it was at one moment, to be read at leisure while others write. A backend keeps what it shows
 * until it is closed, so close it.
 */
export interface Snapshot {
  /** The time of the last commit in it, or the last time that an id was made from; 0 if there was none. */
  readonly timestamp: bigint
  /**
   * All entries in key order, in pages of about `snapshotPageBytes`, each the reader's own. To be iterated
   * once.
   *
   * @throws StoreError
   */
  readonly pages: AsyncIterable<readonly Entry[]>
  /** Lets go of it. A second time nothing happens. */
  close(): Promise<void>
}

/** An ordered map with transactions. */
export interface Store {
  /** For messages: `memory`, `lmdb`, … */
  readonly kind: string

  /**
   * Runs `body` and commits what it wrote, all of it or nothing. When the promise resolves, a write
   * survives the death of this process and of the machine, and every transaction that starts
   * afterwards, in any process, sees it. If `body` throws, nothing is written and the promise rejects
   * with what it threw.
   *
   * Transactions that write behave as if they ran one after another, in the order of their
   * timestamps; one that only reads sees a single moment in that order.
   *
   * @throws StoreError
   */
  transact<T>(
    body: (transaction: Transaction) => T,
    options?: TransactOptions,
  ): Promise<Committed<T>>

  /**
   * Takes a snapshot: all that was committed when it was asked for, and no half of a transaction.
   *
   * @throws StoreError
   */
  snapshot(): Promise<Snapshot>

  /**
   * The room that the store takes where it is kept, in bytes; undefined where nobody counts it.
   *
   * @throws StoreError
   */
  sizeBytes(): Promise<number | undefined>

  /** Waits for what is under way and releases everything. Close snapshots before. Later calls reject with `closed`. */
  close(): Promise<void>
}

/** How far ahead of the clock `notBefore` may lie: 10 seconds, in microseconds. */
export const clockSkewMicrosMax = 10_000_000n

/** About how many bytes of keys and values a page of a snapshot has; one entry more at most. */
export const snapshotPageBytes = 1024 * 1024

/** The longest key every backend takes, in bytes. */
export const keyBytesMax = 1_900

/** What failed; never changes, so that callers may branch on it. */
export type StoreErrorCode =
  /** Other transactions kept changing what this one read. Nothing was written; try again. */
  | 'conflict'
  /** `notBefore` is too far ahead of the clock. */
  | 'future'
  /** A body declared to read wrote. */
  | 'read-only'
  /** A key is longer than `keyBytesMax`. */
  | 'key-too-long'
  /** The store was closed, or could not be reached. Nothing was written. */
  | 'closed'
  /** The database was lost while it committed, and could not be asked whether it did. */
  | 'unknown'
  /** No room is left, or the medium failed. Nothing was written. */
  | 'storage'
  /** The data was written by a newer version, or is not ours. */
  | 'format'

/** A failure of the store itself, never of the body. */
export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}
