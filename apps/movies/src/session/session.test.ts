import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createTabLock } from './browser-lock.ts'
import type { Credentials, SignIn, TimedSecret } from './credentials.ts'
import type { TokenPair } from './renewal.ts'
import { openSession, type Session, SessionEnded } from './session.ts'
import { openMemoryVault, type Vault } from './vault.ts'

/**
 * A data API and a user pool as far as a session sees them: they know which secrets live, a refresh
 * token can be traded once, and using it twice ends all of its kin.
 */
class Backend {
  nowMs = 1_000_000
  readonly requests: string[] = []
  readonly live = new Set<string>()
  #serial = 0
  #used = new Set<string>()
  isSignInAlive = true
  /** What is thrown instead of the next answer to a trade or a sign-in. */
  outage: Error | undefined
  /** What answers to trades wait for. */
  answering: Promise<void> | undefined

  pair(): TokenPair & { readonly refresh: TimedSecret } {
    this.#serial += 1
    const access = { secret: `access-${this.#serial}`, expiresAtMs: this.nowMs + 600_000 }
    const refresh = { secret: `refresh-${this.#serial}`, expiresAtMs: this.nowMs + 3_600_000 }
    this.live.add(access.secret).add(refresh.secret)
    return { access, refresh }
  }

  async trade({ secret }: TimedSecret): Promise<TokenPair | undefined> {
    this.requests.push(`trade ${secret}`)
    await this.answering
    if (this.outage) throw this.outage
    if (this.#used.has(secret)) this.live.clear()
    if (!this.live.has(secret)) return undefined
    this.#used.add(secret)
    return this.pair()
  }

  async signInAgain(signIn: SignIn): Promise<(TokenPair & { signIn: SignIn }) | undefined> {
    this.requests.push(`sign in ${signIn.username}`)
    if (this.outage) throw this.outage
    return this.isSignInAlive ? { ...this.pair(), signIn } : undefined
  }

  read = async (secret: string): Promise<string> => {
    this.requests.push(`query ${secret}`)
    if (!this.live.has(secret)) throw new Unauthorized()
    return `rows for ${secret}`
  }
}

class Unauthorized extends Error {}

const signIn: SignIn = { username: 'ann', refreshToken: 'pool-refresh' }

let backend: Backend
let vault: Vault
let tab: Session
let otherTab: Session

beforeEach(() => {
  backend = new Backend()
  vault = openMemoryVault()
  const lock = createTabLock()
  const open = (): Session =>
    openSession({
      vault,
      lock,
      nowMs: () => backend.nowMs,
      trade: (refresh) => backend.trade(refresh),
      signInAgain: (held) => backend.signInAgain(held),
      isUnauthorized: (error) => error instanceof Unauthorized,
    })
  tab = open()
  otherTab = open()
})

const begin = (credentials: Partial<Credentials> = {}): Promise<void> =>
  tab.begin({ ...backend.pair(), signIn, ...credentials })

describe('a query', () => {
  test('uses the access token at hand', async () => {
    await begin()
    expect(await tab.query(backend.read)).toBe('rows for access-1')
    expect(backend.requests).toEqual(['query access-1'])
  })

  test('is preceded by a trade when the access token is over', async () => {
    await begin()
    backend.nowMs += 600_000
    expect(await tab.query(backend.read)).toBe('rows for access-2')
    expect(backend.requests).toEqual(['trade refresh-1', 'query access-2'])
  })

  test('is tried exactly once more when the database refuses the access token', async () => {
    await begin()
    backend.live.delete('access-1')
    expect(await tab.query(backend.read)).toBe('rows for access-2')
    expect(backend.requests).toEqual(['query access-1', 'trade refresh-1', 'query access-2'])
  })

  test('that a new access token cannot run either ends the session', async () => {
    await begin()
    const refused = (): Promise<never> => Promise.reject(new Unauthorized())
    await expect(tab.query(refused)).rejects.toThrow(SessionEnded)
    expect(backend.requests).toEqual(['trade refresh-1'])
    expect(tab.getState()).toEqual({ kind: 'signedOut', reason: 'ended' })
  })

  test('passes every other error on and renews nothing', async () => {
    await begin()
    const broken = (): Promise<never> => Promise.reject(new Error('permission denied'))
    await expect(tab.query(broken)).rejects.toThrow('permission denied')
    expect(backend.requests).toEqual([])
  })

  test('without a session asks nobody', async () => {
    await expect(tab.query(backend.read)).rejects.toThrow(SessionEnded)
    expect(backend.requests).toEqual([])
  })
})

describe('renewal', () => {
  test('goes to the user pool when the refresh token is over', async () => {
    await begin()
    backend.nowMs += 3_600_000
    await tab.query(backend.read)
    expect(backend.requests).toEqual(['sign in ann', 'query access-2'])
  })

  test('goes to the user pool when the refresh token was used before, and never sends it again', async () => {
    await begin()
    const { refresh } = await vault.read()
    if (refresh) await backend.trade(refresh)
    backend.requests.length = 0
    await tab.renew()
    await tab.renew()
    expect(backend.requests).toEqual(['trade refresh-1', 'sign in ann', 'trade refresh-3'])
  })

  test('goes to the user pool when the claims hold no refresh token', async () => {
    await begin({ refresh: undefined })
    await tab.renew()
    expect(backend.requests).toEqual(['sign in ann'])
  })

  test('keeps the sign-in when it trades', async () => {
    await begin()
    await tab.renew()
    expect((await vault.read()).signIn).toEqual(signIn)
  })

  test('ends the session when the user pool has ended it, and forgets everything', async () => {
    await begin()
    backend.live.clear()
    backend.isSignInAlive = false
    await expect(tab.query(backend.read)).rejects.toThrow(SessionEnded)
    expect(backend.requests).toEqual(['query access-1', 'trade refresh-1', 'sign in ann'])
    expect(tab.getState()).toEqual({ kind: 'signedOut', reason: 'ended' })
    expect(await vault.read()).toEqual({})
  })

  test('that reaches nobody rejects, ends nothing and works the next time', async () => {
    await begin()
    const before = await vault.read()
    backend.nowMs += 600_000
    backend.outage = new Error('Failed to fetch')
    await expect(tab.query(backend.read)).rejects.toThrow('Failed to fetch')
    expect(await vault.read()).toEqual(before)
    expect(tab.getState().kind).toBe('signedIn')
    backend.outage = undefined
    expect(await tab.query(backend.read)).toBe('rows for access-2')
  })

  test('happens once for parallel queries of several tabs', async () => {
    await begin()
    backend.nowMs += 600_000
    const rows = await Promise.all(
      [tab, otherTab, tab, otherTab].map((each) => each.query(backend.read)),
    )
    expect(rows).toEqual(Array(4).fill('rows for access-2'))
    expect(backend.requests.filter((request) => request.startsWith('trade'))).toHaveLength(1)
  })

  test('happens once for parallel queries that the database refuses', async () => {
    await begin()
    backend.live.delete('access-1')
    await Promise.all([tab.query(backend.read), otherTab.query(backend.read)])
    expect(backend.requests.filter((request) => request.startsWith('trade'))).toHaveLength(1)
  })
})

describe('the state', () => {
  test('is unknown until the vault was read', async () => {
    expect(tab.getState()).toEqual({ kind: 'unknown' })
    await tab.load()
    expect(tab.getState()).toEqual({ kind: 'signedOut', reason: undefined })
  })

  test('tells the lifetimes and no secret', async () => {
    await begin()
    expect(tab.getState()).toEqual({
      kind: 'signedIn',
      accessExpiresAtMs: 1_600_000,
      refreshExpiresAtMs: 4_600_000,
    })
  })

  test('of another tab follows a sign-in and a sign-out', async () => {
    const seen: string[] = []
    otherTab.subscribe(() => seen.push(otherTab.getState().kind))
    await begin()
    await tab.end('signedOut', async () => undefined)
    await otherTab.load()
    expect(seen).toEqual(['signedIn', 'signedOut'])
    expect(otherTab.getState()).toEqual({ kind: 'signedOut', reason: 'signedOutElsewhere' })
    expect(tab.getState()).toEqual({ kind: 'signedOut', reason: 'signedOut' })
  })
})

describe('an end', () => {
  test('waits for a renewal that is under way, and ends what it brought', async () => {
    await begin()
    let answer = (): void => {}
    backend.answering = new Promise((resolve) => {
      answer = resolve
    })
    const renewing = otherTab.renew()
    await vi.waitFor(() => expect(backend.requests).toEqual(['trade refresh-1']))
    const ending = tab.end('signedOut', async ({ access }) => access?.secret)
    answer()
    await renewing
    expect(await ending).toBe('access-2')
    expect(await vault.read()).toEqual({})
    expect(tab.getState()).toEqual({ kind: 'signedOut', reason: 'signedOut' })
    await expect(otherTab.query(backend.read)).rejects.toThrow(SessionEnded)
    expect(backend.requests).toEqual(['trade refresh-1'])
  })

  test('leaves nothing to a renewal that waited for it', async () => {
    await begin()
    backend.nowMs += 600_000
    const querying = tab.query(backend.read)
    const [, ended] = await Promise.all([
      expect(querying).rejects.toThrow(SessionEnded),
      otherTab.end('signedOut', async () => true),
    ])
    expect(ended).toBe(true)
    expect(backend.requests).toEqual([])
  })

  test('that the servers could not be told of ends nothing', async () => {
    await begin()
    const failing = tab.end('signedOut', () => Promise.reject(new Error('Failed to fetch')))
    await expect(failing).rejects.toThrow('Failed to fetch')
    expect(tab.getState().kind).toBe('signedIn')
    expect(await tab.query(backend.read)).toBe('rows for access-1')
  })
})
