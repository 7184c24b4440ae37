import { mapKey } from '../bytes.ts'
import { clockMicros, Restart, Run, readTimestamp, type Source, writeTimestamp } from '../run.ts'
import { pagesOf } from '../snapshot-pages.ts'
import { entriesOf, SortedMap } from '../sorted-map.ts'
import {
  type Bytes,
  type Committed,
  type Entry,
  type Store,
  StoreError,
  type Transaction,
  type TransactOptions,
} from '../store.ts'

/** How a store in memory behaves. */
export interface MemoryStoreOptions {
  /** The clock, in microseconds since the Unix epoch. Default: the machine's. */
  readonly now?: () => bigint
  /**
   * Every first read of a key or a range suspends the body, which is then run again from the start, as on a
   * backend across a network. Default false.
   */
  readonly suspendReads?: boolean
}

/** A store in memory, which also says how often a suspending one had to load. */
export interface MemoryStore extends Store {
  /** How many times what was missing has been loaded, all that was missing at once. */
  readonly roundTrips: number
}

/** Opens a store in memory, for tests: the simplest thing that obeys the contract. */
export function openMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const data = new SortedMap<Bytes>()
  const now = options.now ?? clockMicros
  let last = 0n
  let isClosed = false
  let roundTrips = 0

  const state: Source = {
    get: (key) => data.get(key),
    range: (from, to, reverse) => ({
      [Symbol.iterator]: () => entriesOf(data.range(from, to, reverse)),
    }),
  }

  /** Runs the body until nothing is missing. Nothing else runs meanwhile, so one snapshot serves. */
  function runOn<T>(
    source: Source,
    make: (source: Source) => Run,
    body: (transaction: Transaction) => T,
  ) {
    const cache = options.suspendReads ? new LoadingSource(source) : undefined
    for (;;) {
      const run = make(cache ?? source)
      try {
        return { run, value: run.to(body) }
      } catch (error) {
        if (!(error instanceof Restart) || error.reason !== 'missing' || cache === undefined) {
          throw error
        }
        cache.load()
        roundTrips++
      }
    }
  }

  function transactNow<T>(
    body: (transaction: Transaction) => T,
    given: TransactOptions,
  ): Committed<T> {
    if (isClosed) throw new StoreError('closed', 'The store is closed.')
    const intent = given.intent ?? 'unknown'
    if (intent !== 'write') {
      const timestamp = readTimestamp(now(), last, given)
      const mode = intent === 'read' ? 'forbidden' : 'promotes'
      try {
        const { value } = runOn(state, (source) => new Run(source, timestamp, mode), body)
        return { value, timestamp, wrote: false, conflicts: 0, bytesWritten: 0 }
      } catch (error) {
        if (!(error instanceof Restart)) throw error
      }
    }
    const timestamp = writeTimestamp(now(), last, given)
    const { run, value } = runOn(state, (source) => new Run(source, timestamp, 'allowed'), body)
    for (const write of run.overlay.writes()) {
      if (write.value === undefined) data.delete(write.key)
      else data.set(write.key, write.value)
    }
    if (run.wrote) last = run.lastMicros
    const { bytesWritten } = run.overlay
    return { value, timestamp, wrote: run.wrote, conflicts: 0, bytesWritten }
  }

  return {
    kind: 'memory',
    get roundTrips() {
      return roundTrips
    },
    transact: async (body, given = {}) => transactNow(body, given),
    snapshot: async () => {
      if (isClosed) throw new StoreError('closed', 'The store is closed.')
      const pages = pagesOf([...entriesOf(data.entries())])
      return { timestamp: last, pages, close: async () => {} }
    },
    sizeBytes: async () => undefined,
    close: async () => {
      isClosed = true
    },
  }
}

/** A source that knows only what has been loaded, and remembers what was asked for besides. */
class LoadingSource implements Source {
  readonly #source: Source
  readonly #keys = new Map<string, Bytes | undefined>()
  readonly #ranges = new Map<string, readonly Entry[]>()
  #wanted: (() => void)[] = []

  constructor(source: Source) {
    this.#source = source
  }

  get(key: Bytes): Bytes | undefined {
    const name = mapKey(key)
    if (this.#keys.has(name)) return this.#keys.get(name)
    this.#wanted.push(() => this.#keys.set(name, this.#source.get(key)))
    throw new Restart('missing')
  }

  range(from: Bytes, to: Bytes, reverse: boolean): Iterable<Entry> {
    // Keys may hold any byte, so the length tells where the first bound ends.
    const name = `${reverse} ${from.length} ${mapKey(from)}${mapKey(to)}`
    const known = this.#ranges.get(name)
    if (known !== undefined) return known
    this.#wanted.push(() =>
      this.#ranges.set(name, [...this.#source.range(from, to, reverse, undefined)]),
    )
    throw new Restart('missing')
  }

  /** Loads everything that was asked for. */
  load(): void {
    for (const load of this.#wanted) load()
    this.#wanted = []
  }
}
