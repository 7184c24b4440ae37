/**
 * Checks access tokens for the operations that a user is allowed by having one.
 *
 * @see user-pools §1.5
 */
import { selfServiceScope } from './claims.ts'
import { parseJwt, signatureMatches, type UnverifiedJwt } from './jwt.ts'
import type { StoredSigningKey } from './signing-key.ts'

/** What an access token says, once it is known to be ours. */
export interface AccessToken {
  readonly sub: string
  readonly username: string
  readonly clientId: string
  /** Undefined if the client has no token revocation. */
  readonly originJti: string | undefined
  readonly issuedAtSeconds: number
  readonly expiresAtSeconds: number
  readonly scopes: readonly string[]
  readonly deviceKey: string | undefined
}

/** Why a token is refused: the text of the `NotAuthorizedException`. */
export type AccessTokenRefusal =
  | 'Invalid Access Token'
  | 'Could not verify signature for Access Token'
  | 'Access Token has expired'
  | 'Access Token does not have required scopes'

/** The token, or why not. */
export type AccessTokenVerdict =
  | { readonly kind: 'valid'; readonly token: AccessToken }
  | { readonly kind: 'refused'; readonly refusal: AccessTokenRefusal }

/**
 * The issuer an access token names, unverified: it tells which pool's keys to ask. Undefined if it is no
 * token at all.
 */
export function issuerInToken(token: string): string | undefined {
  const issuer = parseJwt(token)?.claims.iss
  return typeof issuer === 'string' ? issuer : undefined
}

/**
 * Checks form, issuer, kind, signature, expiry and scope, in this order. Whether the sign-in was revoked
 * and the user still exists is the caller's to check, by `originJti`, `issuedAtSeconds` and `sub`, in
 * its transaction.
 *
 * @param keys the pool's keys; a token signed with a key for ID tokens is refused
 */
export function verifyAccessToken(
  token: string,
  {
    keys,
    issuer,
    nowSeconds,
    requiredScope = selfServiceScope,
  }: {
    readonly keys: readonly StoredSigningKey[]
    readonly issuer: string
    readonly nowSeconds: number
    readonly requiredScope?: string | undefined
  },
): AccessTokenVerdict {
  const jwt = parseJwt(token)
  if (jwt === undefined || jwt.claims.iss !== issuer || jwt.claims.token_use !== 'access') {
    return { kind: 'refused', refusal: 'Invalid Access Token' }
  }
  const key = keys.find(({ kid, tokenUse }) => kid === jwt.kid && tokenUse === 'access')
  if (key === undefined || !signatureMatches(jwt, key)) {
    return { kind: 'refused', refusal: 'Could not verify signature for Access Token' }
  }
  const accessToken = readClaims(jwt)
  if (accessToken === undefined) return { kind: 'refused', refusal: 'Invalid Access Token' }
  if (nowSeconds >= accessToken.expiresAtSeconds) {
    return { kind: 'refused', refusal: 'Access Token has expired' }
  }
  if (!accessToken.scopes.includes(requiredScope)) {
    return { kind: 'refused', refusal: 'Access Token does not have required scopes' }
  }
  return { kind: 'valid', token: accessToken }
}

function readClaims({ claims }: UnverifiedJwt): AccessToken | undefined {
  const { sub, username, client_id, origin_jti, iat, exp, scope, device_key } = claims
  if (typeof sub !== 'string' || typeof username !== 'string') return undefined
  if (typeof client_id !== 'string') return undefined
  if (typeof iat !== 'number' || typeof exp !== 'number') return undefined
  return {
    sub,
    username,
    clientId: client_id,
    originJti: typeof origin_jti === 'string' ? origin_jti : undefined,
    issuedAtSeconds: iat,
    expiresAtSeconds: exp,
    scopes: typeof scope === 'string' ? scope.split(' ') : [],
    deviceKey: typeof device_key === 'string' ? device_key : undefined,
  }
}
