import {
  AdminUpdateUserAttributesCommand,
  ChangePasswordCommand,
  DeleteUserAttributesCommand,
  GetUserAttributeVerificationCodeCommand,
  GetUserCommand,
  UpdateUserAttributesCommand,
  VerifyUserAttributeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { attributesOf, dump, everyFlow, signIn, type Tokens } from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

const newPassword = 'Another-Horse-8'
const mismatch = ['CodeMismatchException', 'Invalid verification code provided, please try again.']
const expired = ['ExpiredCodeException', 'Invalid code provided, please request a code again.']
const limited = ['LimitExceededException', 'Attempt limit exceeded, please try after some time.']
const unauthorized = [
  'NotAuthorizedException',
  'A client attempted to write unauthorized attribute',
]

let server: TestServer
let plain: TestPool
/** Addresses are names, and new ones are in force at once. */
let byAddress: TestPool
/** Verified addresses are names; new ones wait until they are verified. */
let careful: TestPool
let count = 0
let username = ''
let email = ''
let changed = ''

beforeAll(async () => {
  server = await startTestServer()
  plain = await server.createPool(
    {
      Schema: [
        { Name: 'tenant', AttributeDataType: 'String', Mutable: false },
        { Name: 'level', AttributeDataType: 'Number' },
      ],
    },
    everyFlow,
  )
  byAddress = await server.createPool({ UsernameAttributes: ['email'] }, everyFlow)
  careful = await server.createPool(
    {
      AliasAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    },
    everyFlow,
  )
})
afterAll(() => server.close())
beforeEach(() => {
  count += 1
  username = `user${count}`
  email = `${username}@example.com`
  changed = `new-${email}`
})

async function signedUp(pool: TestPool, name = username): Promise<Tokens> {
  await server.signUp(pool, { username: name, email })
  return signIn(server, pool, { username: name })
}

async function refusedWithoutTrace(call: () => Promise<unknown>) {
  const before = await dump(server.store)
  const refusal = await refusalOf(call())
  expect(await dump(server.store)).toEqual(before)
  return refusal
}

function update({ accessToken }: Tokens, attributes: Readonly<Record<string, string>>) {
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))
  return server.sdk.send(
    new UpdateUserAttributesCommand({ AccessToken: accessToken, UserAttributes }),
  )
}

function verify({ accessToken }: Tokens, Code: string, AttributeName = 'email') {
  return server.sdk.send(
    new VerifyUserAttributeCommand({ AccessToken: accessToken, AttributeName, Code }),
  )
}

function askForCode({ accessToken }: Tokens, AttributeName = 'email') {
  return server.sdk.send(
    new GetUserAttributeVerificationCodeCommand({ AccessToken: accessToken, AttributeName }),
  )
}

const wrongCode = (code: string) => (code === '000000' ? '111111' : '000000')

