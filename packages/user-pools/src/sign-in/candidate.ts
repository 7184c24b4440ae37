/**
 * Who wants to sign in: the user that a name leads to, or nobody, and what stands in the way.
 *
 * Where the client hides which users exist, nobody is treated like somebody with another password, with
 * the same work, the same reads and the same counters.
 *
 * @see user-pools §2.4, §3.5 and §6.8
 */
import type { Transaction } from '@vivarium/store'
import { poolNameOf, type SrpIdentity, type SrpVerifier } from '../authentication/srp.ts'
import { unknownUserSub, unknownUserVerifier } from '../authentication/unknown-user.ts'
import { refusal } from '../errors.ts'
import { isLocked, unknownSubject } from '../model/attempts.ts'
import type { User } from '../model/documents.ts'
import { groupsInTokens } from '../model/groups.ts'
import { findUser, fold } from '../model/names.ts'
import { type ClientOfPool, hidesUsers, poolSecretOf } from '../model/pools.ts'
import { isEmailAddress, isPhoneNumber } from '../model/schema.ts'
import type { GroupConfiguration } from '../tokens/claims.ts'

/** @see findCandidate */
export interface Candidate {
  readonly client: ClientOfPool
  readonly typedName: string
  /** Undefined: nobody has the name. */
  readonly user: User | undefined
  readonly groups: GroupConfiguration
  /** Under what failures are counted. */
  readonly attemptsSubject: string
  readonly isLocked: boolean
}

const noGroups: GroupConfiguration = { groups: [], roles: [], preferredRole: undefined }

/**
 * Whom a typed name leads to.
 *
 * @throws UserPoolError UserNotFoundException if that is nobody and the client may know
 */
export function findCandidate(
  transaction: Transaction,
  client: ClientOfPool,
  typedName: string,
  nowSeconds: number,
): Candidate {
  const user = findUser(transaction, client.pool, typedName)
  if (user === undefined && !hidesUsers(client.client)) {
    throw refusal('UserNotFoundException', 'unknown')
  }
  return candidateOf(transaction, client, { typedName, user, nowSeconds })
}

/** The candidate once it is known who it is. */
export function candidateOf(
  transaction: Transaction,
  client: ClientOfPool,
  {
    typedName,
    user,
    nowSeconds,
  }: {
    readonly typedName: string
    readonly user: User | undefined
    readonly nowSeconds: number
  },
): Candidate {
  const { pool, secrets } = client
  const attemptsSubject = user?.sub ?? unknownSubject(poolSecretOf(secrets), fold(pool, typedName))
  return {
    client,
    typedName,
    user,
    groups: user === undefined ? noGroups : groupsInTokens(transaction, pool.id, user.sub),
    attemptsSubject,
    isLocked: isLocked(transaction, pool.id, attemptsSubject, nowSeconds),
  }
}

/** With what a candidate takes part in SRP. Somebody without a password gets one that nothing matches. */
export function srpPartOf(candidate: Candidate): {
  readonly identity: SrpIdentity
  readonly verifier: SrpVerifier
} {
  const { client, user, typedName } = candidate
  const { pool, secrets } = client
  const poolSecret = poolSecretOf(secrets)
  return {
    identity: { poolName: poolNameOf(pool.id), username: canonicalNameOf(candidate) },
    verifier: user?.verifier ?? unknownUserVerifier(poolSecret, fold(pool, typedName)),
  }
}

/** The canonical name of a candidate, made up for nobody. */
export function canonicalNameOf({ client, user, typedName }: Candidate): string {
  return user?.username ?? unknownUsername(client, typedName)
}

const uuidShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * The canonical name that nobody would have, shaped as somebody's would be: a UUID where an address
 * leads to one, else what was typed.
 */
function unknownUsername({ pool, secrets }: ClientOfPool, typedName: string): string {
  const isAlias =
    pool.usernameAttributes.length > 0
      ? !uuidShape.test(typedName)
      : pool.aliasAttributes.length > 0 && (isEmailAddress(typedName) || isPhoneNumber(typedName))
  return isAlias ? unknownUserSub(poolSecretOf(secrets), fold(pool, typedName)) : typedName
}

/**
 * Refuses a user whose state allows no sign-in.
 *
 * @throws UserPoolError NotAuthorizedException, UserNotConfirmedException, PasswordResetRequiredException
 */
export function checkState(user: User): void {
  if (!user.isEnabled) throw refusal('NotAuthorizedException', 'disabled')
  if (user.status === 'UNCONFIRMED') throw refusal('UserNotConfirmedException', 'unconfirmed')
  if (user.status === 'RESET_REQUIRED') throw refusal('PasswordResetRequiredException', 'required')
}

/** @throws UserPoolError NotAuthorizedException if the user's password was a temporary one, and ended */
export function checkTemporaryPassword({ temporaryUntilSeconds }: User, nowSeconds: number): void {
  if (temporaryUntilSeconds !== undefined && nowSeconds >= temporaryUntilSeconds) {
    throw refusal('NotAuthorizedException', 'temporaryPasswordExpired')
  }
}

/**
 * Refuses what can be refused before a credential is looked at: a lock; and, where the client may know,
 * a state that allows no sign-in, as the service does whatever the password.
 *
 * @throws UserPoolError as `checkState`
 */
export function checkBeforeCredential({ client, user, isLocked: locked }: Candidate): void {
  if (locked) throw refusal('NotAuthorizedException', 'locked')
  if (user !== undefined && !hidesUsers(client.client)) checkState(user)
}
