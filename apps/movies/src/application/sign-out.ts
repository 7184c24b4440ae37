import { isUnauthorized } from '../database/status.ts'
import type { Application } from './application.ts'

/** Whether every server knows of a sign-out. */
export interface SignOutOutcome {
  readonly isComplete: boolean
}

/**
 * Ends this session: the sign-in at the user pool, its tokens in the database. An ID token is no document
 * that could be deleted: that none is made any more is all there is to end. Whatever the servers say,
 * this browser forgets everything; that they could not be told is answered, not thrown, because there is
 * nothing left here with which to try again.
 */
export function signOut({
  config,
  session,
  userPool,
  database,
}: Application): Promise<SignOutOutcome> {
  return session.end('signedOut', async ({ access, refresh, signIn }) => {
    const tokens = config.dataApiSecret === 'id-token' ? [] : [access, refresh]
    const told = await Promise.allSettled([
      signIn && userPool().then((pool) => pool.revoke(signIn)),
      ...tokens.map(async (token) => {
        if (token) await unlessDead((await database()).logout(token.secret))
      }),
    ])
    return { isComplete: told.every(({ status }) => status === 'fulfilled') }
  })
}

/**
 * Ends every session of this user, on all devices, and all their tokens. It rejects, and the session goes
 * on, if a server could not be told: then it can be tried again.
 */
export async function signOutEverywhere({
  config,
  session,
  userPool,
  database,
}: Application): Promise<void> {
  if (config.dataApiSecret === 'id-token') {
    return session.end('signedOut', async ({ signIn }) => {
      if (signIn) await (await userPool()).signOutEverywhere(signIn)
    })
  }
  const { logoutEverywhere } = await database()
  const secret = await session.query(async (live) => live)
  await session.end('signedOut', async ({ signIn }) => {
    // First the user pool, so that no sign-in can make tokens after the database has ended them all.
    if (signIn) await (await userPool()).signOutEverywhere(signIn)
    await unlessDead(logoutEverywhere(secret))
  })
}

/** A token that is refused is as signed out as can be. */
async function unlessDead(logout: Promise<void>): Promise<void> {
  try {
    await logout
  } catch (error) {
    if (!isUnauthorized(error)) throw error
  }
}
