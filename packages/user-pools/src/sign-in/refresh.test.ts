import {
  GetTokensFromRefreshTokenCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { secretHash } from '../authentication/secret-hash.ts'
import {
  dump,
  everyFlow,
  faultsOf,
  refusalOfToken,
  signIn,
  type Tokens,
  tokensOf,
} from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'
import { createOpaque, opaqueEntropyBytes } from '../tokens/opaque.ts'

const invalid = ['NotAuthorizedException', 'Invalid Refresh Token']
const revoked = ['NotAuthorizedException', 'Refresh Token has been revoked']

let server: TestServer
let plain: TestPool
/** The client's refresh tokens are good once. */
let rotating: TestPool
/** As `rotating`, with half a minute for those who ask again. */
let patient: TestPool
let count = 0
let username = ''
let email = ''

beforeAll(async () => {
  server = await startTestServer()
  plain = await server.createPool({}, everyFlow)
  rotating = await server.createPool(
    {},
    { ...everyFlow, RefreshTokenRotation: { Feature: 'ENABLED' } },
  )
  patient = await server.createPool(
    {},
    { ...everyFlow, RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 30 } },
  )
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

async function signedUp(pool: TestPool): Promise<Tokens> {
  await server.signUp(pool, { username, email })
  return signIn(server, pool, { username })
}

function refresh({ clientId }: TestPool, REFRESH_TOKEN: string, more: Record<string, string> = {}) {
  return server.sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN, ...more },
    }),
  )
}

function trade({ clientId }: TestPool, RefreshToken: string, ClientSecret?: string) {
  return server.sdk.send(
    new GetTokensFromRefreshTokenCommand({ ClientId: clientId, RefreshToken, ClientSecret }),
  )
}

function revoke({ clientId }: TestPool, Token: string, ClientSecret?: string) {
  return server.sdk.send(new RevokeTokenCommand({ ClientId: clientId, Token, ClientSecret }))
}

async function traded(pool: TestPool, refreshToken: string): Promise<Tokens> {
  return tokensOf((await trade(pool, refreshToken)).AuthenticationResult)
}

