/**
 * The flows that send the password itself: USER_PASSWORD_AUTH and its twin for administrators.
 *
 * @see user-pools §2.4
 */
import type { Transaction } from '@vivarium/store'
import { passwordMatches } from '../authentication/srp.ts'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import { findUser } from '../model/names.ts'
import { hidesUsers } from '../model/pools.ts'
import { runPreAuthentication } from '../pool-triggers.ts'
import { afterPassword } from './after-password.ts'
import { type Candidate, candidateOf, checkBeforeCredential, srpPartOf } from './candidate.ts'
import type { Proven } from './complete.ts'
import { failedAttempt } from './failed-attempt.ts'
import { migrateUser } from './migrate.ts'
import { type AuthAnswer, enterFlow, parameter, type SignInRequest } from './request.ts'

/** @throws UserPoolError NotAuthorizedException and as `checkState`, TriggerError */
export async function signInWithPassword(
  environment: Environment,
  request: SignInRequest,
  flow: 'password' | 'admin-password',
): Promise<AuthAnswer> {
  const { parameters, clientMetadata: validationData } = request
  const candidate = await findOrMigrate(environment, request, flow)
  const { client, pool } = candidate.client
  const { user, typedName } = candidate
  const subject = { pool, clientId: client.id, user, typedName }
  await runPreAuthentication(environment, subject, validationData)
  checkBeforeCredential(candidate)
  // The metadata of a first step is PreAuthentication's alone.
  return judgePassword(environment, candidate, { password: parameter(parameters, 'PASSWORD') })
}

/**
 * Whom the name leads to, asking the pool's other directory about a name that nobody has. A lock spares
 * that directory, too.
 *
 * @throws UserPoolError as `enterFlow` and `findCandidate`
 */
async function findOrMigrate(
  environment: Environment,
  request: SignInRequest,
  flow: 'password' | 'admin-password',
): Promise<Candidate> {
  const { parameters, clientMetadata: validationData } = request
  const find = (transaction: Transaction): Candidate => {
    const client = enterFlow(transaction, request, { flow, required: ['USERNAME', 'PASSWORD'] })
    const typedName = parameter(parameters, 'USERNAME')
    const user = findUser(transaction, client.pool, typedName)
    const nowSeconds = environment.nowSeconds()
    return candidateOf(transaction, client, { typedName, user, nowSeconds })
  }
  const { value: found } = await environment.store.transact(find, { intent: 'read' })
  if (found.user !== undefined || found.isLocked) return found
  const isMigrated = await migrateUser(environment, found.client, {
    source: 'UserMigration_Authentication',
    typedName: found.typedName,
    password: parameter(parameters, 'PASSWORD'),
    validationData,
  })
  if (isMigrated) {
    const { value: migrated } = await environment.store.transact(find, { intent: 'read' })
    return migrated
  }
  if (!hidesUsers(found.client.client)) throw refusal('UserNotFoundException', 'unknown')
  return found
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