describe('GetUser', () => {
  it('tells the name and the attributes, the sub first', async () => {
    const { accessToken, idToken } = await signedUp(plain)
    const { $metadata, ...answer } = await server.sdk.send(
      new GetUserCommand({ AccessToken: accessToken }),
    )
    expect(answer).toEqual({
      Username: username,
      UserAttributes: [
        { Name: 'sub', Value: decodeJwt(idToken).sub },
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
    })
  })

  it('tells only what the client may read', async () => {
    const pool = await server.createPool({}, { ...everyFlow, ReadAttributes: ['name'] })
    const { accessToken } = await signedUp(pool)
    expect(Object.keys(await attributesOf(server, accessToken))).toEqual(['sub'])
  })
})

describe('UpdateUserAttributes', () => {
  it('writes attributes, and an empty value removes one', async () => {
    const tokens = await signedUp(plain)
    const { $metadata, ...answer } = await update(tokens, { name: 'Jane', 'custom:level': '3' })
    expect(answer).toEqual({ CodeDeliveryDetailsList: [] })
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({
      name: 'Jane',
      'custom:level': '3',
    })
    await update(tokens, { name: '' })
    expect(await attributesOf(server, tokens.accessToken)).not.toHaveProperty('name')
  })

  it('un-verifies a new address at once, and sends it a code', async () => {
    const tokens = await signedUp(plain)
    const { CodeDeliveryDetailsList } = await update(tokens, { email: changed })
    expect(CodeDeliveryDetailsList).toEqual([
      { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'n***@e***' },
    ])
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({
      email: changed,
      email_verified: 'false',
    })
    const { idToken } = await signIn(server, plain, { username })
    expect(decodeJwt(idToken)).toMatchObject({ email: changed, email_verified: false })
    await verify(tokens, server.codeSentTo(changed))
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({ email_verified: 'true' })
  })

  it('makes a new address the name at once where addresses are names', async () => {
    const tokens = await signedUp(byAddress, email)
    await update(tokens, { email: changed })
    await signIn(server, byAddress, { username: changed })
    expect((await refusalOf(signIn(server, byAddress, { username: email })))[0]).toBe(
      'UserNotFoundException',
    )
  })

  it("refuses somebody else's address where addresses are names", async () => {
    await signedUp(byAddress, email)
    const taken = email
    email = changed
    const tokens = await signedUp(byAddress, email)
    expect(await refusedWithoutTrace(() => update(tokens, { email: taken }))).toEqual([
      'AliasExistsException',
      'An account with the email already exists.',
    ])
  })

  it('lets a new address wait where the pool demands it', async () => {
    const tokens = await signedUp(careful)
    await update(tokens, { email: changed })
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({
      email,
      email_verified: 'true',
    })
    await signIn(server, careful, { username: email })
    expect((await refusalOf(signIn(server, careful, { username: changed })))[0]).toBe(
      'UserNotFoundException',
    )
    await verify(tokens, server.codeSentTo(changed))
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({
      email: changed,
      email_verified: 'true',
    })
    await signIn(server, careful, { username: changed })
    expect((await refusalOf(signIn(server, careful, { username: email })))[0]).toBe(
      'UserNotFoundException',
    )
  })

  it('replaces an address that waits, with its code', async () => {
    const tokens = await signedUp(careful)
    await update(tokens, { email: changed })
    const first = server.codeSentTo(changed)
    const third = `third-${email}`
    await update(tokens, { email: third })
    if (first !== server.codeSentTo(third)) {
      expect(await refusalOf(verify(tokens, first))).toEqual(mismatch)
    }
    await update(tokens, { email })
    expect(await refusalOf(verify(tokens, server.codeSentTo(third)))).toEqual(expired)
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({
      email,
      email_verified: 'true',
    })
  })

  it('does not let two users verify one address where it is a name', async () => {
    const first = await signedUp(careful)
    username = `${username}-other`
    email = `${username}@example.com`
    const second = await signedUp(careful)
    await update(first, { email: changed })
    const firstCode = server.codeSentTo(changed)
    await update(second, { email: changed })
    await verify(second, server.codeSentTo(changed))
    expect(await refusalOf(verify(first, firstCode))).toEqual([
      'AliasExistsException',
      'An account with the email already exists.',
    ])
  })

  it.each(['email_verified', 'phone_number_verified', 'sub', 'dev:custom:secret'])(
    'lets no client write %s',
    async (name) => {
      const tokens = await signedUp(plain)
      expect(await refusedWithoutTrace(() => update(tokens, { [name]: 'true' }))).toEqual(
        unauthorized,
      )
    },
  )

  it('keeps to the schema', async () => {
    const tokens = await signedUp(plain)
    expect(await refusedWithoutTrace(() => update(tokens, { 'custom:none': 'x' }))).toEqual([
      'InvalidParameterException',
      'Attributes did not conform to the schema: custom:none: Attribute does not exist in the schema.\n',
    ])
    expect(await refusedWithoutTrace(() => update(tokens, { 'custom:tenant': 'x' }))).toEqual([
      'InvalidParameterException',
      'Attributes did not conform to the schema: user.custom:tenant: Attribute cannot be updated.\n',
    ])
    expect((await refusedWithoutTrace(() => update(tokens, { 'custom:level': 'high' })))[0]).toBe(
      'InvalidParameterException',
    )
    expect(await refusedWithoutTrace(() => update(tokens, { email: 'nowhere' }))).toEqual([
      'InvalidParameterException',
      'Invalid email address format.',
    ])
  })

  it('asks CustomMessage, and keeps the change when that fails', async () => {
    let isFailing = false
    const arn = server.functions.define(`words${count}`, (event) => {
      if (isFailing) throw new Error('No words')
      return event
    })
    const pool = await server.createPool({ LambdaConfig: { CustomMessage: arn } }, everyFlow)
    const tokens = await signedUp(pool)
    isFailing = true
    expect((await refusalOf(update(tokens, { email: changed })))[0]).toBe(
      'UserLambdaValidationException',
    )
    expect(server.functions.events.at(-1)?.triggerSource).toBe('CustomMessage_UpdateUserAttribute')
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({ email: changed })
  })
})

describe('GetUserAttributeVerificationCode and VerifyUserAttribute', () => {
  it('send a code to the address in force and take it, once', async () => {
    const tokens = await signedUp(plain)
    await update(tokens, { email: changed })
    const { CodeDeliveryDetails } = await askForCode(tokens)
    expect(CodeDeliveryDetails?.Destination).toBe('n***@e***')
    const code = server.codeSentTo(changed)
    await verify(tokens, code)
    expect(await refusalOf(verify(tokens, code))).toEqual(expired)
  })

  it('send it to the address that waits, if one does', async () => {
    const tokens = await signedUp(careful)
    await update(tokens, { email: changed })
    const first = server.codeSentTo(changed)
    await askForCode(tokens)
    const second = server.codeSentTo(changed)
    if (first !== second) expect(await refusalOf(verify(tokens, first))).toEqual(mismatch)
    await verify(tokens, second)
  })

  it('take a code for a day and not a second longer', async () => {
    const pool = await server.createPool({}, { ...everyFlow, AccessTokenValidity: 24 })
    await server.signUp(pool, { username, email })
    await askForCode(await signIn(server, pool, { username }))
    server.clock.advanceSeconds(86_400)
    const later = await signIn(server, pool, { username })
    expect(await refusalOf(verify(later, server.codeSentTo(email)))).toEqual(expired)
    await askForCode(later)
    server.clock.advanceSeconds(86_399)
    await verify(later, server.codeSentTo(email))
  })

  it('stop guessing after fifteen attempts, and sending after five codes', async () => {
    const tokens = await signedUp(plain)
    for (let attempt = 0; attempt < 5; attempt += 1) await askForCode(tokens)
    expect(await refusedWithoutTrace(() => askForCode(tokens))).toEqual(limited)
    const code = server.codeSentTo(email)
    for (let attempt = 0; attempt < 15; attempt += 1) {
      expect(await refusalOf(verify(tokens, wrongCode(code)))).toEqual(mismatch)
    }
    expect(await refusedWithoutTrace(() => verify(tokens, code))).toEqual(limited)
  })

  it('are for addresses that the user has', async () => {
    const tokens = await signedUp(plain)
    for (const attribute of ['name', 'phone_number']) {
      expect((await refusedWithoutTrace(() => askForCode(tokens, attribute)))[0]).toBe(
        'InvalidParameterException',
      )
      expect((await refusedWithoutTrace(() => verify(tokens, '123456', attribute)))[0]).toBe(
        'InvalidParameterException',
      )
    }
  })

  it('do not verify an address that an administrator changed meanwhile', async () => {
    const tokens = await signedUp(plain)
    await askForCode(tokens)
    await server.sdk.send(
      new AdminUpdateUserAttributesCommand({
        UserPoolId: plain.poolId,
        Username: username,
        UserAttributes: [
          { Name: 'email', Value: `other-${email}` },
          { Name: 'email_verified', Value: 'true' },
        ],
      }),
    )
    expect(await refusalOf(verify(tokens, server.codeSentTo(email)))).toEqual(expired)
  })
})

describe('DeleteUserAttributes', () => {
  it('removes attributes; an address takes its flag along', async () => {
    const tokens = await signedUp(plain)
    await update(tokens, { name: 'Jane' })
    const { $metadata, ...answer } = await server.sdk.send(
      new DeleteUserAttributesCommand({
        AccessToken: tokens.accessToken,
        UserAttributeNames: ['name', 'email'],
      }),
    )
    expect(answer).toEqual({})
    expect(Object.keys(await attributesOf(server, tokens.accessToken))).toEqual(['sub'])
  })

  it('refuses the sub, what the schema lacks, and what the client may not write', async () => {
    const tokens = await signedUp(plain)
    const remove = (name: string) => () =>
      server.sdk.send(
        new DeleteUserAttributesCommand({
          AccessToken: tokens.accessToken,
          UserAttributeNames: [name],
        }),
      )
    expect((await refusedWithoutTrace(remove('sub')))[0]).toBe('InvalidParameterException')
    expect(await refusedWithoutTrace(remove('custom:none'))).toEqual([
      'InvalidParameterException',
      'Invalid user attributes: user.custom:none: Attribute does not exist in the schema.\n',
    ])
    expect(await refusedWithoutTrace(remove('email_verified'))).toEqual(unauthorized)
  })
})

describe('ChangePassword', () => {
  function change({ accessToken }: Tokens, previous: string | undefined, proposed: string) {
    return server.sdk.send(
      new ChangePasswordCommand({
        AccessToken: accessToken,
        PreviousPassword: previous,
        ProposedPassword: proposed,
      }),
    )
  }

  it('changes the password; sign-ins go on', async () => {
    const tokens = await signedUp(plain)
    const told = server.ended.length
    const { $metadata, ...answer } = await change(tokens, testPassword, newPassword)
    expect(answer).toEqual({})
    expect(server.ended).toHaveLength(told)
    await attributesOf(server, tokens.accessToken)
    await signIn(server, plain, { username, password: newPassword })
    expect((await refusalOf(signIn(server, plain, { username })))[1]).toBe(
      'Incorrect username or password.',
    )
  })

  it('needs the present password and one that the policy takes', async () => {
    const tokens = await signedUp(plain)
    expect(await refusalOf(change(tokens, 'Wrong-Horse-7', newPassword))).toEqual([
      'NotAuthorizedException',
      'Incorrect username or password.',
    ])
    expect(await refusedWithoutTrace(() => change(tokens, undefined, newPassword))).toEqual([
      'InvalidParameterException',
      'Missing required parameter PreviousPassword',
    ])
    expect(await refusedWithoutTrace(() => change(tokens, testPassword, 'weak'))).toEqual([
      'InvalidPasswordException',
      'Password did not conform with policy: Password not long enough',
    ])
    await signIn(server, plain, { username })
  })

  it('stops guessing after five attempts in an hour, also of the right password', async () => {
    const tokens = await signedUp(plain)
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await refusalOf(change(tokens, 'Wrong-Horse-7', newPassword)))[0]).toBe(
        'NotAuthorizedException',
      )
    }
    expect(await refusedWithoutTrace(() => change(tokens, testPassword, newPassword))).toEqual(
      limited,
    )
  })

  it('keeps the history that the pool asks for', async () => {
    const pool = await server.createPool(
      { Policies: { PasswordPolicy: { MinimumLength: 8, PasswordHistorySize: 1 } } },
      everyFlow,
    )
    const tokens = await signedUp(pool)
    expect((await refusalOf(change(tokens, testPassword, testPassword)))[0]).toBe(
      'PasswordHistoryPolicyViolationException',
    )
    await change(tokens, testPassword, newPassword)
    await change(tokens, newPassword, testPassword)
  })
})

