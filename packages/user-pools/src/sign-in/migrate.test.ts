import {
  ForgotPasswordCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  answerSrp,
  everyFlow,
  faultsOf,
  refusedWithoutTrace,
  signIn,
  tokensOf,
} from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

/** Refused by every policy, and good in the other directory. */
const oldPassword = 'old'

let server: TestServer
let plain: TestPool
let hiding: TestPool
let count = 0
let username = ''
let email = ''
let response: Record<string, unknown> = {}

beforeAll(async () => {
  server = await startTestServer({ quotas: false })
  const UserMigration = server.functions.define('other-directory', (event) => {
    const { password } = Object(event.request)
    if (event.userName.startsWith('broken')) throw new Error('No directory')
    const isKnown = event.userName.startsWith('user')
    const isRight = password === undefined || password === oldPassword
    return { ...event, response: isKnown && isRight ? response : {} }
  })
  const pool = { LambdaConfig: { UserMigration } }
  plain = await server.createPool(pool, everyFlow)
  hiding = await server.createPool(pool, { ...everyFlow, PreventUserExistenceErrors: 'ENABLED' })
})
afterAll(async () => {
  expect(faultsOf(server)).toEqual([])
  await server.close()
})
beforeEach(() => {
  count += 1
  username = `user${count}`
  email = `${username}@example.com`
  response = {
    userAttributes: { email, email_verified: 'true', sub: 'theirs' },
    finalUserStatus: 'CONFIRMED',
    messageAction: 'SUPPRESS',
  }
})

describe('UserMigration', () => {
  it('moves a user here at the first sign-in, with the password that was typed', async () => {
    const { AuthenticationResult } = await server.sdk.send(
      new InitiateAuthCommand({
        ClientId: plain.clientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: oldPassword },
        ClientMetadata: { from: 'page' },
      }),
    )
    const { idToken } = tokensOf(AuthenticationResult)
    expect(decodeJwt(idToken)).toMatchObject({ email, email_verified: true })
    expect(decodeJwt(idToken).sub).not.toBe('theirs')
    expect(server.functions.events.at(-1)).toMatchObject({
      triggerSource: 'UserMigration_Authentication',
      userName: username,
      request: { password: oldPassword, validationData: { from: 'page' } },
    })
    const asked = server.functions.events.length
    await signIn(server, plain, { username, password: oldPassword })
    const srp = await answerSrp(server, plain, { username, password: oldPassword })
    tokensOf(srp.AuthenticationResult)
    expect(server.functions.events).toHaveLength(asked)
  })

  it('has a user set another password unless the function confirms them', async () => {
    response = { userAttributes: { email, email_verified: 'true' } }
    expect(await refusalOf(signIn(server, plain, { username, password: oldPassword }))).toEqual([
      'PasswordResetRequiredException',
      'Password reset required for the user',
    ])
  })

  it('moves a user who forgot the password, and sends the code', async () => {
    const { CodeDeliveryDetails } = await server.sdk.send(
      new ForgotPasswordCommand({ ClientId: plain.clientId, Username: username }),
    )
    expect(CodeDeliveryDetails?.Destination).toBe('u***@e***')
    expect(server.functions.events.at(-1)?.triggerSource).toBe('UserMigration_ForgotPassword')
    const confirmed = await server.call('ConfirmForgotPassword', {
      ClientId: plain.clientId,
      Username: username,
      ConfirmationCode: server.codeSentTo(email),
      Password: testPassword,
    })
    expect(confirmed.status).toBe(200)
    await signIn(server, plain, { username })
  })

  it('makes one user of many requests at once', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 6 }, () => signIn(server, plain, { username, password: oldPassword })),
    )
    expect(new Set(tokens.map(({ idToken }) => decodeJwt(idToken).sub)).size).toBe(1)
  })

  it('keeps nobody whom the function does not know, or knows by another password', async () => {
    const unknown = ['UserNotFoundException', 'User does not exist.']
    for (const who of [
      { username: 'stranger', password: oldPassword },
      { username, password: 'wrong' },
      { username: 'no name', password: oldPassword },
    ]) {
      expect(await refusedWithoutTrace(server, () => signIn(server, plain, who))).toEqual(unknown)
    }
    expect((await refusalOf(signIn(server, hiding, { username, password: 'wrong' })))[1]).toBe(
      'Incorrect username or password.',
    )
  })

  it('is not asked while the name is locked', async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await refusalOf(signIn(server, hiding, { username, password: 'wrong' }))
    }
    const asked = server.functions.events.length
    expect((await refusalOf(signIn(server, hiding, { username, password: oldPassword })))[1]).toBe(
      'Password attempts exceeded',
    )
    expect(server.functions.events).toHaveLength(asked)
  })

  it.each([
    ['throws', () => ({})],
    ['answers what the schema does not take', () => ({ userAttributes: { 'custom:none': 'x' } })],
    ['answers other types', () => ({ userAttributes: { email: 7 } })],
    ['names a status that is none', () => ({ userAttributes: {}, finalUserStatus: 'DONE' })],
  ])('fails the sign-in if the function %s', async (what, answer) => {
    const who = { username: what === 'throws' ? `broken${count}` : username, password: oldPassword }
    response = answer()
    expect(await refusedWithoutTrace(server, () => signIn(server, plain, who))).toEqual([
      'UserNotFoundException',
      `Exception migrating user in app client ${plain.clientId}`,
    ])
    expect((await refusalOf(signIn(server, hiding, who)))[1]).toBe(
      'Incorrect username or password.',
    )
  })
})