describe('REFRESH_TOKEN_AUTH', () => {
  it('gives new ID and access tokens of the same sign-in, and no refresh token', async () => {
    const tokens = await signedUp(plain)
    server.clock.advanceSeconds(100)
    const { AuthenticationResult, ChallengeParameters } = await refresh(plain, tokens.refreshToken)
    expect(ChallengeParameters).toEqual({})
    expect(Object.keys(AuthenticationResult ?? {}).toSorted()).toEqual([
      'AccessToken',
      'ExpiresIn',
      'IdToken',
      'TokenType',
    ])
    const [before, after] = [tokens.accessToken, AuthenticationResult?.AccessToken ?? ''].map(
      (token) => decodeJwt(token),
    )
    expect(after).toEqual({
      ...before,
      iat: (before?.iat ?? 0) + 100,
      exp: (before?.exp ?? 0) + 100,
      jti: expect.not.stringMatching(String(before?.jti)),
      event_id: expect.not.stringMatching(String(before?.event_id)),
    })
  })

  it('goes under its other name, and with a null device key', async () => {
    const { refreshToken } = await signedUp(plain)
    const { status } = await server.call('InitiateAuth', {
      ClientId: plain.clientId,
      AuthFlow: 'REFRESH_TOKEN',
      AuthParameters: { REFRESH_TOKEN: refreshToken, DEVICE_KEY: null },
    })
    expect(status).toBe(200)
  })

  it('goes for thirty days from the sign-in, however often it was used', async () => {
    const { refreshToken } = await signedUp(plain)
    server.clock.advanceSeconds(15 * 86_400)
    await refresh(plain, refreshToken)
    server.clock.advanceSeconds(15 * 86_400 - 1)
    await refresh(plain, refreshToken)
    server.clock.advanceSeconds(1)
    expect(await refusalOf(refresh(plain, refreshToken))).toEqual([
      'NotAuthorizedException',
      'Refresh Token has expired',
    ])
  })

  it("refuses what is none of the client's refresh tokens", async () => {
    const { refreshToken, accessToken, idToken } = await signedUp(plain)
    const madeUp = createOpaque('refresh-token', Buffer.alloc(opaqueEntropyBytes, 7)).text
    // The id of the sign-in is in every access token; the secret of its refresh token is not.
    const id = Buffer.from(String(decodeJwt(accessToken).origin_jti).replaceAll('-', ''), 'hex')
    const forged = createOpaque('refresh-token', Buffer.concat([id, Buffer.alloc(34)])).text
    const before = await dump(server.store)
    for (const text of ['x', accessToken, idToken, madeUp, forged, `${refreshToken}=`]) {
      expect(await refusalOf(refresh(plain, text))).toEqual(invalid)
    }
    expect(await refusalOf(refresh(rotating, refreshToken))).toEqual(invalid)
    expect(await refusalOf(trade(patient, refreshToken))).toEqual(invalid)
    expect(await dump(server.store)).toEqual(before)
  })

  it('says first what the client did wrong', async () => {
    const { clientId } = plain
    const call = (AuthParameters: Record<string, string>) =>
      refusalOf(
        server.sdk.send(
          new InitiateAuthCommand({
            ClientId: clientId,
            AuthFlow: 'REFRESH_TOKEN_AUTH',
            AuthParameters,
          }),
        ),
      )
    expect(await call({})).toEqual([
      'InvalidParameterException',
      'Missing required parameter REFRESH_TOKEN',
    ])
    const without = await server.createPool({}, { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] })
    expect(await refusalOf(refresh(without, 'x'))).toEqual([
      'InvalidParameterException',
      'Refresh Token flow not enabled for this client',
    ])
  })

  it('is refused where tokens are rotated, and the operator told why', async () => {
    const { refreshToken } = await signedUp(rotating)
    expect(await refusalOf(refresh(rotating, refreshToken))).toEqual(invalid)
    expect(server.events.at(-1)).toEqual({
      kind: 'warning',
      message: `Client ${rotating.clientId} rotates refresh tokens; use GetTokensFromRefreshToken`,
    })
    await traded(rotating, refreshToken)
  })

  it('takes a secret hash over any name of the user', async () => {
    const pool = await server.createPool(
      { AliasAttributes: ['email'], AutoVerifiedAttributes: ['email'] },
      { ...everyFlow, GenerateSecret: true },
    )
    const { clientId, clientSecret = '' } = pool
    const hash = (name: string) => secretHash(name, clientId, clientSecret)
    const signUp = await server.call('SignUp', {
      ClientId: clientId,
      Username: username,
      Password: testPassword,
      SecretHash: hash(username),
      UserAttributes: [{ Name: 'email', Value: email }],
    })
    const { UserSub } = JSON.parse(signUp.text)
    const confirmed = await server.call('ConfirmSignUp', {
      ClientId: clientId,
      Username: username,
      SecretHash: hash(username),
      ConfirmationCode: server.codeSentTo(email),
    })
    expect(confirmed.status).toBe(200)
    const { AuthenticationResult } = await server.sdk.send(
      new InitiateAuthCommand({
        ClientId: clientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: {
          USERNAME: email,
          PASSWORD: testPassword,
          SECRET_HASH: hash(email),
        },
      }),
    )
    const { refreshToken } = tokensOf(AuthenticationResult)
    for (const name of [username, email, UserSub]) {
      await refresh(pool, refreshToken, { SECRET_HASH: hash(name) })
    }
    expect(await refusalOf(refresh(pool, refreshToken, { SECRET_HASH: hash('else') }))).toEqual([
      'NotAuthorizedException',
      `SecretHash does not match for the client: ${clientId}`,
    ])
    expect((await refusalOf(refresh(pool, refreshToken)))[1]).toBe(
      `Client ${clientId} is configured with secret but SECRET_HASH was not received`,
    )
    await trade(pool, refreshToken, clientSecret)
    expect((await refusalOf(trade(pool, refreshToken, `${clientSecret}x`)))[0]).toBe(
      'NotAuthorizedException',
    )
    expect((await refusalOf(trade(pool, refreshToken)))[0]).toBe('NotAuthorizedException')
    expect((await refusalOf(revoke(pool, refreshToken)))[0]).toBe('UnauthorizedException')
    await revoke(pool, refreshToken, clientSecret)
    expect(await refusalOf(trade(pool, refreshToken, clientSecret))).toEqual(revoked)
  })
})

describe('the lifetimes that the client sets', () => {
  it('hold for each token', async () => {
    const pool = await server.createPool(
      {},
      {
        ...everyFlow,
        AccessTokenValidity: 10,
        IdTokenValidity: 600,
        RefreshTokenValidity: 2,
        TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'seconds', RefreshToken: 'hours' },
      },
    )
    const tokens = await signedUp(pool)
    const access = decodeJwt(tokens.accessToken)
    const id = decodeJwt(tokens.idToken)
    expect((access.exp ?? 0) - (access.iat ?? 0)).toBe(600)
    expect((id.exp ?? 0) - (id.iat ?? 0)).toBe(600)
    server.clock.advanceSeconds(600)
    expect(await refusalOfToken(server, tokens.accessToken)).toEqual([
      'NotAuthorizedException',
      'Access Token has expired',
    ])
    server.clock.advanceSeconds(2 * 3600 - 601)
    await refresh(pool, tokens.refreshToken)
    server.clock.advanceSeconds(1)
    expect((await refusalOf(refresh(pool, tokens.refreshToken)))[1]).toBe(
      'Refresh Token has expired',
    )
  })

  it('of rotation that was switched off leave the last token good', async () => {
    const first = await signedUp(rotating)
    const second = await traded(rotating, first.refreshToken)
    await server.sdk.send(
      new UpdateUserPoolClientCommand({
        UserPoolId: rotating.poolId,
        ClientId: rotating.clientId,
        ...everyFlow,
      }),
    )
    await refresh(rotating, second.refreshToken)
    expect(await refusalOf(refresh(rotating, first.refreshToken))).toEqual(invalid)
    expect(await refusalOf(refresh(rotating, second.refreshToken))).toEqual(revoked)
  })
})
