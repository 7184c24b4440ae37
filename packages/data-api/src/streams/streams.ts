/**
 * The open streams of a process.
 *
 * Commits come from the feed and wait; one loop tells them, in their order. What a commit means for whom is
 * found out in two steps, each a transaction that reads: which events there are for which streams; then,
 * session by session, whether its credentials still hold and what it may see. An event is made once for all
 * streams of its target, and its text once for all that share a format.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type DatabaseId, newMeter, RequestError, timedOut } from '@vivarium/fql'
import type { Store, Transaction } from '@vivarium/store'
import type { Caller } from '../model/caller.ts'
import type { Proofs } from '../model/proofs.ts'
import { type SchemaCache, UnitOfWork } from '../model/unit-of-work.ts'
import type { ChangeFeed, Commit } from './change-feed.ts'
import type { Hold } from './hold.ts'
import { type StreamLimits, streamErrors } from './limits.ts'
import { eventsOf, lookAt, verify } from './look.ts'
import type { EventFormat } from './render-event.ts'
import { type Session, Sessions } from './sessions.ts'
import { Subscriber } from './subscriber.ts'
import { databaseOf, type StreamTarget } from './target.ts'
import { type TopicEvent, Topics } from './topics.ts'

/** What streams are made over. */
export interface StreamsOptions {
  readonly store: Store
  readonly schemas: SchemaCache
  readonly rootSecrets: readonly string[]
  readonly audiencePrefix?: string | undefined
  readonly feed: ChangeFeed
  readonly limits: StreamLimits
}

/** A stream as it is asked for. */
export interface Opening {
  readonly secret: string
  readonly proofs: Proofs
  readonly target: StreamTarget
  readonly format: EventFormat
  readonly caller: Caller
  readonly hold: Hold
  /** Where its credentials can end. */
  readonly databases: ReadonlySet<DatabaseId>
}

/** How many sessions are looked at in one transaction, before other requests have their turn. */
const sessionsPerTransaction = 100

/** The open streams of a process. */
export class Streams {
  readonly #options: StreamsOptions
  readonly #topics = new Topics()
  readonly #sessions: Sessions
  /** Every open stream, with what takes it out. */
  readonly #open = new Map<Subscriber, () => void>()
  readonly #followed = new Map<DatabaseId, { count: number; readonly end: Promise<() => void> }>()
  #commits: Commit[] = []
  #due = new Set<Session>()
  #telling: Promise<void> | undefined
  #isClosed = false

  constructor(options: StreamsOptions) {
    this.#options = options
    this.#sessions = new Sessions((session) => this.#look([session]))
  }

  /** How many streams are open. */
  get count(): number {
    return this.#open.size
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether there are as many as there may be. */
  get isFull(): boolean {
    return this.#open.size >= this.#options.limits.streamsMax
  }

  /**
   * Joins a stream to what it follows. It tells nothing until it has begun; nothing that is committed from
   * when this promise resolves on is missed.
   */
  async join({
    secret,
    proofs,
    target,
    format,
    caller,
    hold,
    databases,
  }: Opening): Promise<Subscriber> {
    const { limits } = this.#options
    const subscriber = new Subscriber(limits.queue, (one) => this.#leave(one))
    const session = this.#sessions.join({ secret, proofs }, caller, hold, subscriber)
    const leaveTopic = this.#topics.join(target, session, format, subscriber)
    const followed = new Set([...databases, databaseOf(target)])
    this.#open.set(subscriber, () => {
      leaveTopic()
      this.#sessions.leave(session, subscriber)
      for (const database of followed) this.#unfollow(database)
    })
    await Promise.all([...followed].map((database) => this.#follow(database)))
    // Its time begins to run.
    if (hold.expires !== undefined) this.#look([session])
    return subscriber
  }

  /** Whether the credentials of an opening still hold. */
  holds(unit: UnitOfWork, opening: Pick<Opening, 'secret' | 'proofs' | 'hold'>): boolean {
    const { secret, proofs, hold } = opening
    const session = { secret, proofs, fingerprint: hold.fingerprint }
    return verify(unit, session, this.#options.rootSecrets) !== undefined
  }

  /** Ends all streams. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const subscriber of [...this.#open.keys()]) subscriber.end()
    await this.#telling
  }

  /** A transaction that reads, for streams. */
  async read<T>(body: (unit: UnitOfWork) => T, notBefore?: bigint): Promise<T> {
    const { store } = this.#options
    const deadline = performance.now() + this.#options.limits.evaluationMs
    const { value } = await store.transact(
      (transaction) => {
        const unit = this.unitOf(transaction, deadline)
        return { unit, result: body(unit) }
      },
      {
        intent: 'read',
        ...(notBefore === undefined ? {} : { notBefore }),
      },
    )
    value.unit.keepSchemas()
    return value.result
  }

  /** What a transaction for streams shares. */
  unitOf(transaction: Transaction, deadline: number): UnitOfWork {
    const meter = newMeter(() => {
      if (performance.now() > deadline) throw timedOut()
    })
    const { schemas, audiencePrefix } = this.#options
    const entropy = () => new Uint8Array()
    return new UnitOfWork({ transaction, schemas, audiencePrefix, meter, version: '4', entropy })
  }

  #leave(subscriber: Subscriber): void {
    const leave = this.#open.get(subscriber)
    this.#open.delete(subscriber)
    leave?.()
  }

  async #follow(database: DatabaseId): Promise<void> {
    let known = this.#followed.get(database)
    if (known === undefined) {
      const end = this.#options.feed.subscribe(database, (commit) => this.#take(commit))
      known = { count: 0, end }
      this.#followed.set(database, known)
    }
    known.count++
    await known.end
  }

  #unfollow(database: DatabaseId): void {
    const known = this.#followed.get(database)
    if (known === undefined || --known.count > 0) return
    this.#followed.delete(database)
    void known.end.then((end) => end())
  }

