import type { Cache } from './cache.ts'
import type { Database } from './database.ts'
import { storeErrorOf } from './failures.ts'
import { type Ask, Question, type Statements } from './statements.ts'

/** Connections that are left for commits, and for finding out what became of one. */
const connectionsForWriting = 2

/** Most asks of a statement: beyond it, one that asks for little would wait for many. */
const asksMax = 5_000

/** A transaction that waits for what it misses. */
interface Waiting {
  readonly asks: readonly Ask[]
  readonly resolve: (last: bigint) => void
  readonly reject: (error: unknown) => void
}

/** Fetches what caches ask for: what transactions ask for while all connections are busy goes in one statement. */
export class Fetcher {
  readonly #database: Database
  readonly #text: string
  readonly #activeMax: number
  #waiting: Waiting[] = []
  #active = 0
  #isScheduled = false

  constructor(database: Database, statements: Statements) {
    this.#database = database
    this.#activeMax = Math.max(1, database.connectionsMax - connectionsForWriting)
    this.#text = statements.read
  }

  /**
   * Fetches all that a cache misses, and whatever in it is no longer so.
   *
   * @throws StoreError
   */
  async load(cache: Cache): Promise<void> {
    cache.last = await new Promise<bigint>((resolve, reject) => {
      this.#waiting.push({ asks: [...cache.asks()], resolve, reject })
      this.#schedule()
    })
  }

  /**
   * Goes on fetching what a cache misses, all from one moment, until `isDone`. It holds a connection
   * meanwhile, but no lock.
   *
   * @throws StoreError
   */
  async loadAt(cache: Cache, isDone: () => boolean): Promise<void> {
    try {
      await this.#database.snapshot(async (read) => {
        let asks = cache.asks()
        do {
          const question = new Question(asks)
          const rows = await read({ name: 'read', text: this.#text, values: question.parameters })
          cache.last = question.answer(rows).last
          asks = cache.missing()
        } while (!isDone())
      })
    } catch (cause) {
      throw storeErrorOf(cause, this.#database.where)
    }
  }

  /** Waits for the end of the turn: whoever asks in it goes along. */
  #schedule(): void {
    if (this.#isScheduled || this.#active >= this.#activeMax || this.#waiting.length === 0) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      void this.#fetch(this.#take())
      this.#schedule()
    })
  }

  #take(): readonly Waiting[] {
    let [count, asks] = [0, 0]
    for (const waiting of this.#waiting) {
      asks += waiting.asks.length
      if (count > 0 && asks > asksMax) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #fetch(waiting: readonly Waiting[]): Promise<void> {
    this.#active++
    const question = new Question(waiting.flatMap((one) => one.asks))
    try {
      const values = question.parameters
      const rows = await this.#database.read({ name: 'read', text: this.#text, values })
      const { last } = question.answer(rows)
      for (const { resolve } of waiting) resolve(last)
    } catch (cause) {
      const error = storeErrorOf(cause, this.#database.where)
      for (const { reject } of waiting) reject(error)
    } finally {
      this.#active--
      this.#schedule()
    }
  }
}
