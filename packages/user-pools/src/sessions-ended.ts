/** Telling that the sign-ins of a user are over. @see user-pools §4.5 */
import type { Environment, SessionsEndedReason } from './environment.ts'
import type { Administered } from './model/administered.ts'

/** Tells, after the commit that ended them, that all sign-ins of a user are over. */
export async function tellSessionsEnded(
  environment: Environment,
  { pool, user }: Administered,
  reason: SessionsEndedReason,
): Promise<void> {
  await environment.sessionsEnded({
    userPoolId: pool.id,
    userName: user.username,
    sub: user.sub,
    reason,
  })
}
