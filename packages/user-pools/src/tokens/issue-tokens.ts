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

/** The longest token we sign, in characters: many proxies end a header at 16 kB or before. */
export const tokenLengthMax = 16 * 1024

/** A token came out longer than `tokenLengthMax`; only a trigger's claims can do that. */
export class TokenTooLongError extends Error {
  override readonly name = 'TokenTooLongError'
}

/**
 * Signs the tokens of a sign-in or a refresh.
 *
 * Run the trigger before, and keep or rotate a refresh token after, so that a failing trigger costs the
 * client nothing.
 *
 * @throws TokenTooLongError
 */
export async function issueTokens(
  subject: TokenSubject,
  {
    keys,
    lifetimes,
    jtis,
    overrides = {},
  }: {
    readonly keys: readonly StoredSigningKey[]
    readonly lifetimes: TokenLifetimes
    /** Two random UUIDs. */
    readonly jtis: Readonly<Record<TokenUse, string>>
    readonly overrides?: TokenOverrides | undefined
  },
): Promise<IssuedTokens> {
  const id = overrideIdClaims(
    idTokenClaims(subject, { jti: jtis.id, lifetimeSeconds: lifetimes.idSeconds }),
    overrides,
  )
  const access = overrideAccessClaims(
    accessTokenClaims(subject, { jti: jtis.access, lifetimeSeconds: lifetimes.accessSeconds }),
    overrides,
  )
  const [idToken, accessToken] = await Promise.all([
    signWith('id', id.claims, keys),
    signWith('access', access.claims, keys),
  ])
  return {
    idToken,
    accessToken,
    expiresInSeconds: lifetimes.accessSeconds,
    ignoredClaims: [...id.ignored, ...access.ignored],
  }
}

/** The newest key of its kind signs: keys are stored oldest first. */
async function signWith(
  tokenUse: TokenUse,
  claims: Claims,
  keys: readonly StoredSigningKey[],
): Promise<string> {
  const key = keys.findLast((candidate) => candidate.tokenUse === tokenUse)
  if (key === undefined) throw new Error(`The pool has no key for ${tokenUse} tokens`)
  const token = await signJwt(claims, key)
  if (token.length > tokenLengthMax) {
    throw new TokenTooLongError(`The ${tokenUse} token has ${token.length} characters`)
  }
  return token
}
