import {
  AdminDisableUserCommand,
  ConfirmSignUpCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
  type SignUpCommandInput,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  attributesOf,
  everyFlow,
  faultsOf,
  refusedWithoutTrace,
  signIn,
  wrongCode,
} from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

let server: TestServer
/** Users sign in under names; the client may know who exists. */
let plain: TestPool
/** The same, but the client hides who exists. */
let hiding: TestPool

beforeAll(async () => {
  server = await startTestServer()
  plain = await server.createPool({}, everyFlow)
  hiding = await server.createPool({}, { ...everyFlow, PreventUserExistenceErrors: 'ENABLED' })
})
afterAll(async () => {
  expect(faultsOf(server)).toEqual([])
  await server.close()
})

let count = 0
let username = ''
let email = ''
beforeEach(() => {
  count += 1
  username = `user${count}`
  email = `${username}@example.com`
})

function signUp(pool: TestPool, changes: Partial<SignUpCommandInput> = {}) {
  return server.sdk.send(
    new SignUpCommand({
      ClientId: pool.clientId,
      Username: username,
      Password: testPassword,
      UserAttributes: [{ Name: 'email', Value: email }],
      ...changes,
    }),
  )
}

function confirm(pool: TestPool, code: string, changes: { ForceAliasCreation?: boolean } = {}) {
  return server.sdk.send(
    new ConfirmSignUpCommand({
      ClientId: pool.clientId,
      Username: username,
      ConfirmationCode: code,
      ...changes,
    }),
  )
}

function resend(pool: TestPool, name = username) {
  return server.sdk.send(
    new ResendConfirmationCodeCommand({ ClientId: pool.clientId, Username: name }),
  )
}

