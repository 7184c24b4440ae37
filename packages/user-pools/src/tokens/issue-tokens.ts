import { unrecognizableOutput } from '../triggers/trigger-error.ts'
import { accessTokenClaims, type Claims, idTokenClaims, type TokenSubject } from './claims.ts'
import { signJwt } from './jwt.ts'
import type { TokenLifetimes } from './lifetimes.ts'
import { overrideAccessClaims, overrideIdClaims, type TokenOverrides } from './overrides.ts'
import type { StoredSigningKey, TokenUse } from './signing-key.ts'

/** The two signed tokens of a sign-in or a refresh. */
export interface IssuedTokens {
  readonly idToken: string
  readonly accessToken: string
  /** `ExpiresIn`: the access token's lifetime. */
  readonly expiresInSeconds: number
  /** Claims the trigger was not allowed to touch; for the log. */
  readonly ignoredClaims: readonly string[]
}

/**
 * The longest token that a trigger may make, in characters: many proxies end a header at 16 kB or before.
 * A token that is long by its user's own attributes is signed whatever its length.
 */
export const tokenLengthMax = 16 * 1024

/**
 * Signs the tokens of a sign-in or a refresh.
 *
 * Run the trigger before, and keep or rotate a refresh token after, so that a failing trigger costs the
 * client nothing.
 *
 * @throws TriggerError InvalidLambdaResponseException, if a trigger made a token too long
 */
export function issueTokens(
  subject: TokenSubject,
  {
    keys,
    lifetimes,
    jtis,
    overrides,
  }: {
    readonly keys: readonly StoredSigningKey[]
    readonly lifetimes: TokenLifetimes
    /** Two random UUIDs. */
    readonly jtis: Readonly<Record<TokenUse, string>>
    /** What the trigger changes; undefined if the pool has none. */
    readonly overrides?: TokenOverrides | undefined
  },
): IssuedTokens {
  const id = overrideIdClaims(
    idTokenClaims(subject, { jti: jtis.id, lifetimeSeconds: lifetimes.idSeconds }),
    overrides ?? {},
  )
  const access = overrideAccessClaims(
    accessTokenClaims(subject, { jti: jtis.access, lifetimeSeconds: lifetimes.accessSeconds }),
    overrides ?? {},
  )
  const idToken = signWith('id', id.claims, keys)
  const accessToken = signWith('access', access.claims, keys)
  if (overrides !== undefined && Math.max(idToken.length, accessToken.length) > tokenLengthMax) {
    throw unrecognizableOutput()
  }
  return {
    idToken,
    accessToken,
    expiresInSeconds: lifetimes.accessSeconds,
    ignoredClaims: [...id.ignored, ...access.ignored],
  }
}

/** The newest key of its kind signs: keys are stored oldest first. */
function signWith(tokenUse: TokenUse, claims: Claims, keys: readonly StoredSigningKey[]): string {
  const key = keys.findLast((candidate) => candidate.tokenUse === tokenUse)
  if (key === undefined) throw new Error(`The pool has no key for ${tokenUse} tokens`)
  return signJwt(claims, key)
}
