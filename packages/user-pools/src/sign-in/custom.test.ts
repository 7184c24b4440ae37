import {
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { AuthenticationDetails } from 'amazon-cognito-identity-js'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../testing/browser-client.ts'
import { createTestClock } from '../testing/clock.ts'
import type { TestEvent } from '../testing/functions.ts'
import { dump, everyFlow, faultsOf, tokensOf } from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

const incorrect = ['NotAuthorizedException', 'Incorrect username or password.']

let server: TestServer
let plain: TestPool
let hiding: TestPool
let count = 0
let username = ''
let email = ''

interface Asked {
  readonly session: readonly { readonly challengeName: string; readonly challengeResult: boolean }[]
  readonly challengeAnswer: string
  readonly privateChallengeParameters: { readonly answer: string }
}

/** What a function is asked, in the shape that the reference gives. */
function asked(event: TestEvent): Asked {
  return Object(event.request)
}

/** Three tries at a riddle; after a password, where there was one. */
function riddle() {
  const define = server.functions.define(`define${count}`, (event) => {
    const { session } = asked(event)
    const last = session.at(-1)
    const tries = session.filter(({ challengeName }) => challengeName === 'CUSTOM_CHALLENGE')
    const isRight = last?.challengeName === 'CUSTOM_CHALLENGE' && last.challengeResult
    const response =
      last?.challengeName === 'SRP_A'
        ? { challengeName: 'PASSWORD_VERIFIER' }
        : isRight
          ? { issueTokens: true }
          : tries.length >= 3
            ? { failAuthentication: true }
            : { challengeName: 'CUSTOM_CHALLENGE' }
    return { ...event, response }
  })
  const create = server.functions.define(`create${count}`, (event) => ({
    ...event,
    response: {
      publicChallengeParameters: { question: 'Friend?' },
      privateChallengeParameters: { answer: 'mellon' },
      challengeMetadata: 'DOOR',
    },
  }))
  const verify = server.functions.define(`verify${count}`, (event) => {
    const { challengeAnswer, privateChallengeParameters } = asked(event)
    return {
      ...event,
      response: { answerCorrect: challengeAnswer === privateChallengeParameters.answer },
    }
  })
  return {
    DefineAuthChallenge: define,
    CreateAuthChallenge: create,
    VerifyAuthChallengeResponse: verify,
  }
}

beforeAll(async () => {
  server = await startTestServer({ clock: createTestClock(Date.now()) })
  const LambdaConfig = riddle()
  plain = await server.createPool({ LambdaConfig }, everyFlow)
  hiding = await server.createPool(
    { LambdaConfig },
    { ...everyFlow, PreventUserExistenceErrors: 'ENABLED' },
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

function begin({ clientId }: TestPool, name = username) {
  return server.sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'CUSTOM_AUTH',
      AuthParameters: { USERNAME: name },
      ClientMetadata: { first: 'step' },
    }),
  )
}

function answer(
  { clientId }: TestPool,
  Session: string | undefined,
  ANSWER: string,
  name = username,
) {
  return server.sdk.send(
    new RespondToAuthChallengeCommand({
      ClientId: clientId,
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session,
      ChallengeResponses: { USERNAME: name, ANSWER },
      ClientMetadata: { second: 'step' },
    }),
  )
}

describe('CUSTOM_AUTH', () => {
  it('asks what the triggers say, and keeps their secret', async () => {
    const sub = await server.signUp(plain, { username, email })
    const first = server.functions.events.length
    const { $metadata, ...challenge } = await begin(plain)
    expect(challenge).toEqual({
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session: expect.stringMatching(/^[\w-]{20,2048}$/),
      ChallengeParameters: { question: 'Friend?', USERNAME: username },
    })
    expect(Buffer.from(challenge.Session ?? '', 'base64url').toString()).not.toContain('mellon')
    const { AuthenticationResult } = await answer(plain, challenge.Session, 'mellon')
    expect(decodeJwt(tokensOf(AuthenticationResult).idToken).sub).toBe(sub)
    const events = server.functions.events.slice(first)
    expect(events.map(({ triggerSource }) => triggerSource.split('_')[0])).toEqual([
      'DefineAuthChallenge',
      'CreateAuthChallenge',
      'VerifyAuthChallengeResponse',
      'DefineAuthChallenge',
    ])
    const userAttributes = {
      sub,
      email,
      email_verified: 'true',
      'cognito:user_status': 'CONFIRMED',
    }
    const clientMetadata = { second: 'step' }
    const answered = {
      challengeName: 'CUSTOM_CHALLENGE',
      challengeResult: true,
      challengeMetadata: 'DOOR',
    }
    expect(events.map(({ request }) => request)).toEqual([
      { userAttributes, session: [], userNotFound: false },
      { userAttributes, challengeName: 'CUSTOM_CHALLENGE', session: [], userNotFound: false },
      {
        userAttributes,
        privateChallengeParameters: { answer: 'mellon' },
        challengeAnswer: 'mellon',
        userNotFound: false,
        clientMetadata,
      },
      { userAttributes, session: [answered], userNotFound: false, clientMetadata },
    ])
  })

  it('gives as many tries as the triggers, each session one', async () => {
    await server.signUp(plain, { username, email })
    const first = await begin(plain)
    const second = await answer(plain, first.Session, 'wrong')
    expect(second.ChallengeName).toBe('CUSTOM_CHALLENGE')
    expect(await refusalOf(answer(plain, first.Session, 'mellon'))).toEqual([
      'NotAuthorizedException',
      'Invalid session for the user, session can only be used once.',
    ])
    const third = await answer(plain, second.Session, 'wrong')
    expect(await refusalOf(answer(plain, third.Session, 'wrong'))).toEqual(incorrect)
    const again = await begin(plain)
    const last = await answer(
      plain,
      (await answer(plain, again.Session, 'wrong')).Session,
      'mellon',
    )
    tokensOf(last.AuthenticationResult)
  })

  it('counts what failed like a wrong password', async () => {
    await server.signUp(plain, { username, email })
    for (let failure = 0; failure < 5; failure += 1) {
      let { Session } = await begin(plain)
      for (let attempt = 0; attempt < 2; attempt += 1) {
        Session = (await answer(plain, Session, 'wrong')).Session
      }
      expect(await refusalOf(answer(plain, Session, 'wrong'))).toEqual(incorrect)
    }
    expect((await refusalOf(begin(plain)))[1]).toBe('Password attempts exceeded')
  })

  it("refuses another user's session, another client's and another challenge's", async () => {
    await server.signUp(plain, { username, email })
    await server.signUp(plain, { username: `${username}-other`, email })
    await server.signUp(hiding, { username, email })
    const { Session } = await begin(plain)
    const notOurs = ['NotAuthorizedException', 'Invalid session for the user.']
    expect(await refusalOf(answer(plain, Session, 'mellon', `${username}-other`))).toEqual(notOurs)
    expect(await refusalOf(answer(hiding, Session, 'mellon'))).toEqual(notOurs)
    const call = server.sdk.send(
      new RespondToAuthChallengeCommand({
        ClientId: plain.clientId,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session,
        ChallengeResponses: { USERNAME: username, NEW_PASSWORD: testPassword },
      }),
    )
    expect(await refusalOf(call)).toEqual(notOurs)
    server.clock.advanceSeconds(181)
    expect((await refusalOf(answer(plain, Session, 'mellon')))[1]).toBe(
      'Invalid session for the user, session is expired.',
    )
    server.clock.advanceSeconds(-181)
    tokensOf((await answer(plain, Session, 'mellon')).AuthenticationResult)
  })

  it('runs for nobody too where the client hides who exists', async () => {
    expect((await refusalOf(begin(plain)))[0]).toBe('UserNotFoundException')
    const { Session, ChallengeParameters } = await begin(hiding)
    expect(ChallengeParameters).toEqual({ question: 'Friend?', USERNAME: username })
    expect(server.functions.events.at(-1)?.request.userNotFound).toBe(true)
    expect(await refusalOf(answer(hiding, Session, 'mellon'))).toEqual(incorrect)
  })

  it('is for pools with triggers and clients that allow it', async () => {
    const without = await server.createPool({}, everyFlow)
    expect(await refusalOf(begin(without))).toEqual([
      'InvalidParameterException',
      'Custom auth lambda trigger is not configured for the user pool.',
    ])
    const closed = await server.createPool(
      { LambdaConfig: riddle() },
      { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] },
    )
    expect(await refusalOf(begin(closed))).toEqual([
      'InvalidParameterException',
      'CUSTOM_AUTH is not enabled for the client.',
    ])
  })

  it.each([
    ['decides nothing', { challengeName: '' }],
    ['names a challenge that is none', { challengeName: 'RIDDLE' }],
    ['asks for a proof that was not begun', { challengeName: 'PASSWORD_VERIFIER' }],
    ['answers with other types', { issueTokens: 'yes' }],
  ])('fails if the function %s, and nothing is kept', async (_what, response) => {
    const define = server.functions.define(`broken${count}`, (event) => ({ ...event, response }))
    const pool = await server.createPool(
      { LambdaConfig: { ...riddle(), DefineAuthChallenge: define } },
      everyFlow,
    )
    await server.signUp(pool, { username, email })
    const before = await dump(server.store)
    expect(await refusalOf(begin(pool))).toEqual([
      'InvalidLambdaResponseException',
      'Unrecognizable lambda output',
    ])
    expect(await dump(server.store)).toEqual(before)
  })

  it('puts a password before the riddle, with the client of browsers', async () => {
    await server.signUp(plain, { username, email })
    const signIn = (password: string, reply: string) => {
      const user = openBrowser(server.url, plain).user(username)
      user.setAuthenticationFlowType('CUSTOM_AUTH')
      const details = new AuthenticationDetails({ Username: username, Password: password })
      return new Promise<string>((resolve, reject) => {
        const callbacks = {
          onSuccess: () => resolve('signed in'),
          onFailure: reject,
          customChallenge: ({ question }: { readonly question: string }) => {
            expect(question).toBe('Friend?')
            user.sendCustomChallengeAnswer(reply, {
              ...callbacks,
              customChallenge: () => resolve('asked again'),
            })
          },
        }
        user.authenticateUser(details, callbacks)
      })
    }
    expect(await signIn(testPassword, 'mellon')).toBe('signed in')
    expect(await signIn(testPassword, 'wrong')).toBe('asked again')
    expect(await refusalOf(signIn('Wrong-Horse-7', 'mellon'))).toEqual(incorrect)
  })
})
