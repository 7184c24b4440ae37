import type { Cache, Moment } from './cache.ts'
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
  readonly resolve: (moment: Moment) => void
  readonly reject: (error: unknown) => void
}

/** Fetches what caches ask for: what transactions ask for while all connections are busy goes in one statement. */
export class Fetcher {
  readonly #database: Database
  readonly #text: string
  readonly #clock: () => bigint
  readonly #activeMax: number
  #waiting: Waiting[] = []
  #active = 0
  #isScheduled = false

  /** `clock` gives a time that no transaction of this process has that is not yet committed. */
  constructor(database: Database, statements: Statements, clock: () => bigint) {
    this.#database = database
    this.#activeMax = Math.max(1, database.connectionsMax - connectionsForWriting)
    this.#text = statements.read
    this.#clock = clock
  }

  /**
   * Fetches all that a cache misses, and whatever in it is no longer so.
   *
   * @throws StoreError
   */
  async load(cache: Cache): Promise<void> {
    cache.moment = await new Promise<Moment>((resolve, reject) => {
      this.#waiting.push({ asks: [...cache.asks()], resolve, reject })
      this.#schedule()
    })
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
    const clock = this.#clock()
    try {
      const values = question.parameters
      const rows = await this.#database.read({ name: 'read', text: this.#text, values })
      const { last } = question.answer(rows)
      for (const { resolve } of waiting) resolve({ last, clock })
    } catch (cause) {
      const error = storeErrorOf(cause, this.#database.where)
      for (const { reject } of waiting) reject(error)
    } finally {
      this.#active--
      this.#schedule()
    }
  }
}
