/**
 * Commits what transactions write, all that wait at once.
 *
 * One batch is under way at a time. Its bodies run one after another, at times that follow one another; then
 * one statement writes everything if all that was read is still so and the times are still to come.
 * Otherwise it gives what has changed, and the bodies run again with that. The statement runs under the lock
 * that all writers of all processes take, so what it finds stays so until it has committed. The lock is
 * taken and released within the server, in the one round trip of the commit: no process that is slow or
 * gone keeps the others waiting. Only a batch that has lost more than once takes it before its bodies run.
 */
import { randomBytes } from 'node:crypto'
import { StoreError } from '../store.ts'
import { Batch } from './batch.ts'
import type { Database, Outcome } from './database.ts'
import { isSerializationFailure, storeErrorOf } from './failures.ts'
import { type Ask, Question, type Statements } from './statements.ts'
import type { Writer } from './writer.ts'

/** Most writers in a batch. */
const batchMax = 500

/** How often a batch is sent in the hope that nothing has changed, before it takes the lock first. */
const hopefulMax = 2

/** The first and the longest pause after the database refused to serialize, and while it is gone. */
const pauseMs = { first: 20, most: 500 }

/** What commits. */
export class Committer {
  readonly #database: Database
  readonly #statements: Statements
  readonly #now: () => bigint
  readonly #settleTimeoutMs: number
  /** Under it the database knows this store's last commit. */
  readonly #id = randomBytes(16)
  #queue: Writer[] = []
  #isDraining = false
  /** The batch whose end is not known yet. */
  #underWay: Batch | undefined
  /** The time of a batch that reads under the lock before it is made. */
  #held: bigint | undefined
  /** The latest time that was given to a transaction which may lack whatever is not yet committed. */
  #given = 0n
  /** The latest commit time that this process knows. */
  last = 0n

  constructor(
    database: Database,
    statements: Statements,
    now: () => bigint,
    settleTimeoutMs: number,
  ) {
    this.#database = database
    this.#statements = statements
    this.#now = now
    this.#settleTimeoutMs = settleTimeoutMs
  }

  get isIdle(): boolean {
    return !this.#isDraining
  }

