import {
  ConfirmSignUpCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
  type SignUpCommandInput,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { attributesOf, dump, everyFlow, signIn } from '../testing/people.ts'
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
afterAll(() => server.close())

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

/** A code that is not the one that was sent. */
function wrongCode(code: string): string {
  return code === '000000' ? '111111' : '000000'
}

/** Refuses, and leaves the store as it was. */
async function refusedWithoutTrace(call: () => Promise<unknown>) {
  const before = await dump(server.store)
  const refusal = await refusalOf(call())
  expect(await dump(server.store)).toEqual(before)
  return refusal
}

describe('SignUp', () => {
  it('makes an unconfirmed user and sends a code to the address', async () => {
    const { $metadata, ...answer } = await signUp(plain)
    expect(answer).toEqual({
      UserConfirmed: false,
      UserSub: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/),
      CodeDeliveryDetails: {
        AttributeName: 'email',
        DeliveryMedium: 'EMAIL',
        Destination: 'u***@e***',
      },
    })
    expect(server.codeSentTo(email)).toMatch(/^\d{6}$/)
    expect(await refusalOf(signIn(server, plain, { username }))).toEqual([
      'UserNotConfirmedException',
      'User is not confirmed.',
    ])
  })

  it('keeps nothing from which the password or the code could be read', async () => {
    await signUp(plain)
    const kept = [...(await dump(server.store)).values()].join('\n')
    expect(kept).toContain(email)
    expect(kept).not.toContain(testPassword)
    expect(kept).not.toMatch(new RegExp(`\\b${server.codeSentTo(email)}\\b`))
  })

  it('sends nothing where the pool verifies no address of the user', async () => {
    const pool = await server.createPool({ AutoVerifiedAttributes: [] })
    const sent = server.mailbox.list().length
    const answer = await signUp(pool)
    expect(answer.CodeDeliveryDetails).toBeUndefined()
    const withoutEmail = await signUp(plain, { UserAttributes: [] })
    expect(withoutEmail.CodeDeliveryDetails).toBeUndefined()
    expect(server.mailbox.list()).toHaveLength(sent)
  })

  it('prefers the telephone where the pool verifies both', async () => {
    const pool = await server.createPool({ AutoVerifiedAttributes: ['email', 'phone_number'] })
    const { CodeDeliveryDetails } = await signUp(pool, {
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'phone_number', Value: '+12065551234' },
      ],
    })
    expect(CodeDeliveryDetails).toEqual({
      AttributeName: 'phone_number',
      DeliveryMedium: 'SMS',
      Destination: '+*******1234',
    })
  })

  it('refuses a name that somebody has, even where the client hides users', async () => {
    await signUp(hiding)
    expect(await refusedWithoutTrace(() => signUp(hiding))).toEqual([
      'UsernameExistsException',
      'User already exists',
    ])
  })

  it("refuses a name that is somebody's sub", async () => {
    const { UserSub = '' } = await signUp(plain)
    expect(await refusedWithoutTrace(() => signUp(plain, { Username: UserSub }))).toEqual([
      'UsernameExistsException',
      'User already exists',
    ])
  })

  it('folds the case of names where the pool ignores it, and only there', async () => {
    const folding = await server.createPool({ UsernameConfiguration: { CaseSensitive: false } })
    await signUp(folding)
    expect((await refusalOf(signUp(folding, { Username: username.toUpperCase() })))[0]).toBe(
      'UsernameExistsException',
    )
    await signUp(plain)
    await signUp(plain, { Username: username.toUpperCase() })
  })

  it.each([
    ['Sh0rt!', 'Password not long enough'],
    ['no-upper-7', 'Password must have uppercase characters'],
    ['NO-LOWER-7', 'Password must have lowercase characters'],
    ['No-Numbers-', 'Password must have numeric characters'],
    ['NoSymbols77', 'Password must have symbol characters'],
  ])('refuses the password %s: %s', async (Password, complaint) => {
    expect(await refusedWithoutTrace(() => signUp(plain, { Password }))).toEqual([
      'InvalidPasswordException',
      `Password did not conform with policy: ${complaint}`,
    ])
  })

  it('refuses a client that does not exist', async () => {
    expect(await refusalOf(signUp(plain, { ClientId: 'nobody' }))).toEqual([
      'ResourceNotFoundException',
      'User pool client nobody does not exist.',
    ])
  })

  it('refuses where only administrators make users', async () => {
    const pool = await server.createPool({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    })
    expect(await refusedWithoutTrace(() => signUp(pool))).toEqual([
      'NotAuthorizedException',
      'SignUp is not permitted for this user pool',
    ])
  })

  it.each([
    ['email_verified', 'true'],
    ['phone_number_verified', 'true'],
    ['sub', '3f2b8c1e-7d54-4f0a-9b61-2c8e5a7d9f10'],
  ])('lets no client write %s', async (Name, Value) => {
    const UserAttributes = [
      { Name: 'email', Value: email },
      { Name, Value },
    ]
    expect(await refusedWithoutTrace(() => signUp(plain, { UserAttributes }))).toEqual([
      'NotAuthorizedException',
      'A client attempted to write unauthorized attribute',
    ])
  })

  it('lets a client write only what it may', async () => {
    const pool = await server.createPool({}, { ...everyFlow, WriteAttributes: ['email'] })
    const UserAttributes = [
      { Name: 'email', Value: email },
      { Name: 'name', Value: 'Jane' },
    ]
    expect((await refusalOf(signUp(pool, { UserAttributes })))[1]).toBe(
      'A client attempted to write unauthorized attribute',
    )
    await signUp(pool)
  })

  it('checks attributes against the schema, all at once', async () => {
    const pool = await server.createPool({
      Schema: [
        { Name: 'email', Required: true },
        { Name: 'tenant', AttributeDataType: 'String' },
      ],
    })
    const refusal = await refusedWithoutTrace(() =>
      signUp(pool, { UserAttributes: [{ Name: 'custom:x', Value: '1' }] }),
    )
    expect(refusal).toEqual([
      'InvalidParameterException',
      'Attributes did not conform to the schema: custom:x: Attribute does not exist in the schema.\nemail: The attribute is required\n',
    ])
    const UserAttributes = [{ Name: 'email', Value: 'not an address' }]
    expect(await refusalOf(signUp(pool, { UserAttributes }))).toEqual([
      'InvalidParameterException',
      'Invalid email address format.',
    ])
  })

  it('reports every broken constraint before anything else', async () => {
    const { status, text } = await server.call('SignUp', { Username: 'a b', Password: 'a b' })
    expect(status).toBe(400)
    const { __type, message } = JSON.parse(text)
    expect(__type).toBe('InvalidParameterException')
    expect(message).toMatch(/^3 validation errors detected: /)
    expect(message).toContain(
      "Value null at 'clientId' failed to satisfy constraint: Member must not be null",
    )
    expect(message).toContain(
      "Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\S]+",
    )
  })
})

