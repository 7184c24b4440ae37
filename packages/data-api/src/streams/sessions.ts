/**
 * The credentials behind open streams. Streams of one secret share a session, so that it is checked once for
 * all of them: before events are told, when a document that it rests on changes, and when it expires.
 */
import { type DatabaseId, nativeCollections } from '@vivarium/fql'
import type { Caller } from '../model/caller.ts'
import { type Change, refName } from '../model/changes.ts'
import type { Proofs } from '../model/proofs.ts'
import { type Hold, watchedRefs } from './hold.ts'
import type { Subscriber } from './subscriber.ts'

/** A secret with open streams. */
export interface Session {
  readonly secret: string
  /** What is known of the secret if it is a JSON Web Token. */
  readonly proofs: Proofs
  readonly database: DatabaseId
  /** What the secret must still rest on. */
  readonly fingerprint: string
  readonly subscribers: Set<Subscriber>
}

interface Kept extends Session {
  readonly name: string
  /** The documents that it rests on, as `refName` names them. */
  readonly watched: readonly string[]
  /** Absent when it has none, or has gone off. */
  timer: NodeJS.Timeout | undefined
  /** What the timer waits for. */
  expires: bigint | undefined
}

/** The longest that node's timers wait; later expiries are looked at again then. */
const timerMsMax = 2 ** 31 - 1

/** The sessions of a process. */
export class Sessions {
  readonly #onExpiry: (session: Session) => void
  readonly #named = new Map<string, Kept>()
  readonly #watching = new Map<string, Set<Kept>>()

  /** @param onExpiry called when a session's time is over, by this machine's clock */
  constructor(onExpiry: (session: Session) => void) {
    this.#onExpiry = onExpiry
  }

  /** The session of a secret; streams that were opened before its rights changed have another. */
  join(
    { secret, proofs }: Pick<Session, 'secret' | 'proofs'>,
    caller: Caller,
    { fingerprint }: Hold,
    subscriber: Subscriber,
  ): Session {
    const name = `${secret} ${fingerprint}`
    let session = this.#named.get(name)
    if (session === undefined) {
      const watched = watchedRefs(caller).map(refName)
      const { database } = caller
      const subscribers = new Set<Subscriber>()
      const idle = { timer: undefined, expires: undefined }
      session = { secret, proofs, database, fingerprint, subscribers, name, watched, ...idle }
      this.#named.set(name, session)
      for (const ref of watched) this.#watching.set(ref, this.#watchersOf(ref).add(session))
    }
    session.subscribers.add(subscriber)
    return session
  }

  /** Takes a stream out of its session, which ends with its last. */
  leave({ secret, fingerprint }: Session, subscriber: Subscriber): void {
    const session = this.#named.get(`${secret} ${fingerprint}`)
    if (session === undefined) return
    session.subscribers.delete(subscriber)
    if (session.subscribers.size > 0) return
    this.#named.delete(session.name)
    clearTimeout(session.timer)
    for (const ref of session.watched) {
      const watchers = this.#watchersOf(ref)
      watchers.delete(session)
      if (watchers.size === 0) this.#watching.delete(ref)
    }
  }

  /** The sessions whose rights a change may have ended. */
  restingOn({ ref }: Change): Iterable<Session> {
    if (ref.collection === nativeCollections.databases) return this.#named.values()
    if (schemaOfRights.has(ref.collection)) {
      return [...this.#named.values()].filter(({ database }) => database === ref.database)
    }
    return this.#watching.get(refName(ref)) ?? []
  }

  /** Sees to it that a session is looked at again when it expires, at `expires`; it is `now`. */
  expireAt({ secret, fingerprint }: Session, expires: bigint | undefined, now: bigint): void {
    const session = this.#named.get(`${secret} ${fingerprint}`)
    if (session === undefined) return
    if (session.timer !== undefined && session.expires === expires) return
    clearTimeout(session.timer)
    session.timer = undefined
    session.expires = expires
    if (expires === undefined) return
    const delayMs = Number((expires - now) / 1000n) + 1
    const onTime = () => {
      session.timer = undefined
      this.#onExpiry(session)
    }
    session.timer = setTimeout(onTime, Math.min(delayMs, timerMsMax)).unref()
  }

  #watchersOf(ref: string): Set<Kept> {
    return this.#watching.get(ref) ?? new Set()
  }
}

/** Roles give rights; without its collection an identity is none. */
const schemaOfRights: ReadonlySet<number> = new Set([
  nativeCollections.roles,
  nativeCollections.collections,
])