describe('ConfirmSignUp', () => {
  it('confirms the user and verifies the address, once', async () => {
    await signUp(plain)
    const { $metadata, ...answer } = await confirm(plain, server.codeSentTo(email))
    expect(answer).toEqual({})
    const { accessToken } = await signIn(server, plain, { username })
    expect(await attributesOf(server, accessToken)).toMatchObject({ email, email_verified: 'true' })
    expect(await refusalOf(confirm(plain, server.codeSentTo(email)))).toEqual([
      'NotAuthorizedException',
      'User cannot be confirmed. Current status is CONFIRMED',
    ])
  })

  it('refuses a wrong code, and takes the right one afterwards', async () => {
    await signUp(plain)
    const code = server.codeSentTo(email)
    expect(await refusalOf(confirm(plain, wrongCode(code)))).toEqual([
      'CodeMismatchException',
      'Invalid verification code provided, please try again.',
    ])
    await confirm(plain, code)
  })

  it('takes a code for a day and not a second longer', async () => {
    await signUp(plain)
    const code = server.codeSentTo(email)
    server.clock.advanceSeconds(24 * 60 * 60)
    expect(await refusalOf(confirm(plain, code))).toEqual([
      'ExpiredCodeException',
      'Invalid code provided, please request a code again.',
    ])
    await resend(plain)
    server.clock.advanceSeconds(24 * 60 * 60 - 1)
    await confirm(plain, server.codeSentTo(email))
  })

  it('stops guessing after fifteen attempts in an hour, also of the right code', async () => {
    await signUp(plain)
    const code = server.codeSentTo(email)
    for (let attempt = 0; attempt < 15; attempt += 1) {
      expect((await refusalOf(confirm(plain, wrongCode(code))))[0]).toBe('CodeMismatchException')
    }
    expect(await refusedWithoutTrace(server, () => confirm(plain, code))).toEqual([
      'LimitExceededException',
      'Attempt limit exceeded, please try after some time.',
    ])
    server.clock.advanceSeconds(60 * 60)
    await confirm(plain, code)
  })

  it('counts every one of the attempts that are made side by side', async () => {
    await signUp(plain)
    const code = server.codeSentTo(email)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refusalOf(confirm(plain, wrongCode(code)))),
    )
    const names = answers.map(([name]) => name)
    expect(names.filter((name) => name === 'CodeMismatchException')).toHaveLength(15)
    expect(names.filter((name) => name === 'LimitExceededException')).toHaveLength(5)
  })

  it("does not take another user's code", async () => {
    await signUp(plain)
    const code = server.codeSentTo(email)
    username = `${username}-other`
    email = `${username}@example.com`
    await signUp(plain)
    // One in a million times both users get the same code.
    const expected = server.codeSentTo(email) === code ? 'answered' : 'CodeMismatchException'
    if (expected !== 'answered') {
      expect((await refusalOf(confirm(plain, code)))[0]).toBe(expected)
    }
  })

  it('tells an unknown user apart only where the client may', async () => {
    expect(await refusedWithoutTrace(server, () => confirm(plain, '123456'))).toEqual([
      'UserNotFoundException',
      'Username/client id combination not found.',
    ])
    expect(await refusalOf(confirm(hiding, '123456'))).toEqual([
      'ExpiredCodeException',
      'Invalid code provided, please request a code again.',
    ])
  })

  it('tells that a user is disabled at once, or after the right code where users are hidden', async () => {
    const disabled = ['NotAuthorizedException', 'User is disabled.']
    for (const pool of [plain, hiding]) {
      await signUp(pool)
      const name = { UserPoolId: pool.poolId, Username: username }
      await server.sdk.send(new AdminDisableUserCommand(name))
      const code = server.codeSentTo(email)
      expect(await refusalOf(confirm(pool, wrongCode(code)))).toEqual(
        pool === plain
          ? disabled
          : ['CodeMismatchException', 'Invalid verification code provided, please try again.'],
      )
      expect(await refusalOf(confirm(pool, code))).toEqual(disabled)
    }
  })

  it('limits guesses at names that nobody has, too', async () => {
    for (let attempt = 0; attempt < 15; attempt += 1) {
      expect((await refusalOf(confirm(hiding, '123456')))[0]).toBe('ExpiredCodeException')
    }
    expect((await refusalOf(confirm(hiding, '123456')))[0]).toBe('LimitExceededException')
  })

  it('stays confirmed when PostConfirmation fails, and says so', async () => {
    const arn = server.functions.define('stumble', () => {
      throw new Error('No')
    })
    const pool = await server.createPool({ LambdaConfig: { PostConfirmation: arn } }, everyFlow)
    await signUp(pool)
    expect(await refusalOf(confirm(pool, server.codeSentTo(email)))).toEqual([
      'UserLambdaValidationException',
      'PostConfirmation failed with error No.',
    ])
    await signIn(server, pool, { username })
  })
})

describe('ConfirmSignUp in a pool with aliases', () => {
  let pool: TestPool

  beforeAll(async () => {
    pool = await server.createPool({ AliasAttributes: ['email'] }, everyFlow)
  })

  it('moves an address only when told to', async () => {
    await signUp(pool)
    await confirm(pool, server.codeSentTo(email))
    const first = username
    const { accessToken } = await signIn(server, pool, { username: email })
    username = `${username}-second`
    await signUp(pool)
    const code = server.codeSentTo(email)
    expect(await refusalOf(confirm(pool, code))).toEqual([
      'AliasExistsException',
      'An account with the email already exists.',
    ])
    await confirm(pool, code, { ForceAliasCreation: true })
    expect(await attributesOf(server, accessToken)).toMatchObject({
      email,
      email_verified: 'false',
    })
    const moved = await signIn(server, pool, { username: email })
    expect(await attributesOf(server, moved.accessToken)).toMatchObject({ email_verified: 'true' })
    await signIn(server, pool, { username: first })
  })

  it('takes no name that looks like an address', async () => {
    expect(await refusalOf(signUp(pool, { Username: email }))).toEqual([
      'InvalidParameterException',
      'Username cannot be of email format, since user pool is configured for email alias.',
    ])
  })
})
