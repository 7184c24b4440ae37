import {
  AdminCreateUserCommand,
  AdminRespondToAuthChallengeCommand,
  AdminSetUserPasswordCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { AuthenticationDetails } from 'amazon-cognito-identity-js'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../testing/browser-client.ts'
import { createTestClock } from '../testing/clock.ts'
import {
  answerSrp,
  attributesOf,
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
} from '../testing/test-server.ts'

const temporary = 'Temporary-Horse-1'
const chosen = 'Chosen-Horse-2'

let server: TestServer
let pool: TestPool
let other: TestPool
let count = 0
let username = ''
let email = ''

beforeAll(async () => {
  server = await startTestServer({ clock: createTestClock(Date.now()) })
  pool = await server.createPool({ Schema: [{ Name: 'name', Required: true }] }, everyFlow)
  other = await server.createPool({}, everyFlow)
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

async function invite({ poolId } = pool) {
  await server.sdk.send(
    new AdminCreateUserCommand({
      UserPoolId: poolId,
      Username: username,
      TemporaryPassword: temporary,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
    }),
  )
}

function begin({ clientId } = pool) {
  return server.sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: username, PASSWORD: temporary },
    }),
  )
}

function answer(
  Session: string | undefined,
  more: Record<string, string> = {},
  { clientId } = pool,
) {
  return server.sdk.send(
    new RespondToAuthChallengeCommand({
      ClientId: clientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session,
      ChallengeResponses: {
        USERNAME: username,
        NEW_PASSWORD: chosen,
        'userAttributes.name': 'Jane',
        ...more,
      },
    }),
  )
}

