/**
 * Sign-ins and their refresh tokens.
 *
 * Every refresh token of a sign-in carries the sign-in's id, so that one read finds the family; the
 * family keeps hashes of the tokens that work. Rotation adds a token and ends the one before it, at
 * once or after a grace period; a token that rotation ended shows that somebody kept a copy, and ends
 * the whole family.
 *
 * A sign-in holds while its document exists and its user's generation is the one it began under.
 *
 * @see user-pools §2.6 and §4.5
 */
import type { Transaction } from '@vivarium/store'
import {
  createOpaque,
  opaqueEntropyBytes,
  opaqueMatches,
  type ParsedOpaque,
} from '../tokens/opaque.ts'
import { readDocument, type Session, type User, writeDocument } from './documents.ts'
import { sessionKey } from './keys.ts'

/** Ended tokens beyond this are forgotten: they are refused all the same, but no longer recognised. */
const supersededMax = 64
/** Successors of one token that may work side by side in its grace period. */
const acceptedMax = 32

const sessionIdBytes = 16

/** How many random bytes `createRefreshToken` takes. */
export const refreshTokenEntropyBytes = opaqueEntropyBytes - sessionIdBytes

/** The longest lifetime of an access token, in seconds: what outlives its sign-in's refresh tokens. */
const accessTokenSecondsMax = 24 * 60 * 60

/** A new refresh token of the sign-in `sessionId`: the text for the client and the hash to keep. */
export function createRefreshToken(
  sessionId: string,
  entropy: Uint8Array,
): { readonly text: string; readonly hash: string } {
  const id = Buffer.from(sessionId.replaceAll('-', ''), 'hex')
  return createOpaque('refresh-token', Buffer.concat([id, entropy]))
}

/** The id of the sign-in that a refresh token names. */
export function sessionIdOf({ id }: ParsedOpaque): string {
  return [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join(
    '-',
  )
}

/** The sign-in with this id, if it was not revoked. */
export function readSession(
  transaction: Transaction,
  poolId: string,
  sessionId: string,
): Session | undefined {
  return readDocument<Session>(transaction, sessionKey(poolId, sessionId))
}

/** Keeps a sign-in. */
export function writeSession(transaction: Transaction, poolId: string, session: Session): void {
  writeDocument(transaction, sessionKey(poolId, session.id), session)
}

/** A sign-in that begins now. */
export function newSession(
  user: User,
  {
    id,
    clientId,
    nowSeconds,
    refreshSeconds,
    refreshTokenHash,
  }: {
    readonly id: string
    readonly clientId: string
    readonly nowSeconds: number
    readonly refreshSeconds: number
    readonly refreshTokenHash: string
  },
): Session {
  const expiresAtSeconds = nowSeconds + refreshSeconds
  return {
    id,
    clientId,
    username: user.username,
    sub: user.sub,
    generation: user.generation,
    authTimeSeconds: nowSeconds,
    expiresAtSeconds,
    keepUntilSeconds: expiresAtSeconds + accessTokenSecondsMax,
    accepted: [{ hash: refreshTokenHash }],
  }
}

/** Whether the sign-in still holds, and is this user's. */
export function isSessionOf(session: Session, user: User): boolean {
  return (
    session.isRevoked !== true && session.sub === user.sub && session.generation === user.generation
  )
}

/** The user with all sign-ins ended. */
export function withSessionsEnded(user: User, nowMs: number): User {
  return { ...user, generation: user.generation + 1, signedOutAtMs: nowMs }
}

/** What a refresh token is worth in its family. */
export type RefreshTokenState = 'accepted' | 'superseded' | 'foreign'

/** @see RefreshTokenState */
export function refreshTokenState(
  session: Session,
  token: ParsedOpaque,
  nowSeconds: number,
): RefreshTokenState {
  const found = session.accepted.find(({ hash }) => opaqueMatches(token, hash))
  if (found !== undefined) {
    return found.untilSeconds === undefined || nowSeconds <= found.untilSeconds
      ? 'accepted'
      : 'superseded'
  }
  return (session.superseded ?? []).some((hash) => opaqueMatches(token, hash))
    ? 'superseded'
    : 'foreign'
}

/**
 * The family after `used` was traded for `successor`. Within its grace period a token may be traded
 * again; what it was traded for stays good until one of these is used.
 */
export function rotated(
  session: Session,
  used: ParsedOpaque,
  {
    successor,
    graceSeconds,
    nowSeconds,
  }: { readonly successor: string; readonly graceSeconds: number; readonly nowSeconds: number },
): Session {
  const found = session.accepted.find(({ hash }) => opaqueMatches(used, hash))
  const kept =
    found?.untilSeconds !== undefined
      ? [found, ...session.accepted.filter((token) => token !== found).slice(2 - acceptedMax)]
      : graceSeconds > 0
        ? [{ hash: used.hash, untilSeconds: nowSeconds + graceSeconds }]
        : []
  const ended = session.accepted.filter((token) => !kept.some(({ hash }) => hash === token.hash))
  const superseded = [...ended.map(({ hash }) => hash), ...(session.superseded ?? [])]
  return {
    ...session,
    accepted: [...kept, { hash: successor }],
    superseded: superseded.slice(0, supersededMax),
  }
}
