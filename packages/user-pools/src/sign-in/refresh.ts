/**
 * Trading a refresh token for new tokens.
 *
 * The trigger runs and the tokens are signed before a refresh token is rotated, so that a trigger that
 * fails does not cost the client its token.
 *
 * @see user-pools §2.4, §2.6 and §4.5
 */
import type { Transaction } from '@vivarium/store'
import type { Environment } from '../environment.ts'
import { refusal, type UserPoolError } from '../errors.ts'
import type { AppClient, Session, User } from '../model/documents.ts'
import { groupsInTokens } from '../model/groups.ts'
import { readUser } from '../model/names.ts'
import type { ClientOfPool } from '../model/pools.ts'
import {
  createRefreshToken,
  isSessionOf,
  readSession,
  refreshTokenEntropyBytes,
  refreshTokenState,
  rotated,
  sessionIdOf,
  writeSession,
} from '../model/sessions.ts'
import { type ParsedOpaque, parseOpaque } from '../tokens/opaque.ts'
import type { ClientMetadata } from '../triggers/event.ts'
import { revokeSession, tellSessionEnded } from './end-session.ts'
import type { AuthenticationResult } from './request.ts'
import { makeTokens } from './tokens.ts'

/** A refresh, as either operation asks for it. */
export interface RefreshRequest {
  readonly refreshToken: string
  readonly clientMetadata: ClientMetadata | undefined
  /** The client that asks, once it may. */
  enter(transaction: Transaction): ClientOfPool
  /** A proof of the client that depends on whose token it is. */
  prove(client: ClientOfPool, user: User): void
  /** What a token is told that rotation ended, and which somebody must have kept a copy of. */
  reused(): UserPoolError
}

/** Whether refresh tokens of this client are good once. */
export function rotatesTokens({ settings }: AppClient): boolean {
  return settings.RefreshTokenRotation?.Feature === 'ENABLED'
}

/** @throws UserPoolError NotAuthorizedException and as the request says; TriggerError */
export async function refreshTokens(
  environment: Environment,
  request: RefreshRequest,
): Promise<AuthenticationResult> {
  const parsed = parseOpaque('refresh-token', request.refreshToken)
  if (parsed === undefined) {
    // The client's own faults come before those of the token.
    await environment.store.transact((transaction) => request.enter(transaction))
    throw refusal('NotAuthorizedException', 'refreshToken')
  }
  const { value: found } = await environment.store.transact(
    (transaction) => {
      const refreshable = findRefreshable(transaction, request, parsed, environment.nowSeconds())
      const { client, user } = refreshable
      return { ...refreshable, groups: groupsInTokens(transaction, client.pool.id, user.sub) }
    },
    { intent: 'read' },
  )
  if (found.isReused) throw await endFamily(environment, request, found)
  const { client, session, user } = found
  const tokens = await makeTokens(environment, client, {
    ...found,
    sessionId: session.id,
    authTimeSeconds: session.authTimeSeconds,
    source: 'TokenGeneration_RefreshTokens',
    clientMetadata: request.clientMetadata,
  })
  try {
    const successor = await keepOrRotate(environment, request, parsed, client.client)
    return { ...tokens, ...(successor !== undefined && { RefreshToken: successor }) }
  } catch (error) {
    // A trigger may have given something on the strength of a sign-in that ended meanwhile.
    await tellSessionEnded(environment, client.pool, { user, session })
    throw error
  }
}

/** What a refresh token is good for. */
interface Refreshable {
  readonly client: ClientOfPool
  readonly session: Session
  readonly user: User
  readonly isReused: boolean
}

/**
 * Whose refresh token this is. Nothing is told of a sign-in before the token is known to be one of its.
 *
 * @throws UserPoolError NotAuthorizedException and as the request says
 */
function findRefreshable(
  transaction: Transaction,
  request: RefreshRequest,
  token: ParsedOpaque,
  nowSeconds: number,
): Refreshable {
  const client = request.enter(transaction)
  const { pool } = client
  const session = readSession(transaction, pool.id, sessionIdOf(token))
  const state = session && refreshTokenState(session, token, nowSeconds)
  if (state === undefined || state === 'foreign' || session?.clientId !== client.client.id) {
    throw refusal('NotAuthorizedException', 'refreshToken')
  }
  const user = readUser(transaction, pool, session.username)
  if (user?.sub !== session.sub) throw refusal('NotAuthorizedException', 'refreshToken')
  request.prove(client, user)
  if (!user.isEnabled) throw refusal('NotAuthorizedException', 'disabled')
  if (!isSessionOf(session, user)) throw refusal('NotAuthorizedException', 'refreshTokenRevoked')
  if (nowSeconds >= session.expiresAtSeconds) {
    throw refusal('NotAuthorizedException', 'refreshTokenExpired')
  }
  return { client, session, user, isReused: state === 'superseded' }
}

/**
 * Looks once more whether the token holds, and where it is good only once gives it a successor.
 *
 * @returns the new refresh token; undefined if the old one goes on
 */
async function keepOrRotate(
  environment: Environment,
  request: RefreshRequest,
  token: ParsedOpaque,
  { settings, ...client }: AppClient,
): Promise<string | undefined> {
  const rotates = rotatesTokens({ settings, ...client })
  const nowSeconds = environment.nowSeconds()
  const successor = createRefreshToken(
    sessionIdOf(token),
    environment.entropy(refreshTokenEntropyBytes),
  )
  const { value: found } = await environment.store.transact(
    (transaction) => {
      const refreshable = findRefreshable(transaction, request, token, nowSeconds)
      const { session, client: current } = refreshable
      if (refreshable.isReused || !rotates) return refreshable
      const next = rotated(session, token, {
        successor: successor.hash,
        graceSeconds: settings.RefreshTokenRotation?.RetryGracePeriodSeconds ?? 0,
        nowSeconds,
      })
      writeSession(transaction, current.pool.id, next)
      return refreshable
    },
    { intent: rotates ? 'write' : 'read' },
  )
  if (found.isReused) throw await endFamily(environment, request, found)
  return rotates ? successor.text : undefined
}

/** Ends a sign-in one of whose old tokens came back, and says how to refuse it. */
async function endFamily(
  environment: Environment,
  request: RefreshRequest,
  { client: { pool }, session, user }: Refreshable,
): Promise<UserPoolError> {
  await environment.store.transact((transaction) => {
    revokeSession(transaction, pool.id, session.id)
  })
  await tellSessionEnded(environment, pool, { user, session })
  return request.reused()
}