describe('NEW_PASSWORD_REQUIRED', () => {
  it('names what is missing and what is known', async () => {
    await invite()
    const { $metadata, ...challenge } = await begin()
    expect(challenge).toEqual({
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: expect.stringMatching(/^[\w-]{20,2048}$/),
      ChallengeParameters: {
        USER_ID_FOR_SRP: username,
        requiredAttributes: '["userAttributes.name"]',
        userAttributes: JSON.stringify({ email, email_verified: 'true' }),
      },
    })
  })

  it('confirms the user with the new password and attributes, and signs them in', async () => {
    await invite()
    const { Session } = await begin()
    const { AuthenticationResult } = await answer(Session)
    const { accessToken, idToken } = tokensOf(AuthenticationResult)
    expect(decodeJwt(idToken)).toMatchObject({ name: 'Jane', email, email_verified: true })
    expect(await attributesOf(server, accessToken)).toMatchObject({ name: 'Jane' })
    await signIn(server, pool, { username, password: chosen })
    expect(await refusalOf(answer(Session))).toEqual([
      'NotAuthorizedException',
      'Invalid session for the user, session can only be used once.',
    ])
  })

  it('comes after SRP too, also with the client of browsers', async () => {
    await invite()
    const challenge = await answerSrp(server, pool, { username, password: temporary })
    expect(challenge.ChallengeName).toBe('NEW_PASSWORD_REQUIRED')
    const user = openBrowser(server.url, pool).user(username)
    const details = new AuthenticationDetails({ Username: username, Password: temporary })
    const session = await new Promise<string>((resolve, reject) => {
      user.authenticateUser(details, {
        onSuccess: () => reject(new Error('The temporary password signed in')),
        onFailure: reject,
        newPasswordRequired: (known, required) => {
          expect(known).toEqual({ email, email_verified: 'true' })
          expect(required).toEqual(['name'])
          user.completeNewPasswordChallenge(
            chosen,
            { name: 'Jane' },
            {
              onSuccess: (found) => resolve(found.getIdToken().payload.name),
              onFailure: reject,
            },
          )
        },
      })
    })
    expect(session).toBe('Jane')
  })

  it('is answered by administrators as well', async () => {
    await invite()
    const { Session } = await begin()
    const { AuthenticationResult } = await server.sdk.send(
      new AdminRespondToAuthChallengeCommand({
        UserPoolId: pool.poolId,
        ClientId: pool.clientId,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session,
        ChallengeResponses: {
          USERNAME: username,
          NEW_PASSWORD: temporary,
          'userAttributes.name': 'Jane',
        },
      }),
    )
    tokensOf(AuthenticationResult)
  })

  it('tells the trigger why, and of the user as they now are', async () => {
    const arn = server.functions.define(`claims${count}`, (event) => event)
    const triggered = await server.createPool(
      { LambdaConfig: { PreTokenGeneration: arn } },
      everyFlow,
    )
    await invite(triggered)
    const { Session } = await begin(triggered)
    await answer(Session, {}, triggered)
    expect(server.functions.events.at(-1)).toMatchObject({
      triggerSource: 'TokenGeneration_NewPasswordChallenge',
      request: { userAttributes: { name: 'Jane', 'cognito:user_status': 'CONFIRMED' } },
    })
  })

  it('refuses what is wrong with the answer, and the session stays good', async () => {
    await invite()
    const { Session } = await begin()
    const refusalWith = (more: Record<string, string>) =>
      refusedWithoutTrace(server, () => answer(Session, more))
    expect(await refusalWith({ NEW_PASSWORD: 'weak' })).toEqual([
      'InvalidPasswordException',
      'Password did not conform with policy: Password not long enough',
    ])
    expect(await refusalWith({ NEW_PASSWORD: '' })).toEqual([
      'InvalidParameterException',
      'Missing required parameter NEW_PASSWORD',
    ])
    expect(await refusalWith({ 'userAttributes.name': '' })).toEqual([
      'InvalidParameterException',
      'Invalid attributes given, name is missing',
    ])
    expect(await refusalWith({ 'userAttributes.email': email })).toEqual([
      'NotAuthorizedException',
      'Cannot modify an already provided email',
    ])
    expect(await refusalWith({ 'userAttributes.phone_number_verified': 'true' })).toEqual([
      'NotAuthorizedException',
      'A client attempted to write unauthorized attribute',
    ])
    await answer(Session)
  })

  it('refuses a session that is not its own', async () => {
    await invite()
    await invite(other)
    const { Session = '' } = await begin()
    const notOurs = ['NotAuthorizedException', 'Invalid session for the user.']
    expect(await refusedWithoutTrace(server, () => answer(Session, {}, other))).toEqual(notOurs)
    expect(
      await refusedWithoutTrace(server, () => answer(Session, { USERNAME: 'somebody' })),
    ).toEqual(notOurs)
    const changed = Buffer.from(Session, 'base64url')
    changed[40] = (changed[40] ?? 0) ^ 1
    expect(await refusedWithoutTrace(server, () => answer(changed.toString('base64url')))).toEqual(
      notOurs,
    )
    expect(await refusedWithoutTrace(server, () => answer('no session of anybody'))).toEqual([
      'CodeMismatchException',
      'Invalid session provided',
    ])
    expect((await refusedWithoutTrace(server, () => answer(undefined)))[0]).toBe(
      'InvalidParameterException',
    )
  })

  it('ends with the auth session, and with the temporary password', async () => {
    await invite()
    const { Session } = await begin()
    server.clock.advanceSeconds(181)
    expect(await refusedWithoutTrace(server, () => answer(Session))).toEqual([
      'NotAuthorizedException',
      'Invalid session for the user, session is expired.',
    ])
    const again = await begin()
    await server.sdk.send(
      new AdminSetUserPasswordCommand({
        UserPoolId: pool.poolId,
        Username: username,
        Password: chosen,
        Permanent: true,
      }),
    )
    expect(await refusedWithoutTrace(server, () => answer(again.Session))).toEqual([
      'NotAuthorizedException',
      'Invalid session for the user.',
    ])
  })

  it('is not offered for a temporary password that is too old', async () => {
    await invite()
    server.clock.advanceSeconds(7 * 86_400)
    expect(await refusedWithoutTrace(server, () => begin())).toEqual([
      'NotAuthorizedException',
      'Temporary password has expired and must be reset by an administrator.',
    ])
  })
})
