import { issuerOf } from '@vivarium/user-pools'
import type { AccessProviderSeedOptions, SeededUserPools } from './seed.ts'

/**
 * The issuer of Vivarium's own user pools, for the access provider.
 *
 * @param issuer what comes before the pool id in `iss`
 * @param url where the data API reaches the user pools
 */
export function userPoolsIssuer(issuer: string, url: string): AccessProviderSeedOptions {
  return {
    issuerOf: (userPoolId) => issuerOf(issuer, userPoolId),
    jwksUriOf: (userPoolId) => `${issuerOf(url, userPoolId)}/.well-known/jwks.json`,
  }
}

/** What is remembered of the access provider of these pools, if there is one. */
export function accessProviderFor(
  { userPoolId }: Pick<SeededUserPools, 'userPoolId'>,
  options: AccessProviderSeedOptions | undefined,
): { readonly accessProvider?: { readonly issuer: string; readonly jwksUri: string } } {
  if (options === undefined) return {}
  const [issuer, jwksUri] = [options.issuerOf(userPoolId), options.jwksUriOf(userPoolId)]
  return { accessProvider: { issuer, jwksUri } }
}
