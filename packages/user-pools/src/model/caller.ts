/**
 * Who calls with an access token.
 *
 * @see user-pools §1.5
 */
import type { Transaction } from '@vivarium/store'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import {
  type AccessToken,
  issuerInToken,
  verifyAccessToken,
} from '../tokens/verify-access-token.ts'
import type { AppClient, PoolSecrets, User, UserPool } from './documents.ts'
import { readUser } from './names.ts'
import { findClient, findPool, findSecrets } from './pools.ts'
import { isSessionOf, readSession } from './sessions.ts'

/** A user with an access token that holds. */
export interface Caller {
  readonly token: AccessToken
  readonly pool: UserPool
  readonly secrets: PoolSecrets
  readonly client: AppClient
  readonly user: User
}

/**
 * The caller that an access token names.
 *
 * @throws UserPoolError NotAuthorizedException, UserNotFoundException, ResourceNotFoundException
 */
export async function identifyCaller(environment: Environment, text: string): Promise<Caller> {
  const issuer = issuerInToken(text) ?? ''
  const poolId = issuer.slice(issuer.lastIndexOf('/') + 1)
  if (poolId.length > 55 || issuer !== environment.issuerOf(poolId)) {
    throw refusal('NotAuthorizedException', 'accessTokenInvalid')
  }
  const nowSeconds = environment.nowSeconds()
  const { value } = await environment.store.transact(
    (transaction) => {
      const secrets = findSecrets(transaction, poolId)
      const pool = findPool(transaction, poolId)
      if (secrets === undefined || pool === undefined) {
        throw refusal('NotAuthorizedException', 'accessTokenInvalid')
      }
      const verdict = verifyAccessToken(text, {
        keys: secrets.signingKeys,
        issuer,
        nowSeconds,
      })
      if (verdict.kind === 'refused') {
        throw refusal('NotAuthorizedException', 'accessToken', verdict.refusal)
      }
      return callerOf(transaction, { token: verdict.token, pool, secrets })
    },
    { intent: 'read' },
  )
  return value
}

/**
 * The same caller in a later transaction, with what has changed since.
 *
 * @throws UserPoolError as `identifyCaller`
 */
export function sameCaller(transaction: Transaction, { token, pool, secrets }: Caller): Caller {
  const current = findPool(transaction, pool.id)
  if (current === undefined) throw refusal('NotAuthorizedException', 'accessTokenInvalid')
  return callerOf(transaction, { token, pool: current, secrets })
}

function callerOf(
  transaction: Transaction,
  { token, pool, secrets }: Pick<Caller, 'token' | 'pool' | 'secrets'>,
): Caller {
  const client = findClient(transaction, token.clientId)
  if (client === undefined || client.poolId !== pool.id) {
    throw refusal('ResourceNotFoundException', 'client', token.clientId)
  }
  const user = readUser(transaction, pool, token.username)
  if (user === undefined || user.sub !== token.sub) {
    throw refusal('UserNotFoundException', 'unknown')
  }
  if (isRevoked(transaction, pool.id, token, user)) {
    throw refusal('NotAuthorizedException', 'accessTokenRevoked')
  }
  if (!user.isEnabled) throw refusal('NotAuthorizedException', 'disabled')
  return { token, pool, secrets, client, user }
}

function isRevoked(
  transaction: Transaction,
  poolId: string,
  token: AccessToken,
  user: User,
): boolean {
  if (token.originJti === undefined) {
    // Nothing but the time tells whether it is older than the sign-out; in doubt it is.
    return token.issuedAtSeconds * 1000 < (user.signedOutAtMs ?? 0)
  }
  const session = readSession(transaction, poolId, token.originJti)
  return session === undefined || !isSessionOf(session, user)
}
