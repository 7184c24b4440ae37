/** Sign-ins for tests: the token trigger, given events as the user pools send them. */
import { createHandler, readConfiguration } from '@vivarium/token-trigger'
import type { Client } from 'faunadb'
import type { TestDataApi } from './seeded-data-api.test-data.ts'

/** The pool of every test. */
export const userPoolId = 'us-east-1_AbCdEf123'

/** A user as an event tells of them. */
export interface TestUser {
  readonly sub: string
  readonly email?: string
  readonly email_verified?: 'true' | 'false'
}

/** An event of version V2_0. */
export function tokenGenerationEvent(
  user: TestUser,
  { originJti, triggerSource = 'TokenGeneration_Authentication' }: SignInOptions = {},
): Record<string, unknown> {
  return {
    version: '2',
    triggerSource,
    region: 'us-east-1',
    userPoolId,
    userName: user.sub,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '4qmr86u7hh5pd5s86l4l' },
    request: {
      userAttributes: { ...user, 'cognito:user_status': 'CONFIRMED' },
      groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null },
      scopes: ['aws.cognito.signin.user.admin'],
    },
    response: { claimsAndScopeOverrideDetails: null },
    ...(originJti !== undefined && { vivarium: { originJti } }),
  }
}

interface SignInOptions {
  readonly originJti?: string
  readonly triggerSource?: string
}

/** What a user has after signing in. */
export interface SignedIn {
  readonly userId: string
  readonly access: Client
  readonly refresh: Client
  readonly accessToken: string
  readonly refreshToken: string
}

/** A trigger of its own for this data API: signs users in. */
export function signInWith(
  api: TestDataApi & { readonly serverKey: string },
  environment: Readonly<Record<string, string>> = {},
): (user: TestUser, options?: SignInOptions) => Promise<SignedIn> {
  const configuration = readConfiguration({
    FAUNA_ENDPOINT: api.endpoint,
    FAUNA_SERVER_KEY: api.serverKey,
    ...environment,
  })
  const handler = createHandler(configuration, () => {})
  return async (user, options) => {
    const claims = claimsIn(await handler(tokenGenerationEvent(user, options)))
    const { fauna_access_token = '', fauna_refresh_token = '', userId = '' } = claims
    return {
      userId,
      access: api.as(fauna_access_token),
      refresh: api.as(fauna_refresh_token),
      accessToken: fauna_access_token,
      refreshToken: fauna_refresh_token,
    }
  }
}

/** The claims that an answer of version V2_0 adds to the ID token. */
export function claimsIn(answer: unknown): Readonly<Record<string, string>> {
  const { response } = answer as {
    response: {
      claimsAndScopeOverrideDetails: {
        idTokenGeneration: { claimsToAddOrOverride: Record<string, string> }
      }
    }
  }
  return response.claimsAndScopeOverrideDetails.idTokenGeneration.claimsToAddOrOverride
}
