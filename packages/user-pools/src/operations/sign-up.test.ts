import {
  ConfirmSignUpCommand,
  SignUpCommand,
  type SignUpCommandInput,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  attributesOf,
  dump,
  everyFlow,
  faultsOf,
  refusedWithoutTrace,
  signIn,
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
    expect(await refusedWithoutTrace(server, () => signUp(hiding))).toEqual([
      'UsernameExistsException',
      'User already exists',
    ])
  })

  it("refuses a name that is somebody's sub", async () => {
    const { UserSub = '' } = await signUp(plain)
    expect(await refusedWithoutTrace(server, () => signUp(plain, { Username: UserSub }))).toEqual([
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
    expect(await refusedWithoutTrace(server, () => signUp(plain, { Password }))).toEqual([
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
    expect(await refusedWithoutTrace(server, () => signUp(pool))).toEqual([
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
    expect(await refusedWithoutTrace(server, () => signUp(plain, { UserAttributes }))).toEqual([
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
    const refusal = await refusedWithoutTrace(server, () =>
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
      await refusedWithoutTrace(server, () =>
        signUp(pool, { Username: email, UserAttributes: [] }),
      ),
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
    expect(await refusedWithoutTrace(server, () => signUp(pool))).toEqual([
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
