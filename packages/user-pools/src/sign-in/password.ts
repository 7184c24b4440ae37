/**
 * The flows that send the password itself: USER_PASSWORD_AUTH and its twin for administrators.
 *
 * @see user-pools §2.4
 */
import { passwordMatches } from '../authentication/srp.ts'
import type { Environment } from '../environment.ts'
import { runPreAuthentication } from '../pool-triggers.ts'
import { afterPassword } from './after-password.ts'
import { type Candidate, checkBeforeCredential, findCandidate, srpPartOf } from './candidate.ts'
import type { Proven } from './complete.ts'
import { failedAttempt } from './failed-attempt.ts'
import { type AuthAnswer, enterFlow, parameter, type SignInRequest } from './request.ts'

/** @throws UserPoolError NotAuthorizedException and as `checkState`, TriggerError */
export async function signInWithPassword(
  environment: Environment,
  request: SignInRequest,
  flow: 'password' | 'admin-password',
): Promise<AuthAnswer> {
  const { parameters } = request
  const nowSeconds = environment.nowSeconds()
  const { value: candidate } = await environment.store.transact(
    (transaction) => {
      const client = enterFlow(transaction, request, { flow, required: ['USERNAME', 'PASSWORD'] })
      return findCandidate(transaction, client, parameter(parameters, 'USERNAME'), nowSeconds)
    },
    { intent: 'read' },
  )
  const { client, pool } = candidate.client
  const { user, typedName } = candidate
  await runPreAuthentication(
    environment,
    { pool, clientId: client.id, user, typedName },
    request.clientMetadata,
  )
  checkBeforeCredential(candidate)
  // The metadata of a first step is PreAuthentication's alone.
  return judgePassword(environment, candidate, { password: parameter(parameters, 'PASSWORD') })
}

/**
 * Judges a password that was sent, and goes on if it is right.
 *
 * @throws UserPoolError NotAuthorizedException and as `checkState`, TriggerError
 */
export async function judgePassword(
  environment: Environment,
  candidate: Candidate,
  { password, ...more }: { readonly password: string } & Pick<Proven, 'ticket' | 'clientMetadata'>,
): Promise<AuthAnswer> {
  const { user } = candidate
  const { identity, verifier } = srpPartOf(candidate)
  const isRight = passwordMatches(verifier, { ...identity, password })
  if (!isRight || user?.verifier === undefined) throw await failedAttempt(environment, candidate)
  return afterPassword(environment, { candidate, user, ...more })
}
