/**
 * One run of a transaction's body against a backend's state: what all backends share.
 *
 * A run reads through the overlay of its own writes. It ends in one of three ways: the body returns; it
 * throws what it wants to throw; or it turns out that it must be run otherwise (as a writer, or with more
 * loaded), which is delivered by throwing a `Restart` through the body.
 */
import { Overlay } from './overlay.ts'
import {
  type Bytes,
  clockSkewMicrosMax,
  type Entry,
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

/** What a run reads from: a snapshot, or the state inside a write transaction. */
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

export class Run implements Transaction {
  readonly timestamp: bigint
  readonly overlay = new Overlay()
  readonly #source: Source
  readonly #mode: WriteMode
  #ids = 0n

  constructor(source: Source, timestamp: bigint, mode: WriteMode) {
    this.#source = source
    this.timestamp = timestamp
    this.#mode = mode
  }

  get(key: Bytes): Bytes | undefined {
    const pending = this.overlay.get(key)
    return pending === undefined ? this.#source.get(key) : pending.value
  }

  range(from: Bytes, to: Bytes, options: RangeOptions = {}): Iterable<Entry> {
    const reverse = options.reverse ?? false
    return this.overlay.merge(
      this.#source.range(from, to, reverse, options.expected),
      from,
      to,
      reverse,
    )
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

  #checkMode(): void {
    if (this.#mode === 'allowed') return
    if (this.#mode === 'promotes') throw new Restart('write')
    throw new StoreError('read-only', 'A transaction declared to read wrote.')
  }
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

/** The machine's clock, in microseconds since the Unix epoch. */
export function clockMicros(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000))
}
