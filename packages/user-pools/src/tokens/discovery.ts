import { type PublicJwk, publicJwk, type StoredSigningKey } from './signing-key.ts'

/**
 * The `iss` of a pool's tokens.
 *
 * @param base the configured base URL, with or without a final slash. Never the request's `Host`: whoever
 * chooses that would choose the issuer.
 * @see user-pools §4.7
 */
export function issuerOf(base: string, poolId: string): string {
  return `${base.replace(/\/+$/, '')}/${poolId}`
}

/** `GET /{poolId}/.well-known/jwks.json`: every key that a token still in force may be signed with. */
export interface JwkSet {
  readonly keys: readonly PublicJwk[]
}

/** @see JwkSet */
export function jwkSet(keys: readonly StoredSigningKey[]): JwkSet {
  return { keys: keys.map(publicJwk) }
}

/** `GET /{poolId}/.well-known/openid-configuration` of a pool without a domain. */
export interface DiscoveryDocument {
  readonly id_token_signing_alg_values_supported: readonly ['RS256']
  readonly issuer: string
  readonly jwks_uri: string
  readonly response_types_supported: readonly ['code', 'token']
  readonly subject_types_supported: readonly ['public']
}

/**
 * @param issuer from `issuerOf`; repeated byte for byte
 * @param address where this server shows the JWK set, if that is not below the issuer: with an issuer of
 * AWS's form the keys are still here
 */
export function discoveryDocument(issuer: string, address: string = issuer): DiscoveryDocument {
  return {
    id_token_signing_alg_values_supported: ['RS256'],
    issuer,
    jwks_uri: `${address}/.well-known/jwks.json`,
    response_types_supported: ['code', 'token'],
    subject_types_supported: ['public'],
  }
}

/** How long a JWK set may be cached: short, so that a rotated key is found. */
export const jwkSetCacheControl = 'public, max-age=300'
