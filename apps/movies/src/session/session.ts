import { type Credentials, noCredentials, type TimedSecret } from './credentials.ts'
import { accessAtHand, type RenewalParts, renewAccess } from './renewal.ts'

/** What a page may know of the session: no secrets. */
export type SessionState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signedOut'; readonly reason?: EndReason | undefined }
  | {
      readonly kind: 'signedIn'
      /** Undefined: over, and to be renewed by the next query. */
      readonly accessExpiresAtMs?: number | undefined
      readonly refreshExpiresAtMs?: number | undefined
    }

/** Why a session that was there is not any more: by this tab, by another one, by the server. */
export type EndReason = 'signedOut' | 'signedOutElsewhere' | 'ended'

/** The session is over, on the server's word; only a password helps. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded'
}

/** What a session needs besides renewal. */
export interface SessionParts extends RenewalParts {
  /** Whether the database refused the secret of a query, rather than the query. */
  isUnauthorized(error: unknown): boolean
}

/** One person's session with the database, shared by all tabs of a browser. */
export interface Session {
  getState(): SessionState
  subscribe(listener: () => void): () => void
  /** What the vault holds now; also brings the state up to date. */
  load(): Promise<Credentials>
  /** Keeps what a sign-in gave. */
  begin(credentials: Credentials): Promise<void>
  /**
   * Forgets everything, after `tell` has told the servers; if it rejects, nothing is forgotten. No
   * renewal runs meanwhile, in any tab: it would bring back what is being ended.
   */
  end<T>(reason: EndReason, tell: (credentials: Credentials) => Promise<T>): Promise<T>
  /** A new access token, even if the one at hand would do. @throws SessionEnded */
  renew(): Promise<void>
  /**
   * Runs a query with an access token that works: renewed before if its time is over, renewed once more
   * and tried exactly once more if the database refuses it.
   *
   * @throws SessionEnded
   */
  query<T>(run: (secret: string) => Promise<T>): Promise<T>
}

/** Opens the session; `load` says whether somebody is signed in. */
export function openSession(parts: SessionParts): Session {
  const { vault, lock, nowMs, isUnauthorized } = parts
  const listeners = new Set<() => void>()
  let state: SessionState = { kind: 'unknown' }
  let wish: EndReason | undefined
  let renewals = 0
  /** Credentials that vanish without this tab's doing were forgotten by another one. */
  const reasonIfGone = (): EndReason => wish ?? (renewals > 0 ? 'ended' : 'signedOutElsewhere')

  const load = async (): Promise<Credentials> => {
    const credentials = await vault.read()
    const next = stateOf(credentials, state, reasonIfGone())
    if (!isSame(state, next)) {
      state = next
      for (const listener of listeners) listener()
    }
    return credentials
  }

  const end: Session['end'] = async (reason, tell) => {
    wish = reason
    try {
      return await lock(async () => {
        const told = await tell(await vault.read())
        await vault.write(noCredentials)
        return told
      })
    } finally {
      await load()
      wish = undefined
    }
  }

  const renewed = async (rejected?: string): Promise<TimedSecret | undefined> => {
    renewals += 1
    try {
      return await renewAccess(parts, rejected)
    } finally {
      await load()
      renewals -= 1
    }
  }

  const access = async (rejected?: string): Promise<TimedSecret> => {
    const credentials = await load()
    if (state.kind === 'signedOut') throw new SessionEnded()
    const atHand = accessAtHand(credentials, { nowMs: nowMs(), rejected })
    if (atHand) return atHand
    const fresh = await renewed(rejected)
    if (!fresh) throw new SessionEnded()
    return fresh
  }

  vault.subscribe(() => void load())
  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    load,
    async begin(credentials) {
      await lock(() => vault.write(credentials))
      await load()
    },
    end,
    async renew() {
      await access((await vault.read()).access?.secret)
    },
    async query(run) {
      const { secret } = await access()
      try {
        return await run(secret)
      } catch (error) {
        if (!isUnauthorized(error)) throw error
      }
      const fresh = await access(secret)
      try {
        return await run(fresh.secret)
      } catch (error) {
        if (!isUnauthorized(error)) throw error
        await end('ended', async () => undefined)
        throw new SessionEnded('A new access token was refused', { cause: error })
      }
    },
  }
}

function stateOf(
  { access, refresh, signIn }: Credentials,
  before: SessionState,
  reasonIfGone: EndReason,
): SessionState {
  if (access || refresh || signIn) {
    return {
      kind: 'signedIn',
      accessExpiresAtMs: access?.expiresAtMs,
      refreshExpiresAtMs: refresh?.expiresAtMs,
    }
  }
  if (before.kind === 'signedOut') return before
  return { kind: 'signedOut', reason: before.kind === 'signedIn' ? reasonIfGone : undefined }
}

function isSame(a: SessionState, b: SessionState): boolean {
  if (a.kind === 'signedIn' && b.kind === 'signedIn') {
    return (
      a.accessExpiresAtMs === b.accessExpiresAtMs && a.refreshExpiresAtMs === b.refreshExpiresAtMs
    )
  }
  return a.kind === b.kind
}
