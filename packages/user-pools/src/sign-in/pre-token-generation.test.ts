import {
  AdminUpdateUserAttributesCommand,
  DeleteUserPoolClientCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestEvent } from '../testing/functions.ts'
import {
  dump,
  everyFlow,
  faultsOf,
  refusalOfToken,
  signIn,
  type Tokens,
} from '../testing/people.ts'
import { createSrpClient, srpTimestamp } from '../testing/srp-client.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

let server: TestServer
let count = 0
let username = ''
let email = ''

beforeAll(async () => {
  server = await startTestServer({ triggers: { timeoutMs: 50 } })
})
afterAll(async () => {
  expect(faultsOf(server)).toEqual([])
  await server.close()
})
beforeEach(() => {
  count += 1
  username = `user${count}`
  email = `${username}@example.com`
})

async function signedUp(pool: TestPool): Promise<Tokens & { readonly sub: string }> {
  const sub = await server.signUp(pool, { username, email })
  return { ...(await signIn(server, pool, { username })), sub }
}

describe('Pre Token Generation', () => {
  /** Signs somebody up in a pool with this function. */
  async function withFunction(
    version: 'legacy' | 'V1_0' | 'V2_0' | 'V3_0',
    response: unknown,
  ): Promise<{ tokens: Tokens; event: TestEvent; pool: TestPool }> {
    const arn = server.functions.define(`claims${count}${version}`, (event) => ({
      ...event,
      response,
    }))
    const pool = await server.createPool(
      {
        LambdaConfig:
          version === 'legacy'
            ? { PreTokenGeneration: arn }
            : { PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion: version } },
      },
      everyFlow,
    )
    const tokens = await signedUp(pool)
    const event = server.functions.events.at(-1)
    if (event === undefined) throw new Error('The function was not called')
    return { tokens, event, pool }
  }

  it('is told of the user and the sign-in: V1_0', async () => {
    const { event, tokens, pool } = await withFunction('legacy', { claimsOverrideDetails: null })
    expect(event).toEqual({
      version: '1',
      triggerSource: 'TokenGeneration_Authentication',
      region: 'us-east-1',
      userPoolId: pool.poolId,
      userName: username,
      callerContext: {
        awsSdkVersion: 'aws-sdk-unknown-unknown',
        clientId: pool.clientId,
      },
      request: {
        userAttributes: {
          sub: decodeJwt(tokens.idToken).sub,
          email,
          email_verified: 'true',
          'cognito:user_status': 'CONFIRMED',
        },
        groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null },
      },
      response: { claimsOverrideDetails: null },
      vivarium: { originJti: decodeJwt(tokens.idToken).origin_jti },
    })
  })

  it('changes the ID token alone: V1_0', async () => {
    const { tokens } = await withFunction('V1_0', {
      claimsOverrideDetails: {
        claimsToAddOrOverride: { tenant: '42', sub: 'somebody else', email: 'a@b.example' },
        claimsToSuppress: ['email_verified', 'tenant2'],
      },
    })
    const id = decodeJwt(tokens.idToken)
    expect(id).toMatchObject({ tenant: '42', email: 'a@b.example' })
    expect(id.sub).not.toBe('somebody else')
    expect(id).not.toHaveProperty('email_verified')
    expect(decodeJwt(tokens.accessToken)).not.toHaveProperty('tenant')
    expect(server.events.at(-1)).toMatchObject({ kind: 'claims-ignored', claims: ['sub'] })
  })

  it.each([
    ['V2_0', '2'],
    ['V3_0', '3'],
  ] as const)('changes both tokens and the scopes: %s', async (version, number) => {
    const { tokens, event, pool } = await withFunction(version, {
      claimsAndScopeOverrideDetails: {
        idTokenGeneration: {
          claimsToAddOrOverride: { plan: 'gold', limits: { rps: 5 } },
          claimsToSuppress: ['email'],
        },
        accessTokenGeneration: {
          claimsToAddOrOverride: { tenant: '42' },
          scopesToAdd: ['orders/read'],
        },
        groupOverrideDetails: { groupsToOverride: ['guests'] },
      },
    })
    expect(event).toMatchObject({
      version: number,
      request: { scopes: ['aws.cognito.signin.user.admin'] },
      response: { claimsAndScopeOverrideDetails: null },
    })
    const id = decodeJwt(tokens.idToken)
    const access = decodeJwt(tokens.accessToken)
    expect(id).toMatchObject({
      plan: 'gold',
      limits: { rps: 5 },
      'cognito:groups': ['guests'],
    })
    expect(id).not.toHaveProperty('email')
    expect(access).toMatchObject({
      tenant: '42',
      scope: 'aws.cognito.signin.user.admin orders/read',
      'cognito:groups': ['guests'],
    })
    expect(pool.clientId).toBe(id.aud)
  })

  it('may take away what own operations ask for', async () => {
    const { tokens } = await withFunction('V2_0', {
      claimsAndScopeOverrideDetails: {
        accessTokenGeneration: { scopesToSuppress: ['aws.cognito.signin.user.admin'] },
      },
    })
    expect(await refusalOfToken(server, tokens.accessToken)).toEqual([
      'NotAuthorizedException',
      'Access Token does not have required scopes',
    ])
  })

  it('runs again at each refresh, with the attributes of then', async () => {
    const { tokens, pool } = await withFunction('V1_0', {})
    const { poolId: UserPoolId, clientId: ClientId } = pool
    const UserAttributes = [{ Name: 'name', Value: 'Jane' }]
    await server.sdk.send(
      new AdminUpdateUserAttributesCommand({ UserPoolId, Username: username, UserAttributes }),
    )
    const { AuthenticationResult } = await server.sdk.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN: tokens.refreshToken },
        ClientMetadata: { not: 'told' },
      }),
    )
    expect(decodeJwt(AuthenticationResult?.IdToken ?? '').name).toBe('Jane')
    const event = server.functions.events.at(-1)
    expect(event?.triggerSource).toBe('TokenGeneration_RefreshTokens')
    expect(event?.request.userAttributes).toMatchObject({ name: 'Jane' })
    expect(event?.request).not.toHaveProperty('clientMetadata')
    expect(event?.vivarium).toEqual({ originJti: decodeJwt(tokens.idToken).origin_jti })
  })

  it('is told the metadata of the second step of SRP, and not of a first step', async () => {
    const { pool, event: first } = await withFunction('V1_0', {})
    expect(first.request).not.toHaveProperty('clientMetadata')
    const client = createSrpClient(pool.poolId)
    const { ChallengeParameters = {} } = await server.sdk.send(
      new InitiateAuthCommand({
        ClientId: pool.clientId,
        AuthFlow: 'USER_SRP_AUTH',
        AuthParameters: { USERNAME: username, SRP_A: client.srpA },
        ClientMetadata: { first: 'step' },
      }),
    )
    await server.sdk.send(
      new RespondToAuthChallengeCommand({
        ClientId: pool.clientId,
        ChallengeName: 'PASSWORD_VERIFIER',
        ChallengeResponses: client.answer(
          ChallengeParameters,
          testPassword,
          srpTimestamp(server.clock.nowMs()),
        ),
        ClientMetadata: { second: 'step' },
      }),
    )
    expect(server.functions.events.at(-1)?.request.clientMetadata).toEqual({ second: 'step' })
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('No tokens today')
      },
      ['UserLambdaValidationException', 'PreTokenGeneration failed with error No tokens today.'],
    ],
    [
      'returns no object',
      () => 'tokens',
      ['InvalidLambdaResponseException', 'Invalid lambda function output : Invalid JSON'],
    ],
    [
      'returns the wrong types',
      () => ({ response: { claimsOverrideDetails: { claimsToAddOrOverride: { a: [1] } } } }),
      ['InvalidLambdaResponseException', 'Unrecognizable lambda output'],
    ],
    [
      'never answers',
      () => new Promise(() => {}),
      [
        'UnexpectedLambdaException',
        'PreTokenGeneration invocation failed due to error Socket timeout while invoking Lambda function.',
      ],
    ],
    [
      'makes the token too long',
      () => ({
        response: { claimsOverrideDetails: { claimsToAddOrOverride: { a: 'x'.repeat(20_000) } } },
      }),
      ['InvalidLambdaResponseException', 'Unrecognizable lambda output'],
    ],
  ])('fails the sign-in if it %s, and nothing is kept', async (_what, handler, expected) => {
    const arn = server.functions.define(`broken${count}`, handler)
    const pool = await server.createPool({ LambdaConfig: { PreTokenGeneration: arn } }, everyFlow)
    await server.signUp(pool, { username, email })
    const before = await dump(server.store)
    expect(await refusalOf(signIn(server, pool, { username }))).toEqual(expected)
    expect(await dump(server.store)).toEqual(before)
  })

  it('fails the sign-in if it cannot be called', async () => {
    const pool = await server.createPool(
      {
        LambdaConfig: { PreTokenGeneration: 'arn:aws:lambda:us-east-1:000000000000:function:gone' },
      },
      everyFlow,
    )
    await server.signUp(pool, { username, email })
    expect(await refusalOf(signIn(server, pool, { username }))).toEqual([
      'UnexpectedLambdaException',
      'PreTokenGeneration invocation failed due to error ResourceNotFoundException.',
    ])
  })

  it('gives nothing to a user whose sign-ins end while it runs, and the hook is told', async () => {
    let duringTrigger = async (): Promise<void> => {}
    const arn = server.functions.define(`slow${count}`, async (event) => {
      await duringTrigger()
      return event
    })
    const pool = await server.createPool({ LambdaConfig: { PreTokenGeneration: arn } }, everyFlow)
    const { accessToken, sub } = await signedUp(pool)
    duringTrigger = async () => {
      await server.call('GlobalSignOut', { AccessToken: accessToken })
    }
    const told = server.ended.length
    expect(await refusalOf(signIn(server, pool, { username }))).toEqual([
      'NotAuthorizedException',
      'Incorrect username or password.',
    ])
    const session = server.functions.events.at(-1)?.vivarium
    expect(session).toEqual({ originJti: expect.stringMatching(uuid) })
    expect(server.ended.slice(told)).toMatchObject([
      { sub, reason: 'global-sign-out' },
      { sub, reason: 'token-revoked', ...Object(session) },
    ])
  })

  it('gives nothing through a client that is deleted while it runs', async () => {
    let duringTrigger = async (): Promise<unknown> => undefined
    const arn = server.functions.define(`deleting${count}`, async (event) => {
      await duringTrigger()
      return event
    })
    const pool = await server.createPool({ LambdaConfig: { PreTokenGeneration: arn } }, everyFlow)
    await server.signUp(pool, { username, email })
    duringTrigger = () =>
      server.sdk.send(
        new DeleteUserPoolClientCommand({ UserPoolId: pool.poolId, ClientId: pool.clientId }),
      )
    expect(await refusalOf(signIn(server, pool, { username }))).toEqual([
      'ResourceNotFoundException',
      `User pool client ${pool.clientId} does not exist.`,
    ])
  })
})
