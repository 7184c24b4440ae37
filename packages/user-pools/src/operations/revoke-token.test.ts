import {
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  DeleteUserCommand,
  GetTokensFromRefreshTokenCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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
} from '../testing/test-server.ts'

const invalid = ['NotAuthorizedException', 'Invalid Refresh Token']
const revoked = ['NotAuthorizedException', 'Refresh Token has been revoked']
const accessRevoked = ['NotAuthorizedException', 'Access Token has been revoked']

let server: TestServer
let plain: TestPool
/** The client's refresh tokens are good once. */
let rotating: TestPool
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

describe('RevokeToken', () => {
  it('ends one sign-in with all its tokens, and no other', async () => {
    const mine = await signedUp(plain)
    const other = await signIn(server, plain, { username })
    const refreshed = (await refresh(plain, mine.refreshToken)).AuthenticationResult
    const told = server.ended.length
    const { $metadata, ...answer } = await revoke(plain, mine.refreshToken)
    expect(answer).toEqual({})
    expect(await refusalOf(refresh(plain, mine.refreshToken))).toEqual(revoked)
    expect(await refusalOf(trade(plain, mine.refreshToken))).toEqual(revoked)
    for (const token of [mine.accessToken, refreshed?.AccessToken ?? '']) {
      expect(await refusalOfToken(server, token)).toEqual(accessRevoked)
    }
    expect(server.ended.slice(told)).toEqual([
      {
        userPoolId: plain.poolId,
        userName: username,
        sub: decodeJwt(mine.idToken).sub,
        reason: 'token-revoked',
        originJti: decodeJwt(mine.idToken).origin_jti,
      },
    ])
    await refresh(plain, other.refreshToken)
  })

  it('is nothing for tokens that are revoked already or nobody gave', async () => {
    const { refreshToken } = await signedUp(plain)
    await revoke(plain, refreshToken)
    const told = server.ended.length
    const before = await dump(server.store)
    await revoke(plain, refreshToken)
    await revoke(plain, 'nonsense')
    expect(server.ended).toHaveLength(told)
    expect(await dump(server.store)).toEqual(before)
  })

  it('takes any token of a rotated family', async () => {
    const first = await signedUp(rotating)
    const second = await traded(rotating, first.refreshToken)
    await revoke(rotating, first.refreshToken)
    expect(await refusalOf(trade(rotating, second.refreshToken))).toEqual(revoked)
  })

  it('takes refresh tokens alone, of its own client', async () => {
    const { refreshToken, accessToken, idToken } = await signedUp(plain)
    for (const token of [accessToken, idToken]) {
      expect((await refusalOf(revoke(plain, token)))[0]).toBe('UnsupportedTokenTypeException')
    }
    expect((await refusalOf(revoke({ ...plain, clientId: 'nobody' }, refreshToken)))[0]).toBe(
      'UnauthorizedException',
    )
    expect((await refusalOf(revoke(plain, refreshToken, 'a'.repeat(30))))[0]).toBe(
      'UnauthorizedException',
    )
    await refresh(plain, refreshToken)
  })

  it('is for clients whose tokens can be revoked; those of others name no sign-in', async () => {
    const pool = await server.createPool({}, { ...everyFlow, EnableTokenRevocation: false })
    const tokens = await signedUp(pool)
    expect(decodeJwt(tokens.accessToken).origin_jti).toBeUndefined()
    expect(decodeJwt(tokens.accessToken).jti).toBeUndefined()
    expect((await refusalOf(revoke(pool, tokens.refreshToken)))[0]).toBe(
      'UnsupportedOperationException',
    )
    server.clock.advanceSeconds(1)
    await server.sdk.send(new GlobalSignOutCommand({ AccessToken: tokens.accessToken }))
    expect(await refusalOfToken(server, tokens.accessToken)).toEqual(accessRevoked)
  })
})

describe('what ends all sign-ins', () => {
  it('GlobalSignOut: every token of the user, at once, and nobody else', async () => {
    const one = await signedUp(plain)
    const two = await signIn(server, plain, { username })
    const name = username
    username = `${username}-other`
    email = `${username}@example.com`
    const other = await signedUp(plain)
    const told = server.ended.length
    const answer = await server.call('GlobalSignOut', { AccessToken: one.accessToken })
    expect([answer.status, answer.text]).toEqual([200, '{}'])
    expect(server.ended.slice(told)).toEqual([
      {
        userPoolId: plain.poolId,
        userName: name,
        sub: decodeJwt(one.idToken).sub,
        reason: 'global-sign-out',
      },
    ])
    for (const tokens of [one, two]) {
      expect(await refusalOfToken(server, tokens.accessToken)).toEqual(accessRevoked)
      expect(await refusalOf(refresh(plain, tokens.refreshToken))).toEqual(revoked)
      expect(
        await refusalOf(
          server.sdk.send(new GlobalSignOutCommand({ AccessToken: tokens.accessToken })),
        ),
      ).toEqual(accessRevoked)
    }
    await refresh(plain, other.refreshToken)
    await signIn(server, plain, { username: name })
  })

  it('disabling: tokens stay dead when the user is enabled again', async () => {
    const tokens = await signedUp(plain)
    const name = { UserPoolId: plain.poolId, Username: username }
    await server.sdk.send(new AdminDisableUserCommand(name))
    expect(await refusalOf(refresh(plain, tokens.refreshToken))).toEqual([
      'NotAuthorizedException',
      'User is disabled.',
    ])
    await server.sdk.send(new AdminEnableUserCommand(name))
    expect(await refusalOf(refresh(plain, tokens.refreshToken))).toEqual(revoked)
    expect(await refusalOfToken(server, tokens.accessToken)).toEqual(accessRevoked)
  })

  it('deleting: tokens are nobody’s, also when the name is taken again', async () => {
    const tokens = await signedUp(plain)
    const told = server.ended.length
    const answer = await server.call('DeleteUser', { AccessToken: tokens.accessToken })
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect(server.ended.slice(told)).toMatchObject([{ userName: username, reason: 'user-deleted' }])
    const gone = ['UserNotFoundException', 'User does not exist.']
    expect(await refusalOfToken(server, tokens.accessToken)).toEqual(gone)
    expect(
      await refusalOf(server.sdk.send(new DeleteUserCommand({ AccessToken: tokens.accessToken }))),
    ).toEqual(gone)
    expect(await refusalOf(refresh(plain, tokens.refreshToken))).toEqual(invalid)
    await signedUp(plain)
    expect(await refusalOfToken(server, tokens.accessToken)).toEqual(gone)
    expect(await refusalOf(refresh(plain, tokens.refreshToken))).toEqual(invalid)
  })
})
