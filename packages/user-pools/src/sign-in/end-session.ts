/** Ending one sign-in. @see user-pools §4.5 */
import type { Transaction } from '@vivarium/store'
import type { Environment } from '../environment.ts'
import type { User, UserPool } from '../model/documents.ts'
import { readSession, writeSession } from '../model/sessions.ts'

/** Ends a sign-in, with all its tokens. False if it had ended already. */
export function revokeSession(
  transaction: Transaction,
  poolId: string,
  sessionId: string,
): boolean {
  const session = readSession(transaction, poolId, sessionId)
  if (session === undefined || session.isRevoked === true) return false
  writeSession(transaction, poolId, { ...session, isRevoked: true })
  return true
}

/** Tells whoever gave something on the strength of a sign-in that it is over. */
export async function tellSessionEnded(
  environment: Environment,
  pool: UserPool,
  {
    user,
    session,
  }: { readonly user: Pick<User, 'username' | 'sub'>; readonly session: { readonly id: string } },
): Promise<void> {
  await environment.sessionsEnded({
    userPoolId: pool.id,
    userName: user.username,
    sub: user.sub,
    reason: 'token-revoked',
    originJti: session.id,
  })
}
