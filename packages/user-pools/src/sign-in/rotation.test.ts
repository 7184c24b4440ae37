import {
  GetTokensFromRefreshTokenCommand,
  GlobalSignOutCommand,
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

const revoked = ['NotAuthorizedException', 'Refresh Token has been revoked']
const reused = ['RefreshTokenReuseException', 'Refresh token has been invalidated by rotation']
const accessRevoked = ['NotAuthorizedException', 'Access Token has been revoked']

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

function trade({ clientId }: TestPool, RefreshToken: string, ClientSecret?: string) {
  return server.sdk.send(
    new GetTokensFromRefreshTokenCommand({ ClientId: clientId, RefreshToken, ClientSecret }),
  )
}

async function traded(pool: TestPool, refreshToken: string): Promise<Tokens> {
  return tokensOf((await trade(pool, refreshToken)).AuthenticationResult)
}

describe('GetTokensFromRefreshToken', () => {
  it('keeps the refresh token where the client does not rotate it', async () => {
    const { refreshToken } = await signedUp(plain)
    const { AuthenticationResult } = await trade(plain, refreshToken)
    expect(AuthenticationResult?.AccessToken).toBeDefined()
    expect(AuthenticationResult?.RefreshToken).toBeUndefined()
    await trade(plain, refreshToken)
  })

  it('gives another refresh token where the client rotates it, of the same sign-in', async () => {
    const first = await signedUp(rotating)
    const second = await traded(rotating, first.refreshToken)
    const third = await traded(rotating, second.refreshToken)
    expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3)
    expect(decodeJwt(third.accessToken).origin_jti).toBe(decodeJwt(first.accessToken).origin_jti)
    expect(decodeJwt(third.idToken).auth_time).toBe(decodeJwt(first.idToken).auth_time)
  })

  it('does not prolong a sign-in by rotation', async () => {
    const first = await signedUp(rotating)
    server.clock.advanceSeconds(20 * 86_400)
    const second = await traded(rotating, first.refreshToken)
    server.clock.advanceSeconds(10 * 86_400)
    expect((await refusalOf(trade(rotating, second.refreshToken)))[1]).toBe(
      'Refresh Token has expired',
    )
  })

  it('ends the sign-in when a rotated token comes back, and tells', async () => {
    const first = await signedUp(rotating)
    const other = await signIn(server, rotating, { username })
    const second = await traded(rotating, first.refreshToken)
    const told = server.ended.length
    expect(await refusalOf(trade(rotating, first.refreshToken))).toEqual(reused)
    expect(await refusalOf(trade(rotating, second.refreshToken))).toEqual(revoked)
    expect(await refusalOfToken(server, second.accessToken)).toEqual(accessRevoked)
    expect(server.ended.slice(told)).toEqual([
      {
        userPoolId: rotating.poolId,
        userName: username,
        sub: decodeJwt(first.idToken).sub,
        reason: 'token-revoked',
        originJti: decodeJwt(first.idToken).origin_jti,
      },
    ])
    await traded(rotating, other.refreshToken)
  })

  it('takes a token again within its grace period; two tabs both go on', async () => {
    const { refreshToken } = await signedUp(patient)
    const [one, two] = await Promise.all([
      traded(patient, refreshToken),
      traded(patient, refreshToken),
    ])
    expect(one.refreshToken).not.toBe(two.refreshToken)
    server.clock.advanceSeconds(30)
    const three = await traded(patient, refreshToken)
    // Whoever goes on first is the one who goes on.
    const next = await traded(patient, three.refreshToken)
    server.clock.advanceSeconds(31)
    await traded(patient, next.refreshToken)
  })

  it('ends the sign-in when a token comes back after its grace period', async () => {
    const { refreshToken } = await signedUp(patient)
    const next = await traded(patient, refreshToken)
    server.clock.advanceSeconds(31)
    expect(await refusalOf(trade(patient, refreshToken))).toEqual(reused)
    expect(await refusalOf(trade(patient, next.refreshToken))).toEqual(revoked)
  })

  it('does not rotate when the trigger fails', async () => {
    let isFailing = false
    const arn = server.functions.define('sometimes', (event) => {
      if (isFailing) throw new Error('Not now')
      return event
    })
    const pool = await server.createPool(
      { LambdaConfig: { PreTokenGeneration: arn } },
      { ...everyFlow, RefreshTokenRotation: { Feature: 'ENABLED' } },
    )
    const tokens = await signedUp(pool)
    isFailing = true
    const before = await dump(server.store)
    expect(await refusalOf(trade(pool, tokens.refreshToken))).toEqual([
      'UserLambdaValidationException',
      'PreTokenGeneration failed with error Not now.',
    ])
    expect(await dump(server.store)).toEqual(before)
    isFailing = false
    await traded(pool, tokens.refreshToken)
  })

  it('refuses a sign-in that ended while the trigger ran, and tells once more', async () => {
    let duringTrigger = async (): Promise<void> => {}
    const arn = server.functions.define('slow', async (event) => {
      await duringTrigger()
      return event
    })
    const pool = await server.createPool({ LambdaConfig: { PreTokenGeneration: arn } }, everyFlow)
    const tokens = await signedUp(pool)
    duringTrigger = async () => {
      await server.sdk.send(new GlobalSignOutCommand({ AccessToken: tokens.accessToken }))
    }
    const told = server.ended.length
    expect(await refusalOf(trade(pool, tokens.refreshToken))).toEqual(revoked)
    expect(server.ended.slice(told).map(({ reason, originJti }) => [reason, originJti])).toEqual([
      ['global-sign-out', undefined],
      ['token-revoked', decodeJwt(tokens.idToken).origin_jti],
    ])
  })
})
