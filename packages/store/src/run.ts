/**
 * One run of a transaction's body against a backend's state: what all backends share.
 *
 * A run reads through the overlay of its own writes. It ends in one of three ways: the body returns; it
 * throws what it wants to throw; or it turns out that it must be run otherwise (as a writer, or with more
 * loaded), which is delivered by throwing a `Restart` through the body.
 */
import assert from 'node:assert/strict'
import { compareBytes } from './bytes.ts'
import { Overlay } from './overlay.ts'
import {
  type Bytes,
  clockSkewMicrosMax,
  type Entry,
  keyBytesMax,
  type RangeOptions,
  StoreError,
  type Transaction,
  type TransactOptions,
} from './store.ts'

/** Thrown through a body that has to be run again. Never an `Error`: nothing may mistake it for one. */
export class Restart {
  readonly reason: 'write' | 'missing'

  constructor(reason: Restart['reason']) {
    this.reason = reason
  }
}

/**
 * What a run reads from: a snapshot, or the state inside a write transaction. Keys have a length that the
 * backend takes, bounds may be one byte longer, or empty; `from < to`. A range can be iterated again.
 */
export interface Source {
  get(key: Bytes): Bytes | undefined
  range(from: Bytes, to: Bytes, reverse: boolean, expected: number | undefined): Iterable<Entry>
}

/** How a run may write: not at all, not in this run (it starts again as a writer), or freely. */
export type WriteMode = 'forbidden' | 'promotes' | 'allowed'

/** Milliseconds since the Unix epoch at which ids begin (data-model §2.3). */
const idEpochMillis = 1_336_258_850_000n

/** Ids that share a microsecond. */
const idsPerMicro = 1024n

/** One run of a body: the transaction that it is given. */
export class Run implements Transaction {
  readonly timestamp: bigint
  readonly overlay = new Overlay()
  readonly #source: Source
  readonly #mode: WriteMode
  /** The iterations that have begun and not ended. Most runs never need it. */
  #open: Set<OpenIterator> | undefined
  #isOver = false
  #ids = 0n

  constructor(source: Source, timestamp: bigint, mode: WriteMode) {
    this.#source = source
    this.timestamp = timestamp
    this.#mode = mode
  }

