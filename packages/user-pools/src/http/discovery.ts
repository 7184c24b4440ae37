/**
 * What verifiers of tokens fetch: the keys of a pool and its discovery document.
 *
 * @see user-pools §4.6 and §4.7
 */
import type { HttpResponse } from '@vivarium/http'
import type { Environment } from '../environment.ts'
import { findSecrets } from '../model/pools.ts'
import { discoveryDocument, jwkSet, jwkSetCacheControl } from '../tokens/discovery.ts'

/** A document below a pool's address. */
export interface DiscoveryRoute {
  readonly poolId: string
  readonly document: 'jwks.json' | 'openid-configuration'
}

/** The document that a path names, if it names one. */
export function discoveryRoute(path: string): DiscoveryRoute | undefined {
  const match = /^\/([\w-]{1,55})\/\.well-known\/(jwks\.json|openid-configuration)$/.exec(path)
  if (match === null) return undefined
  return {
    poolId: match[1] ?? '',
    document: match[2] === 'jwks.json' ? 'jwks.json' : 'openid-configuration',
  }
}

/** Answers with the document; 404 for a pool that does not exist. */
export async function answerDiscovery(
  environment: Environment,
  { poolId, document }: DiscoveryRoute,
  addressOf: (poolId: string) => string,
): Promise<HttpResponse> {
  const { value: secrets } = await environment.store.transact(
    (transaction) => findSecrets(transaction, poolId),
    { intent: 'read' },
  )
  if (secrets === undefined) {
    // Unverified: what the service says here.
    return json(404, { message: `User pool ${poolId} does not exist.` })
  }
  const body =
    document === 'jwks.json'
      ? jwkSet(secrets.signingKeys)
      : discoveryDocument(environment.issuerOf(poolId), addressOf(poolId))
  return json(200, body, { 'cache-control': jwkSetCacheControl })
}

/** An answer of plain JSON. */
export function json(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
}
