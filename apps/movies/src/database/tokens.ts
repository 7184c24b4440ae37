/**
 * Tokens, as their holder sees them. Ends of lifetimes are turned into this machine's clock by asking the
 * database for its own time along with them, so that a wrong clock here neither wastes nor outlives them.
 */
import { query as q } from 'faunadb'
import type { TimedSecret } from '../session/credentials.ts'
import type { TokenPair } from '../session/renewal.ts'
import type { Run } from './client.ts'
import { field, text, timeMs } from './decode.ts'
import { isRefusal, isUnauthorized } from './status.ts'

/** A secret with its end: every token may read its own document. */
export async function timed(run: Run, secret: string): Promise<TimedSecret> {
  const answer = await run({ ttl: q.Select('ttl', q.Get(q.CurrentToken())), now: q.Now() })
  return { secret, expiresAtMs: localMs(field(answer, 'ttl'), field(answer, 'now')) }
}

/** Whether the database knows the secret, and grants it anything. */
export async function accepts(run: Run): Promise<boolean> {
  try {
    await run(q.CurrentIdentity())
    return true
  } catch (error) {
    if (isUnauthorized(error)) return false
    throw error
  }
}

/**
 * Trades a refresh token for a new pair. Undefined: the database will not, because the token is dead, or
 * because it had been used before, which ends all its kin.
 */
export async function tradeRefreshToken(run: Run): Promise<TokenPair | undefined> {
  const answer = await orUndefinedIfRefused(
    run({ pair: q.Call(q.Function('refresh')), now: q.Now() }),
  )
  if (answer === undefined) return undefined
  const pair = field(answer, 'pair')
  if (pair === null) return undefined
  const token = (name: string): TimedSecret => {
    const made = field(pair, name)
    return {
      secret: text(field(made, 'secret')),
      expiresAtMs: localMs(field(made, 'expires_at'), field(answer, 'now')),
    }
  }
  return { access: token('access_token'), refresh: token('refresh_token') }
}

/** Ends this token alone. */
export async function logout(run: Run): Promise<void> {
  await run(q.Logout(false))
}

/** Ends every token of the account. */
export async function logoutEverywhere(run: Run): Promise<void> {
  await run(q.Logout(true))
}

async function orUndefinedIfRefused(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}

function localMs(time: unknown, now: unknown): number {
  return Date.now() + timeMs(time) - timeMs(now)
}
