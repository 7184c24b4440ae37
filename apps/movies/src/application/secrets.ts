import type { TokenPair } from '../session/renewal.ts'
import type { IdToken, SignedIn } from '../user-pool/sign-in.ts'
import type { Application } from './application.ts'

/** The user pool let the person in, but what it gave opens nothing: no secrets among the claims, or no role. */
export class NoDatabaseAccess extends Error {
  override readonly name = 'NoDatabaseAccess'
}

/**
 * What a sign-in opens the database with: the ID token, of which the user pool gives another one when it
 * is over; or else the two secrets among its claims, of which the database itself renews the first.
 *
 * @throws NoDatabaseAccess
 */
export async function secretsOf(
  { config, database }: Pick<Application, 'config' | 'database'>,
  { idToken }: SignedIn,
): Promise<TokenPair> {
  const { jwt, claims, expiresAtMs } = idToken
  if (config.dataApiSecret === 'id-token') {
    if (!(await (await database()).accepts(jwt))) throw new NoDatabaseAccess()
    return { access: { secret: jwt, expiresAtMs } }
  }
  const accessSecret = textOf(claims.fauna_access_token)
  if (accessSecret === undefined) throw new NoDatabaseAccess()
  // Missing if the trigger is told to leave it out.
  const refreshSecret = textOf(claims.fauna_refresh_token)
  // The claims do not tell the lifetimes.
  const { timed } = await database()
  const [access, refresh] = await Promise.all([
    timed(accessSecret),
    refreshSecret === undefined ? undefined : timed(refreshSecret),
  ])
  return { access, refresh }
}

function textOf(claim: IdToken['claims'][string]): string | undefined {
  return typeof claim === 'string' && claim !== '' ? claim : undefined
}