  /** The clock, but before any time that is to be committed: what is read now may lack it. */
  clock(): bigint {
    const now = this.#now()
    const first = this.#underWay?.first ?? this.#held
    const clock = first === undefined || now < first ? now : first - 1n
    if (clock > this.#given) this.#given = clock
    return clock
  }

  /** Takes note of a commit time that was read. */
  learn(last: bigint): void {
    if (last > this.last) this.last = last
  }

  /** Has a writer committed with the next batch. */
  add(writer: Writer): void {
    this.#queue.push(writer)
    if (this.#isDraining) return
    this.#isDraining = true
    // Whoever asks in this same turn goes along.
    setImmediate(() => void this.#drain())
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const writers = this.#queue.splice(0, batchMax)
      try {
        await this.#commit(writers)
      } catch (cause) {
        const error = storeErrorOf(cause, this.#database.where)
        for (const writer of writers) writer.reject(error)
      }
      this.#underWay = undefined
    }
    this.#isDraining = false
  }

  /** Sends the writers as often as it takes. @throws if the database failed, and nothing was written */
  async #commit(all: readonly Writer[]): Promise<void> {
    let pause = pauseMs.first
    let writers: readonly Writer[] = all
    for (let attempt = 1; writers.length > 0; attempt++) {
      const needsLock = attempt > hopefulMax || writers.some((writer) => writer.needsLock)
      const sent = needsLock ? await this.#sendLocked(writers) : await this.#send(writers)
      if (sent === undefined) return
      const { batch, question, outcome, place } = sent
      if (outcome.kind === 'undone' && !isSerializationFailure(outcome.error)) throw outcome.error
      if (outcome.kind === 'ended') {
        const { last, isCommitted, taken } = question.answer(outcome.results[place] ?? [])
        this.learn(isCommitted ? batch.last : last)
        if (isCommitted) return batch.tell()
        writers = mayTryAgain(batch, taken)
        continue
      }
      if (outcome.kind === 'unknown') {
        const isCommitted = await this.#settle(batch, outcome.error)
        this.learn(batch.last)
        if (isCommitted) return batch.tell()
        writers = [...batch.writers]
        continue
      }
      writers = [...batch.writers].filter((writer) => writer.mayTryAgain())
      await pauseFor(pause)
      pause = Math.min(pause * 2, pauseMs.most)
    }
  }

  /** Runs the bodies and sends what they wrote; undefined if none of them has anything to commit. */
  async #send(writers: readonly Writer[]): Promise<Sent | undefined> {
    const batch = new Batch(writers, this.#now, this.last, { notBefore: this.#given })
    if (batch.isEmpty) return undefined
    this.#underWay = batch
    const question = batch.question()
    const { lock } = this.#statements
    const outcome = await this.#database.transact([
      { name: 'lock', text: lock },
      ...batch.statements(this.#statements, question, this.#id),
    ])
    return { batch, question, outcome, place: 1 }
  }

  /**
   * Takes the lock, brings what was read up to date, runs the bodies, reads what they still miss, and sends
   * what they wrote. Under the lock no commit changes what is read, nor moves the time.
   */
  async #sendLocked(all: readonly Writer[]): Promise<Sent | undefined> {
    const { lock, read } = this.#statements
    const now = this.#now()
    this.#held = now
    let made: Pick<Sent, 'batch' | 'question'> | undefined
    let writers = all
    let asked = new Question(writers.flatMap((writer) => [...writer.cache.asks()]))
    const reading = () => ({ name: 'read', text: read, values: asked.parameters })
    const outcome = await this.#database.transactInSteps(
      [{ name: 'lock', text: lock }, reading()],
      (rows) => {
        const { last } = asked.answer(rows)
        this.learn(last)
        for (const writer of writers) writer.cache.last = last
        const batch = new Batch(writers, () => now, this.last, {
          keepsMissing: true,
          notBefore: now,
        })
        if (batch.missing.length > 0) {
          writers = [...batch.writers, ...batch.missing]
          asked = new Question(writers.flatMap((writer) => [...writer.cache.missing()]))
          return { statements: [reading()], isLast: false }
        }
        // What reads from now on lacks nothing, though the lock is yet to be let go of.
        this.#held = undefined
        if (batch.isEmpty) return { statements: [], isLast: true }
        this.#underWay = batch
        const question = batch.question()
        made = { batch, question }
        return { statements: batch.statements(this.#statements, question, this.#id), isLast: true }
      },
    )
    this.#held = undefined
    if (made === undefined && outcome.kind === 'undone') throw outcome.error
    return made === undefined ? undefined : { ...made, outcome, place: 0 }
  }

  /**
   * Finds out whether a batch was committed when the connection ended before the answer came. If it was not,
   * it never will be: its times are made past ones, and a commit with such times writes nothing.
   *
   * @throws StoreError `unknown` if the database cannot be asked
   */
  async #settle(batch: Batch, cause: unknown): Promise<boolean> {
    const { lock, fence, lastOfWriter } = this.#statements
    const deadline = performance.now() + this.#settleTimeoutMs
    for (let pause = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.most)) {
      const outcome = await this.#database.transact([
        { name: 'lock', text: lock },
        { text: fence, values: [batch.last, this.#id] },
        { text: lastOfWriter, values: [this.#id] },
      ])
      if (outcome.kind === 'ended') {
        const [, , [own] = []] = outcome.results
        return own?.[0] === batch.last
      }
      if (performance.now() > deadline) {
        throw new StoreError(
          'unknown',
          `The database at ${this.#database.where} was lost while it committed; whether it did is not known.`,
          { cause },
        )
      }
      await pauseFor(pause)
    }
  }
}

/** A batch that was sent, what was asked with it, and what became of it. */
interface Sent {
  readonly batch: Batch
  readonly question: Question
  readonly outcome: Outcome
  /** Where among its results the answer is. */
  readonly place: number
}

/** Counts the conflicts of a batch that was not committed, and gives those who go on. */
function mayTryAgain(batch: Batch, taken: ReadonlySet<Ask>): readonly Writer[] {
  const stale = new Set(batch.stale(taken))
  // What has changed is of a later moment than the rest.
  for (const writer of stale) writer.cache.last = undefined
  return [...batch.writers].filter((writer) => !stale.has(writer) || writer.mayTryAgain())
}

/** Waits between half as long and as long, so that those who collided do not collide again. */
function pauseFor(milliseconds: number): Promise<void> {
  const jittered = milliseconds * (0.5 + Math.random() / 2)
  return new Promise((resolve) => setTimeout(resolve, jittered))
}
