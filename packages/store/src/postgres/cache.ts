/**
 * What a transaction has read from the database: it grows until a run of the body finds all that it wants.
 *
 * A read of something that is not here is noted down and suspends the run. What is fetched then comes from
 * one moment, and so does everything that was here before: the same statement asks whether it is still as
 * it was, and brings what is not. So no transaction of the database has to be held open between fetches,
 * and a body never sees two moments at once. Only what a failed commit brings is of a later moment than the
 * rest: the run that meets it is checked by the next commit, and counts only if all that it used is so.
 */
import assert from 'node:assert/strict'
import { mapKey } from '../bytes.ts'
import { Restart, type Source } from '../run.ts'
import type { Bytes, Entry } from '../store.ts'
import { type Ask, type KeyAsk, type StretchAsk, unknown, type Versioned } from './statements.ts'

/** Entries of a first page when nobody says how many are expected. */
const pageDefault = 64

/** Entries of the largest page. */
const pageMax = 16_384

/** What one transaction has read. */
export class Cache implements Source {
  /**
   * The time of the last commit before all that is here; undefined as long as nothing has been fetched, or
   * if what is here is of several moments.
   */
  last: bigint | undefined
  /**
   * What the clock said when the transaction began: no transaction of this process that a fetch may lack has
   * this time or an earlier. It stays, so that reads that follow from the time, or from ids, stay the same.
   */
  readonly clock: bigint
  readonly #keys = new Map<string, KeyRead>()
  readonly #ranges = new Map<string, RangeRead>()
  #run = 0

  constructor(clock: bigint) {
    this.clock = clock
  }

  /** Begins a run: what it uses is counted anew. */
  begin(): this {
    this.#run++
    return this
  }

  get(key: Bytes): Bytes | undefined {
    const name = mapKey(key)
    let read = this.#keys.get(name)
    if (read === undefined) {
      read = new KeyRead(Buffer.from(name, 'latin1'))
      this.#keys.set(name, read)
    }
    return read.use(this.#run)
  }

  range(from: Bytes, to: Bytes, reverse: boolean, expected: number | undefined): Iterable<Entry> {
    const low = mapKey(from)
    const name = `${reverse ? '<' : '>'}${low.length},${low}${mapKey(to)}`
    let read = this.#ranges.get(name)
    if (read === undefined) {
      read = new RangeRead(Buffer.from(from), Buffer.from(to), reverse)
      this.#ranges.set(name, read)
    }
    const [range, run] = [read, this.#run]
    return { [Symbol.iterator]: () => range.use(run, expected) }
  }

  /** Asks for what is missing, and whether the rest is still as it is here. */
  *asks(): Iterable<Ask> {
    for (const read of this.#keys.values()) yield read
    for (const read of this.#ranges.values()) yield* read.asks()
  }

  /** Asks for what is missing alone: of use only as long as nothing can change. */
  *missing(): Iterable<Ask> {
    for (const read of this.#keys.values()) if (read.version === unknown) yield read
    for (const read of this.#ranges.values()) yield* read.missing()
  }

  /** Asks whether what the last run used is still so. */
  used(): readonly Ask[] {
    const asks: Ask[] = []
    for (const read of this.#keys.values()) if (read.isUsedBy(this.#run)) asks.push(read)
    for (const read of this.#ranges.values()) asks.push(...read.usedBy(this.#run))
    return asks
  }
}

/** A key that was read. */
class KeyRead implements KeyAsk {
  readonly kind = 'key'
  readonly key: Bytes
  version = unknown
  #value: Bytes | undefined
  #lastRun = 0

  constructor(key: Bytes) {
    this.key = key
  }

  use(run: number): Bytes | undefined {
    if (this.version === unknown) throw new Restart('missing')
    this.#lastRun = run
    return this.#value
  }

  isUsedBy(run: number): boolean {
    return this.#lastRun === run
  }

  take(found: Omit<Versioned, 'key'> | undefined): void {
    this.version = found?.version ?? 0n
    this.#value = found?.value
  }
}

/** A range that was read, from its start (or backwards from its end) as far as it was wanted. */
class RangeRead {
  readonly #from: Bytes
  readonly #to: Bytes
  readonly #reverse: boolean
  #entries: Versioned[] = []
  #isComplete = false
  /** Entries of the page that is wanted; 0 if none is. */
  #wanted = 0
  #lastRun = 0
  /** How many entries the last run took; one more if it saw that there are no others. */
  #taken = 0

  constructor(from: Bytes, to: Bytes, reverse: boolean) {
    this.#from = from
    this.#to = to
    this.#reverse = reverse
  }

  *use(run: number, expected: number | undefined): IterableIterator<Entry> {
    if (this.#lastRun !== run) this.#taken = 0
    this.#lastRun = run
    for (let i = 0; ; i++) {
      const entry = this.#entries[i]
      if (entry === undefined && !this.#isComplete) {
        this.#wanted = Math.max(this.#wanted, this.#nextPage(expected))
        throw new Restart('missing')
      }
      this.#taken = Math.max(this.#taken, i + 1)
      if (entry === undefined) return
      yield entry
    }
  }

  *asks(): Iterable<StretchAsk> {
    const read = this.#readSoFar(this.#isComplete ? Number.POSITIVE_INFINITY : this.#entries.length)
    if (read !== undefined) yield read
    yield* this.missing()
  }

  *missing(): Iterable<StretchAsk> {
    if (this.#wanted === 0) return
    const limit = this.#wanted
    const rest = this.#rest()
    yield {
      ...rest,
      kind: 'stretch',
      reverse: this.#reverse,
      limit,
      count: unknown,
      version: 0n,
      take: (entries) => {
        this.#entries.push(...entries)
        this.#isComplete = entries.length < limit
        this.#wanted = 0
      },
    }
  }

  /** As many entries as are expected and not here, or twice as many as are here. */
  #nextPage(expected: number = pageDefault): number {
    const here = this.#entries.length
    return Math.max(1, Math.min(Math.max(expected - here, 2 * here), pageMax))
  }

  *usedBy(run: number): Iterable<StretchAsk> {
    const used = this.#lastRun === run ? this.#readSoFar(this.#taken) : undefined
    if (used !== undefined) yield used
  }

  /** Asks for the stretch that ends with entry `count`, or for all of it where there is no such entry. */
  #readSoFar(count: number): StretchAsk | undefined {
    if (count === 0) return undefined
    const isWhole = count > this.#entries.length
    const entries = isWhole ? this.#entries : this.#entries.slice(0, count)
    const last = isWhole ? undefined : entries.at(-1)?.key
    return {
      kind: 'stretch',
      from: this.#reverse && last !== undefined ? last : this.#from,
      to: !this.#reverse && last !== undefined ? after(last) : this.#to,
      reverse: this.#reverse,
      limit: undefined,
      count: BigInt(entries.length),
      version: entries.reduce((latest, { version }) => (version > latest ? version : latest), 0n),
      // What lies beyond it was read before, so it is not kept.
      take: (found) => {
        this.#entries = [...found]
        this.#isComplete = isWhole
      },
    }
  }

  /** The bounds of what has not been read. */
  #rest(): { readonly from: Bytes; readonly to: Bytes } {
    assert(!this.#isComplete, 'There is nothing beyond a complete range')
    const last = this.#entries.at(-1)?.key
    if (last === undefined) return { from: this.#from, to: this.#to }
    return this.#reverse ? { from: this.#from, to: last } : { from: after(last), to: this.#to }
  }
}

/** The first key after `key`. */
function after(key: Bytes): Bytes {
  const next = Buffer.alloc(key.length + 1)
  next.set(key)
  return next
}