  /**
   * Gives what `body` gives, and lets go of what it left behind: an iteration that was abandoned half way
   * would pin its snapshot, and one that goes on after the transaction would read another.
   */
  to<T>(body: (transaction: Transaction) => T): T {
    try {
      return body(this)
    } finally {
      this.#isOver = true
      if (this.#open !== undefined) for (const iterator of this.#open) iterator.return()
    }
  }

  get(key: Bytes): Bytes | undefined {
    this.#checkOpen()
    const pending = this.overlay.get(key)
    if (pending !== undefined) return pending.value
    return key.length === 0 || key.length > keyBytesMax ? undefined : this.#source.get(key)
  }

  range(from: Bytes, to: Bytes, options: RangeOptions = {}): Iterable<Entry> {
    this.#checkOpen()
    const reverse = options.reverse ?? false
    const [first, end] = [boundOf(from), boundOf(to)]
    if (compareBytes(first, end) >= 0) return []
    const base = this.#source.range(first, end, reverse, options.expected)
    const entries = this.overlay.merge(base, first, end, reverse)
    return {
      [Symbol.iterator]: () => {
        this.#checkOpen()
        this.#open ??= new Set()
        return new OpenIterator(entries[Symbol.iterator](), this.#open)
      },
    }
  }

  put(key: Bytes, value: Bytes): void {
    this.#checkMode()
    this.overlay.put(key, value)
  }

  delete(key: Bytes): void {
    this.#checkMode()
    this.overlay.delete(key)
  }

  all<T>(count: number, branch: (index: number) => T): T[] {
    const results = new Array<T>(count)
    let missing: Restart | undefined
    for (let i = 0; i < count; i++) {
      try {
        results[i] = branch(i)
      } catch (error) {
        if (error instanceof Restart && error.reason === 'missing') missing = error
        else if (missing === undefined) throw error
        else break
      }
    }
    if (missing !== undefined) throw missing
    return results
  }

  newId(): bigint {
    this.#checkMode()
    const n = this.#ids++
    const micros = this.timestamp + n / idsPerMicro
    const millis = micros / 1000n - idEpochMillis
    return (millis << 20n) | ((micros % 1000n) << 10n) | (n % idsPerMicro)
  }

  /** Whether it must be committed: it wrote, or gave out ids that no one else may get. */
  get wrote(): boolean {
    return !this.overlay.isEmpty || this.#ids > 0n
  }

  /** The last microsecond that this run's ids take; the next transaction's time must be later. */
  get lastMicros(): bigint {
    return this.#ids === 0n ? this.timestamp : this.timestamp + (this.#ids - 1n) / idsPerMicro
  }

  #checkOpen(): void {
    assert(!this.#isOver, 'A transaction is used after its body has ended')
  }

  #checkMode(): void {
    this.#checkOpen()
    if (this.#mode === 'allowed') return
    if (this.#mode === 'promotes') throw new Restart('write')
    throw new StoreError('read-only', 'A transaction declared to read wrote.')
  }
}

/** An iteration over a range, which its run can end. */
class OpenIterator implements IterableIterator<Entry> {
  readonly #entries: Iterator<Entry>
  readonly #among: Set<OpenIterator>
  #isOver = false

  constructor(entries: Iterator<Entry>, among: Set<OpenIterator>) {
    this.#entries = entries
    this.#among = among
    among.add(this)
  }

  next(): IteratorResult<Entry> {
    if (this.#isOver) return { done: true, value: undefined }
    const result = this.#entries.next()
    if (result.done) this.#among.delete(this)
    return result
  }

  return(): IteratorResult<Entry> {
    this.#isOver = true
    this.#among.delete(this)
    this.#entries.return?.()
    return { done: true, value: undefined }
  }

  [Symbol.iterator](): IterableIterator<Entry> {
    return this
  }
}

/**
 * A bound in a length that backends take. No key is longer than `keyBytesMax`, so to a longer bound its first
 * bytes and a zero are the same: only they and what begins below them lie before it.
 */
function boundOf(bound: Bytes): Bytes {
  if (bound.length <= keyBytesMax) return bound
  const same = new Uint8Array(keyBytesMax + 1)
  same.set(bound.subarray(0, keyBytesMax))
  return same
}

/** The time of a read: not before anything committed, nor before `notBefore`. */
export function readTimestamp(now: bigint, last: bigint, options: TransactOptions): bigint {
  const notBefore = checkNotBefore(now, options)
  return max(now, max(last, notBefore))
}

/** The time of a write: later than everything committed and than `notBefore`. */
export function writeTimestamp(now: bigint, last: bigint, options: TransactOptions): bigint {
  const notBefore = checkNotBefore(now, options)
  return max(now, max(last + 1n, notBefore + 1n))
}

function checkNotBefore(now: bigint, { notBefore = 0n }: TransactOptions): bigint {
  if (notBefore <= now + clockSkewMicrosMax) return notBefore
  throw new StoreError('future', `The time ${notBefore} is too far in the future.`)
}

const max = (a: bigint, b: bigint) => (a > b ? a : b)

/** How far the monotonic clock may run away from the machine's before it is set by it again. */
const clockDriftMsMax = 100

let clockOffsetMs = 0

/**
 * The machine's clock, in microseconds since the Unix epoch.
 *
 * The monotonic clock is the finer one, but it stands still while the machine sleeps and knows nothing of
 * corrections, so it only counts from where the machine's clock last put it.
 */
export function clockMicros(): bigint {
  const wall = Date.now()
  const monotonic = performance.timeOrigin + performance.now()
  if (Math.abs(monotonic + clockOffsetMs - wall) > clockDriftMsMax) clockOffsetMs = wall - monotonic
  return BigInt(Math.round((monotonic + clockOffsetMs) * 1000))
}