describe('SetUserMFAPreference and SetUserSettings', () => {
  it('switch off what was never on, and switch nothing on', async () => {
    const { accessToken } = await signedUp(plain)
    const prefer = async (settings: object) => {
      const { status, text } = await server.call('SetUserMFAPreference', {
        AccessToken: accessToken,
        ...settings,
      })
      return [status, JSON.parse(text).message]
    }
    const before = await dump(server.store)
    const off = { Enabled: false, PreferredMfa: false }
    const on = { Enabled: true, PreferredMfa: true }
    expect(await prefer({ SMSMfaSettings: off, SoftwareTokenMfaSettings: off })).toEqual([
      200,
      undefined,
    ])
    expect(await prefer({ SoftwareTokenMfaSettings: on })).toEqual([
      400,
      'User has not set up software token mfa',
    ])
    expect(await prefer({ SMSMfaSettings: on })).toEqual([
      400,
      'User does not have delivery config set to turn on SMS_MFA',
    ])
    expect((await prefer({ SMSMfaSettings: on, EmailMfaSettings: on }))[0]).toBe(400)
    const settings = await server.call('SetUserSettings', {
      AccessToken: accessToken,
      MFAOptions: [],
    })
    expect([settings.status, settings.text]).toEqual([200, '{}'])
    expect(await dump(server.store)).toEqual(before)
  })
})

describe('GetUserAuthFactors', () => {
  it('tells what a sign-in may begin with', async () => {
    const { accessToken } = await signedUp(plain)
    const { text } = await server.call('GetUserAuthFactors', { AccessToken: accessToken })
    expect(JSON.parse(text)).toEqual({
      Username: username,
      ConfiguredUserAuthFactors: ['PASSWORD'],
    })
  })
})
