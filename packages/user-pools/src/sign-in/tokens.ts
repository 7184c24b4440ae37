/** Making the tokens of a sign-in or a refresh. */
import type { Environment } from '../environment.ts'
import type { User } from '../model/documents.ts'
import type { ClientOfPool } from '../model/pools.ts'
import { runPreTokenGeneration } from '../pool-triggers.ts'
import { type GroupConfiguration, selfServiceScope } from '../tokens/claims.ts'
import { issueTokens } from '../tokens/issue-tokens.ts'
import { tokenLifetimes } from '../tokens/lifetimes.ts'
import type { ClientMetadata } from '../triggers/event.ts'
import type { PreTokenGenerationSource } from '../triggers/pre-token-generation.ts'
import type { AuthenticationResult } from './request.ts'

/** For whom, on the strength of which sign-in, and why. */
export interface TokenRequest {
  readonly user: User
  readonly groups: GroupConfiguration
  readonly sessionId: string
  readonly authTimeSeconds: number
  readonly source: PreTokenGenerationSource
  readonly clientMetadata: ClientMetadata | undefined
}

/**
 * Asks the Pre Token Generation trigger and signs an ID and an access token.
 *
 * @throws TriggerError
 */
export async function makeTokens(
  environment: Environment,
  { client, pool, secrets }: ClientOfPool,
  request: TokenRequest,
): Promise<AuthenticationResult> {
  const { user, groups, sessionId } = request
  const overrides = await runPreTokenGeneration(
    environment,
    request.source,
    { pool, clientId: client.id, user },
    {
      groups,
      scopes: [selfServiceScope],
      clientMetadata: request.clientMetadata,
      originJti: sessionId,
    },
  )
  const canRevoke = client.settings.EnableTokenRevocation ?? true
  const issued = issueTokens(
    {
      sub: user.sub,
      username: user.username,
      attributes: user.attributes,
      readAttributes: client.settings.ReadAttributes,
      groups,
      clientId: client.id,
      issuer: environment.issuerOf(pool.id),
      authTimeSeconds: request.authTimeSeconds,
      issuedAtSeconds: environment.nowSeconds(),
      eventId: environment.uuid(),
      originJti: canRevoke ? sessionId : undefined,
    },
    {
      keys: secrets.signingKeys,
      lifetimes: tokenLifetimes(client.settings),
      jtis: { id: environment.uuid(), access: environment.uuid() },
      overrides,
    },
  )
  if (issued.ignoredClaims.length > 0) {
    const claims = issued.ignoredClaims
    environment.onEvent({ kind: 'claims-ignored', userPoolId: pool.id, claims })
  }
  return {
    AccessToken: issued.accessToken,
    ExpiresIn: issued.expiresInSeconds,
    IdToken: issued.idToken,
    TokenType: 'Bearer',
  }
}