describe('SignUp in a pool where addresses are names', () => {
  let pool: TestPool

  beforeAll(async () => {
    pool = await server.createPool({ UsernameAttributes: ['email'] }, everyFlow)
  })

  it('calls the user by the sub, and keeps the address', async () => {
    const { UserSub } = await signUp(pool, { Username: email, UserAttributes: [] })
    await server.sdk.send(
      new ConfirmSignUpCommand({
        ClientId: pool.clientId,
        Username: email,
        ConfirmationCode: server.codeSentTo(email),
      }),
    )
    const tokens = await signIn(server, pool, { username: email })
    const claims = JSON.parse(
      Buffer.from(tokens.accessToken.split('.')[1] ?? '', 'base64url').toString(),
    )
    expect(claims.username).toBe(UserSub)
    expect(claims.sub).toBe(UserSub)
    expect(await attributesOf(server, tokens.accessToken)).toEqual({
      sub: UserSub,
      email,
      email_verified: 'true',
    })
  })

  it('takes nothing but an address, and each once', async () => {
    expect(await refusalOf(signUp(pool, { UserAttributes: [] }))).toEqual([
      'InvalidParameterException',
      'Username should be an email.',
    ])
    await signUp(pool, { Username: email, UserAttributes: [] })
    expect(
      await refusedWithoutTrace(() => signUp(pool, { Username: email, UserAttributes: [] })),
    ).toEqual(['UsernameExistsException', 'An account with the given email already exists.'])
  })
})

