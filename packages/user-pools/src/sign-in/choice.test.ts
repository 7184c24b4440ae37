import {
  AdminCreateUserCommand,
  type ChallengeNameType,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { faultsOf, tokensOf } from '../testing/people.ts'
import { createSrpClient, srpTimestamp } from '../testing/srp-client.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

const incorrect = ['NotAuthorizedException', 'Incorrect username or password.']
const mismatch = ['CodeMismatchException', 'Invalid verification code provided, please try again.']
const client = {
  ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
} satisfies Parameters<TestServer['createPool']>[1]

let server: TestServer
let plain: TestPool
let hiding: TestPool
let count = 0
let username = ''
let email = ''

beforeAll(async () => {
  server = await startTestServer()
  const pool = {
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } },
  } satisfies Parameters<TestServer['createPool']>[0]
  plain = await server.createPool(pool, client)
  hiding = await server.createPool(pool, { ...client, PreventUserExistenceErrors: 'ENABLED' })
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

function begin({ clientId }: TestPool, more: Record<string, string> = {}, name = username) {
  return server.sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'USER_AUTH',
      AuthParameters: { USERNAME: name, ...more },
    }),
  )
}

function answer(
  { clientId }: TestPool,
  ChallengeName: ChallengeNameType,
  Session: string | undefined,
  responses: Record<string, string>,
) {
  return server.sdk.send(
    new RespondToAuthChallengeCommand({
      ClientId: clientId,
      ChallengeName,
      Session,
      ChallengeResponses: { USERNAME: username, ...responses },
    }),
  )
}

const wrongCode = (code: string) => (code === '00000000' ? '11111111' : '00000000')