  /** Takes a commit from the feed. One that concerns nobody costs nobody anything. */
  #take(commit: Commit): void {
    const due = commit.changes.flatMap((change) => [...this.#sessions.restingOn(change)])
    if (commit.changes.some((change) => this.#topics.concernedBy(change))) {
      this.#commits.push(commit)
    } else if (due.length === 0) {
      return
    }
    this.#look(due)
  }

  /** Sees to it that sessions are looked at, after the commits so far. */
  #look(sessions: readonly Session[]): void {
    for (const session of sessions) this.#due.add(session)
    if (this.#commits.length > this.#options.limits.backlogMax) {
      const error = streamErrors.congested(this.#commits.length)
      this.#commits = []
      for (const subscriber of [...this.#open.keys()]) subscriber.breakOff(error)
    }
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = undefined
    })
  }

  async #tellAll(): Promise<void> {
    while (this.#commits.length > 0 || this.#due.size > 0) {
      const commits = this.#commits
      const due = this.#due
      this.#commits = []
      this.#due = new Set()
      const events = await this.#eventsOf(commits)
      for (const { groups } of events) for (const { session } of groups) due.add(session)
      const sessions = [...due].filter(({ subscribers }) => subscribers.size > 0)
      const notBefore = commits.at(-1)?.timestamp
      for (let i = 0; i < sessions.length; i += sessionsPerTransaction) {
        if (i > 0) await nextTurn()
        await this.#tell(events, sessions.slice(i, i + sessionsPerTransaction), notBefore)
      }
    }
  }

  async #eventsOf(commits: readonly Commit[]): Promise<readonly TopicEvent[]> {
    if (commits.length === 0) return []
    try {
      return await this.read((unit) =>
        commits.flatMap((commit) => eventsOf(unit, this.#topics, commit)),
      )
    } catch (cause) {
      // Without it nobody knows who has missed something.
      for (const subscriber of [...this.#open.keys()]) failFor(subscriber, cause)
      return []
    }
  }

  /** Tells sessions what they may see. One that cannot be asked fails alone. */
  async #tell(
    events: readonly TopicEvent[],
    sessions: readonly Session[],
    notBefore: bigint | undefined,
  ): Promise<void> {
    const { rootSecrets } = this.#options
    try {
      const [look, now] = await this.read(
        (unit) => [lookAt(unit, events, sessions, rootSecrets), unit.transaction.timestamp],
        notBefore,
      )
      for (const session of look.lost) end(session, now)
      for (const { session, expires } of look.held) this.#sessions.expireAt(session, expires, now)
      for (const { group, committed, line } of look.told) {
        for (const subscriber of group.subscribers) subscriber.tell(committed, line)
      }
    } catch (cause) {
      if (sessions.length > 1) {
        const middle = sessions.length >> 1
        await this.#tell(events, sessions.slice(0, middle), notBefore)
        await this.#tell(events, sessions.slice(middle), notBefore)
        return
      }
      for (const { subscribers } of sessions) {
        for (const subscriber of [...subscribers]) failFor(subscriber, cause)
      }
    }
  }
}

function end({ subscribers }: Session, micros: bigint): void {
  for (const subscriber of [...subscribers]) subscriber.breakOff(streamErrors.lost, micros)
}

function failFor(subscriber: Subscriber, cause: unknown): void {
  if (cause instanceof RequestError) subscriber.breakOff(streamErrors.slowEvaluation)
  else subscriber.fail(cause)
}