describe('SignUp with triggers', () => {
  it('asks PreSignUp about the submitted attributes, and obeys', async () => {
    const arn = server.functions.define('vouch', (event) => ({
      ...event,
      response: { autoConfirmUser: true, autoVerifyEmail: true, autoVerifyPhone: false },
    }))
    const confirmed = server.functions.define('greet', (event) => event)
    const pool = await server.createPool(
      { LambdaConfig: { PreSignUp: arn, PostConfirmation: confirmed } },
      everyFlow,
    )
    const answer = await signUp(pool, {
      ValidationData: [{ Name: 'captcha', Value: 'ok' }],
      ClientMetadata: { from: 'test' },
    })
    expect(answer.UserConfirmed).toBe(true)
    expect(answer.CodeDeliveryDetails).toBeUndefined()
    const [before, after] = server.functions.events.slice(-2)
    expect(before).toMatchObject({
      triggerSource: 'PreSignUp_SignUp',
      userName: username,
      callerContext: { clientId: pool.clientId },
      request: {
        userAttributes: { email },
        validationData: { captcha: 'ok' },
        clientMetadata: { from: 'test' },
      },
    })
    expect(after).toMatchObject({
      triggerSource: 'PostConfirmation_ConfirmSignUp',
      request: {
        userAttributes: {
          sub: answer.UserSub,
          email,
          email_verified: 'true',
          'cognito:user_status': 'CONFIRMED',
        },
      },
    })
    const { accessToken } = await signIn(server, pool, { username })
    expect(await attributesOf(server, accessToken)).toMatchObject({ email_verified: 'true' })
  })

  it('makes nobody whom PreSignUp refuses', async () => {
    const arn = server.functions.define('refuse', () => {
      throw new Error('Cannot register')
    })
    const pool = await server.createPool({ LambdaConfig: { PreSignUp: arn } })
    expect(await refusedWithoutTrace(() => signUp(pool))).toEqual([
      'UserLambdaValidationException',
      'PreSignUp failed with error Cannot register.',
    ])
  })

  it('sends the words of CustomMessage', async () => {
    const arn = server.functions.define('write', (event) => ({
      ...event,
      response: { emailSubject: 'Welcome', emailMessage: 'Say {####} to enter' },
    }))
    const pool = await server.createPool({ LambdaConfig: { CustomMessage: arn } })
    await signUp(pool)
    const [message] = server.mailbox.list()
    expect(message).toMatchObject({ to: email, subject: 'Welcome' })
    expect(message?.body).toBe(`Say ${message?.code} to enter`)
    expect(server.functions.events.at(-1)?.triggerSource).toBe('CustomMessage_SignUp')
  })
})

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
    expect(await refusedWithoutTrace(() => confirm(plain, code))).toEqual([
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
    expect(await refusedWithoutTrace(() => confirm(plain, '123456'))).toEqual([
      'UserNotFoundException',
      'Username/client id combination not found.',
    ])
    expect(await refusalOf(confirm(hiding, '123456'))).toEqual([
      'ExpiredCodeException',
      'Invalid code provided, please request a code again.',
    ])
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

describe('ResendConfirmationCode', () => {
  it('sends another code, which ends the one before', async () => {
    await signUp(plain)
    const first = server.codeSentTo(email)
    const { CodeDeliveryDetails } = await resend(plain)
    expect(CodeDeliveryDetails).toEqual({
      AttributeName: 'email',
      DeliveryMedium: 'EMAIL',
      Destination: 'u***@e***',
    })
    const second = server.codeSentTo(email)
    if (first !== second) {
      expect((await refusalOf(confirm(plain, first)))[0]).toBe('CodeMismatchException')
    }
    await confirm(plain, second)
  })

  it('sends five in an hour', async () => {
    await signUp(plain)
    for (let attempt = 0; attempt < 5; attempt += 1) await resend(plain)
    const sent = server.mailbox.list().length
    expect(await refusedWithoutTrace(() => resend(plain))).toEqual([
      'LimitExceededException',
      'Attempt limit exceeded, please try after some time.',
    ])
    expect(server.mailbox.list()).toHaveLength(sent)
  })

  it('says what is wrong where the client may know', async () => {
    expect(await refusalOf(resend(plain))).toEqual([
      'UserNotFoundException',
      'Username/client id combination not found.',
    ])
    await signUp(plain)
    await confirm(plain, server.codeSentTo(email))
    expect(await refusalOf(resend(plain))).toEqual([
      'InvalidParameterException',
      'User is already confirmed.',
    ])
    const silent = await server.createPool({ AutoVerifiedAttributes: [] })
    await signUp(silent)
    expect(await refusalOf(resend(silent))).toEqual([
      'InvalidParameterException',
      'Auto verification not turned on.',
    ])
  })

  it('pretends to send to whoever gets nothing where the client hides users', async () => {
    await signUp(hiding)
    await confirm(hiding, server.codeSentTo(email))
    const sent = server.mailbox.list().length
    const forKnown = (await resend(hiding)).CodeDeliveryDetails
    const forNobody = (await resend(hiding, 'nobody')).CodeDeliveryDetails
    expect(server.mailbox.list()).toHaveLength(sent)
    expect(Object.keys(forNobody ?? {}).toSorted()).toEqual(Object.keys(forKnown ?? {}).toSorted())
    expect(forNobody).toEqual({
      AttributeName: 'email',
      DeliveryMedium: 'EMAIL',
      Destination: expect.stringMatching(/^[a-z]\*\*\*@[a-z]\*\*\*$/),
    })
    expect((await resend(hiding, 'nobody')).CodeDeliveryDetails).toEqual(forNobody)
    const byAddress = (await resend(hiding, 'zoe@forest.example')).CodeDeliveryDetails
    expect(byAddress?.Destination).toBe('z***@f***')
  })
})