describe('USER_AUTH', () => {
  it('offers what the user has', async () => {
    await server.signUp(plain, { username, email })
    const { $metadata, ...offered } = await begin(plain)
    expect(offered).toEqual({
      ChallengeName: 'SELECT_CHALLENGE',
      Session: expect.stringMatching(/^[\w-]{20,2048}$/),
      ChallengeParameters: { USERNAME: username },
      AvailableChallenges: ['PASSWORD', 'PASSWORD_SRP', 'EMAIL_OTP'],
    })
    const invited = `${username}-invited`
    await server.sdk.send(
      new AdminCreateUserCommand({
        UserPoolId: plain.poolId,
        Username: invited,
        TemporaryPassword: testPassword,
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: email },
          { Name: 'email_verified', Value: 'true' },
        ],
      }),
    )
    expect((await begin(plain, {}, invited)).AvailableChallenges).toEqual([
      'PASSWORD',
      'PASSWORD_SRP',
    ])
  })

  it('takes the password that was chosen', async () => {
    await server.signUp(plain, { username, email })
    const { Session } = await begin(plain)
    const chosen = { ANSWER: 'PASSWORD' }
    expect(
      await refusalOf(
        answer(plain, 'SELECT_CHALLENGE', Session, { ...chosen, PASSWORD: 'Wrong-Horse-7' }),
      ),
    ).toEqual(incorrect)
    expect(await refusalOf(answer(plain, 'SELECT_CHALLENGE', Session, chosen))).toEqual([
      'InvalidParameterException',
      'Missing required parameter PASSWORD',
    ])
    const right = { ...chosen, PASSWORD: testPassword }
    const { AuthenticationResult } = await answer(plain, 'SELECT_CHALLENGE', Session, right)
    tokensOf(AuthenticationResult)
    expect(await refusalOf(answer(plain, 'SELECT_CHALLENGE', Session, right))).toEqual([
      'NotAuthorizedException',
      'Invalid session for the user, session can only be used once.',
    ])
  })

  it('takes the preferred password at once, or asks for it', async () => {
    await server.signUp(plain, { username, email })
    const preferred = { PREFERRED_CHALLENGE: 'PASSWORD' }
    const direct = await begin(plain, { ...preferred, PASSWORD: testPassword })
    tokensOf(direct.AuthenticationResult)
    const asked = await begin(plain, preferred)
    expect(asked.ChallengeName).toBe('PASSWORD')
    const { AuthenticationResult } = await answer(plain, 'PASSWORD', asked.Session, {
      PASSWORD: testPassword,
    })
    tokensOf(AuthenticationResult)
  })

  it('takes SRP, chosen or preferred', async () => {
    await server.signUp(plain, { username, email })
    const finish = async (
      srp: ReturnType<typeof createSrpClient>,
      { ChallengeName, ChallengeParameters = {}, Session }: Awaited<ReturnType<typeof begin>>,
    ) => {
      expect(ChallengeName).toBe('PASSWORD_VERIFIER')
      expect(Session).toBeDefined()
      const proof = srp.answer(
        ChallengeParameters,
        testPassword,
        srpTimestamp(server.clock.nowMs()),
      )
      tokensOf((await answer(plain, 'PASSWORD_VERIFIER', Session, proof)).AuthenticationResult)
    }
    const preferring = createSrpClient(plain.poolId)
    const preferred = { PREFERRED_CHALLENGE: 'PASSWORD_SRP', SRP_A: preferring.srpA }
    await finish(preferring, await begin(plain, preferred))
    const choosing = createSrpClient(plain.poolId)
    const { Session } = await begin(plain)
    const chosen = { ANSWER: 'PASSWORD_SRP', SRP_A: choosing.srpA }
    await finish(choosing, await answer(plain, 'SELECT_CHALLENGE', Session, chosen))
  })

  it('sends a code of eight digits and takes it, once', async () => {
    await server.signUp(plain, { username, email })
    const { $metadata, ...challenge } = await begin(plain, { PREFERRED_CHALLENGE: 'EMAIL_OTP' })
    expect(challenge).toEqual({
      ChallengeName: 'EMAIL_OTP',
      Session: expect.any(String),
      ChallengeParameters: {
        CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL',
        CODE_DELIVERY_DESTINATION: 'u***@e***',
        USERNAME: username,
      },
      AvailableChallenges: ['EMAIL_OTP'],
    })
    const code = server.codeSentTo(email)
    expect(code).toMatch(/^\d{8}$/)
    const reply = (EMAIL_OTP_CODE: string) =>
      answer(plain, 'EMAIL_OTP', challenge.Session, { EMAIL_OTP_CODE })
    expect(await refusalOf(reply(wrongCode(code)))).toEqual(mismatch)
    tokensOf((await reply(code)).AuthenticationResult)
    expect((await refusalOf(reply(code)))[1]).toBe(
      'Invalid session for the user, session can only be used once.',
    )
  })

  it('ends a code with its session, and locks whoever guesses', async () => {
    await server.signUp(plain, { username, email })
    const late = await begin(plain, { PREFERRED_CHALLENGE: 'EMAIL_OTP' })
    const lateCode = server.codeSentTo(email)
    server.clock.advanceSeconds(181)
    const call = answer(plain, 'EMAIL_OTP', late.Session, { EMAIL_OTP_CODE: lateCode })
    expect((await refusalOf(call))[1]).toBe('Invalid session for the user, session is expired.')
    const { Session } = await begin(plain, { PREFERRED_CHALLENGE: 'EMAIL_OTP' })
    const code = server.codeSentTo(email)
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const guess = answer(plain, 'EMAIL_OTP', Session, { EMAIL_OTP_CODE: wrongCode(code) })
      expect(await refusalOf(guess)).toEqual(mismatch)
    }
    const right = answer(plain, 'EMAIL_OTP', Session, { EMAIL_OTP_CODE: code })
    expect((await refusalOf(right))[1]).toBe('Password attempts exceeded')
  })

  it('offers nobody what somebody has, where the client hides who exists', async () => {
    expect((await refusalOf(begin(plain)))[0]).toBe('UserNotFoundException')
    expect((await begin(hiding)).AvailableChallenges).toEqual([
      'PASSWORD',
      'PASSWORD_SRP',
      'EMAIL_OTP',
    ])
    const sent = server.mailbox.list().length
    const { Session, ChallengeParameters } = await begin(hiding, {
      PREFERRED_CHALLENGE: 'EMAIL_OTP',
    })
    expect(server.mailbox.list()).toHaveLength(sent)
    expect(ChallengeParameters?.CODE_DELIVERY_DESTINATION).toMatch(/^[a-z]\*\*\*@[a-z]\*\*\*$/)
    const guess = answer(hiding, 'EMAIL_OTP', Session, { EMAIL_OTP_CODE: '12345678' })
    expect(await refusalOf(guess)).toEqual(mismatch)
    const password = { PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD: testPassword }
    expect(await refusalOf(begin(hiding, password))).toEqual(incorrect)
  })

  it('needs no password where codes are allowed', async () => {
    const call = (pool: TestPool) =>
      server.sdk.send(
        new SignUpCommand({
          ClientId: pool.clientId,
          Username: username,
          UserAttributes: [{ Name: 'email', Value: email }],
        }),
      )
    const withPasswords = await server.createPool({}, client)
    expect((await refusalOf(call(withPasswords)))[0]).toBe('InvalidParameterException')
    await call(plain)
    const confirmed = await server.call('ConfirmSignUp', {
      ClientId: plain.clientId,
      Username: username,
      ConfirmationCode: server.codeSentTo(email),
    })
    expect(confirmed.status).toBe(200)
    const { Session, AvailableChallenges } = await begin(plain)
    expect(AvailableChallenges).toEqual(['EMAIL_OTP'])
    const sent = await answer(plain, 'SELECT_CHALLENGE', Session, { ANSWER: 'EMAIL_OTP' })
    const { AuthenticationResult } = await answer(plain, 'EMAIL_OTP', sent.Session, {
      EMAIL_OTP_CODE: server.codeSentTo(email),
    })
    tokensOf(AuthenticationResult)
  })

  it('is for clients that allow it', async () => {
    const pool = await server.createPool({}, { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] })
    expect(await refusalOf(begin(pool))).toEqual([
      'InvalidParameterException',
      'USER_AUTH is not enabled for the client.',
    ])
  })
})
