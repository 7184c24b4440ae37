/**
 * What follows once a password was proved: the user's state, a new password, or tokens.
 *
 * @see user-pools §2.4
 */
import type { Environment } from '../environment.ts'
import { transactOrRefuse } from '../model/refusals.ts'
import { checkState, checkTemporaryPassword } from './candidate.ts'
import { completeSignIn, type Proven, stillProven } from './complete.ts'
import { newPasswordChallenge } from './new-password.ts'
import type { AuthAnswer } from './request.ts'

/** @throws UserPoolError as `checkState` and `completeSignIn`, TriggerError */
export async function afterPassword(environment: Environment, proven: Proven): Promise<AuthAnswer> {
  const { candidate, user } = proven
  checkState(user)
  const nowSeconds = environment.nowSeconds()
  checkTemporaryPassword(user, nowSeconds)
  if (user.status !== 'FORCE_CHANGE_PASSWORD') return completeSignIn(environment, proven)
  await transactOrRefuse(
    environment.store,
    (transaction) => stillProven(transaction, proven, nowSeconds),
    { intent: 'write' },
  )
  return newPasswordChallenge(environment, candidate, user)
}
