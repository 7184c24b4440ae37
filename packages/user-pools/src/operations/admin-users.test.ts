import {
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  type AdminCreateUserCommandInput,
  AdminDeleteUserAttributesCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  ConfirmForgotPasswordCommand,
  InitiateAuthCommand,
  SignUpCommand,
  VerifyUserAttributeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyFlow, refusalOfToken, signIn } from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

let server: TestServer
/** User names are names. */
let plain: TestPool
/** User names are e-mail addresses or telephone numbers. */
let addresses: TestPool
/** Verified addresses are other names. */
let aliases: TestPool
let users = 0

beforeAll(async () => {
  server = await startTestServer()
  plain = await server.createPool(
    {
      Schema: [
        { Name: 'tenant', AttributeDataType: 'String' },
        {
          Name: 'number',
          AttributeDataType: 'Number',
          NumberAttributeConstraints: { MaxValue: '9' },
        },
        { Name: 'fixed', AttributeDataType: 'String', Mutable: false },
        { Name: 'name', Required: true },
      ],
      Policies: {
        PasswordPolicy: { MinimumLength: 8, RequireNumbers: true, PasswordHistorySize: 2 },
      },
    },
    everyFlow,
  )
  addresses = await server.createPool(
    {
      UsernameAttributes: ['email', 'phone_number'],
      UsernameConfiguration: { CaseSensitive: false },
    },
    everyFlow,
  )
  aliases = await server.createPool({ AliasAttributes: ['email', 'preferred_username'] }, everyFlow)
})

afterAll(() => server.close())

const newName = (): string => {
  users += 1
  return `user${users}`
}

/** A confirmed user of the plain pool. */
async function person(): Promise<{ username: string; email: string; sub: string }> {
  const username = newName()
  const email = `${username}@example.com`
  const sub = await server.signUp(plain, { username, email, attributes: { name: 'Jane' } })
  return { username, email, sub }
}

const create = async (
  Username: string,
  input: Partial<AdminCreateUserCommandInput> = {},
  { poolId } = plain,
) => {
  const command = new AdminCreateUserCommand({ UserPoolId: poolId, Username, ...input })
  return (await server.sdk.send(command)).User ?? {}
}
const named = (Username: string, { poolId } = plain) => ({ UserPoolId: poolId, Username })
const get = (Username: string, pool = plain) =>
  server.sdk.send(new AdminGetUserCommand(named(Username, pool)))
const attributesOf = async (username: string, pool = plain) =>
  Object.fromEntries(
    ((await get(username, pool)).UserAttributes ?? []).map(({ Name, Value }) => [Name, Value]),
  )
const list = (attributes: Readonly<Record<string, string>>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))
const passwordSignIn = (username: string, password: string, { clientId } = plain) =>
  server.sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  )
const invalid = (message: string) => ['InvalidParameterException', message]
const notAuthorized = (message: string) => ['NotAuthorizedException', message]

describe('AdminGetUser', () => {
  it('tells everything, by name or by sub', async () => {
    const { username, email, sub } = await person()
    const now = new Date(server.clock.nowMs())
    const { $metadata: _, ...user } = await get(username)
    expect(user).toEqual({
      Username: username,
      UserAttributes: [
        { Name: 'sub', Value: sub },
        { Name: 'email', Value: email },
        { Name: 'name', Value: 'Jane' },
        { Name: 'email_verified', Value: 'true' },
      ],
      UserCreateDate: now,
      UserLastModifiedDate: now,
      Enabled: true,
      UserStatus: 'CONFIRMED',
    })
    const { $metadata: __, ...bySub } = await get(sub)
    expect(bySub).toEqual(user)
  })

  it('does not take an address for a name where it is none', async () => {
    const { email } = await person()
    expect(await refusalOf(get(email))).toEqual(['UserNotFoundException', 'User does not exist.'])
  })
})

describe('every operation on a user', () => {
  const refusals = (name: { UserPoolId: string; Username: string }) => {
    const { sdk } = server
    return Promise.all(
      [
        sdk.send(new AdminGetUserCommand(name)),
        sdk.send(new AdminDeleteUserCommand(name)),
        sdk.send(new AdminDisableUserCommand(name)),
        sdk.send(new AdminEnableUserCommand(name)),
        sdk.send(new AdminUserGlobalSignOutCommand(name)),
        sdk.send(new AdminConfirmSignUpCommand(name)),
        sdk.send(new AdminResetUserPasswordCommand(name)),
        sdk.send(new AdminSetUserPasswordCommand({ ...name, Password: testPassword })),
        sdk.send(new AdminUpdateUserAttributesCommand({ ...name, UserAttributes: [] })),
        sdk.send(new AdminDeleteUserAttributesCommand({ ...name, UserAttributeNames: [] })),
        sdk.send(new AdminCreateUserCommand({ ...name, MessageAction: 'RESEND' })),
      ].map(refusalOf),
    )
  }

  it('knows no user that does not exist', async () => {
    for (const refusal of await refusals(named('nobody'))) {
      expect(refusal).toEqual(['UserNotFoundException', 'User does not exist.'])
    }
  })

  it('knows no pool that does not exist', async () => {
    for (const refusal of await refusals({ UserPoolId: 'us-east-1_Nowhere00', Username: 'x' })) {
      expect(refusal).toEqual([
        'ResourceNotFoundException',
        'User pool us-east-1_Nowhere00 does not exist.',
      ])
    }
  })

  it('looks at the shape of the name first', async () => {
    for (const [name, message] of await refusals(named('two words'))) {
      expect(name).toBe('InvalidParameterException')
      expect(message).toContain("Value at 'username' failed")
    }
  })
})

describe('AdminCreateUser', () => {
  it('makes a user who must choose a password, and sends what to sign in with', async () => {
    const username = newName()
    const email = `${username}@example.com`
    const user = await create(username, {
      UserAttributes: list({ email, email_verified: 'True' }),
      DesiredDeliveryMediums: ['EMAIL'],
    })
    const now = new Date(server.clock.nowMs())
    expect(user).toEqual({
      Username: username,
      Attributes: [
        { Name: 'sub', Value: expect.any(String) },
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
      UserCreateDate: now,
      UserLastModifiedDate: now,
      Enabled: true,
      UserStatus: 'FORCE_CHANGE_PASSWORD',
    })
    const password = server.codeSentTo(email)
    expect(server.mailbox.list()[0]).toMatchObject({
      to: email,
      subject: 'Your temporary password',
    })
    expect((await passwordSignIn(username, password)).ChallengeName).toBe('NEW_PASSWORD_REQUIRED')
  })

  it('takes a temporary password, which ends after a week', async () => {
    const username = newName()
    await create(username, { TemporaryPassword: 'temporary1', MessageAction: 'SUPPRESS' })
    server.clock.advanceSeconds(7 * 24 * 60 * 60 - 1)
    expect((await passwordSignIn(username, 'temporary1')).ChallengeName).toBe(
      'NEW_PASSWORD_REQUIRED',
    )
    server.clock.advanceSeconds(2)
    expect(await refusalOf(passwordSignIn(username, 'temporary1'))).toEqual(
      notAuthorized('Temporary password has expired and must be reset by an administrator.'),
    )
  })

  it('sends nothing if it is told so, or if there is nowhere to send it', async () => {
    const before = server.mailbox.list().length
    const mail = (email: string) => ({ UserAttributes: list({ email }) })
    await create(newName(), {
      ...mail('a@example.com'),
      DesiredDeliveryMediums: ['EMAIL'],
      MessageAction: 'SUPPRESS',
    })
    // The default is a text message.
    await create(newName(), mail('b@example.com'))
    await create(newName(), { DesiredDeliveryMediums: ['EMAIL', 'SMS'] })
    expect(server.mailbox.list()).toHaveLength(before)
  })

  it('sends by every way that was asked for', async () => {
    const username = newName()
    await create(username, {
      UserAttributes: list({ email: 'both@example.com', phone_number: '+12065550199' }),
      DesiredDeliveryMediums: ['EMAIL', 'SMS'],
    })
    expect(server.codeSentTo('both@example.com')).toBe(server.codeSentTo('+12065550199'))
  })

  it('sends a new password to somebody who has not chosen one yet', async () => {
    const username = newName()
    const email = `${username}@example.com`
    const input = {
      UserAttributes: list({ email }),
      DesiredDeliveryMediums: ['EMAIL'],
    } satisfies Partial<AdminCreateUserCommandInput>
    const { Attributes } = await create(username, input)
    const first = server.codeSentTo(email)
    server.clock.advanceSeconds(8 * 24 * 60 * 60)
    const again = await create(username, { ...input, MessageAction: 'RESEND' })
    expect(again).toMatchObject({ Attributes, UserStatus: 'FORCE_CHANGE_PASSWORD' })
    const second = server.codeSentTo(email)
    expect(second).not.toBe(first)
    expect((await passwordSignIn(username, second)).ChallengeName).toBe('NEW_PASSWORD_REQUIRED')
    expect(await refusalOf(passwordSignIn(username, first))).toEqual(
      notAuthorized('Incorrect username or password.'),
    )
  })

  it('sends nothing again to somebody who has', async () => {
    const { username } = await person()
    expect(await refusalOf(create(username, { MessageAction: 'RESEND' }))).toEqual([
      'UnsupportedUserStateException',
      'Resend not possible. User is not in FORCE_CHANGE_PASSWORD state.',
    ])
  })

  it('gives a name once', async () => {
    const { username } = await person()
    expect(await refusalOf(create(username))).toEqual([
      'UsernameExistsException',
      'User account already exists',
    ])
  })

  it('holds a chosen password to the policy', async () => {
    expect(await refusalOf(create(newName(), { TemporaryPassword: 'short1' }))).toEqual([
      'InvalidPasswordException',
      'Password did not conform with policy: Password not long enough',
    ])
    expect(await refusalOf(create(newName(), { TemporaryPassword: 'no-numbers' }))).toEqual([
      'InvalidPasswordException',
      'Password did not conform with policy: Password must have numeric characters',
    ])
  })

  it('lets required attributes be missing, and no others in', async () => {
    expect((await create(newName())).UserStatus).toBe('FORCE_CHANGE_PASSWORD')
    const withAttributes = (attributes: Readonly<Record<string, string>>) =>
      refusalOf(create(newName(), { UserAttributes: list(attributes) }))
    expect(await withAttributes({ 'custom:none': 'x' })).toEqual(
      invalid(
        'Attributes did not conform to the schema: custom:none: Attribute does not exist in the schema.\n',
      ),
    )
    expect(await withAttributes({ email: 'nowhere' })).toEqual(
      invalid('Invalid email address format.'),
    )
    expect(await withAttributes({ phone_number: '555' })).toEqual(
      invalid('Invalid phone number format.'),
    )
    expect((await withAttributes({ 'custom:number': '10' }))[0]).toBe('InvalidParameterException')
    expect((await withAttributes({ sub: 'mine' }))[0]).toBe('InvalidParameterException')
  })

  it('may set what is fixed from then on', async () => {
    const username = newName()
    await create(username, { UserAttributes: list({ 'custom:fixed': 'a' }) })
    const change = new AdminUpdateUserAttributesCommand({
      ...named(username),
      UserAttributes: list({ 'custom:fixed': 'b' }),
    })
    expect(await refusalOf(server.sdk.send(change))).toEqual(
      invalid(
        'Attributes did not conform to the schema: user.custom:fixed: Attribute cannot be updated.\n',
      ),
    )
  })

  it('names a user by the sub where names are addresses', async () => {
    const email = `${newName()}@Example.com`
    const user = await create(email, { DesiredDeliveryMediums: ['EMAIL'] }, addresses)
    expect(user.Username).toMatch(/^[0-9a-f-]{36}$/)
    expect(user.Attributes).toEqual([
      { Name: 'sub', Value: user.Username },
      { Name: 'email', Value: email },
    ])
    // Nobody could sign in with what nobody can remember.
    expect(server.mailbox.list()[0]?.body).toContain(`Your username is ${email} and`)
    expect((await get(email.toUpperCase(), addresses)).Username).toBe(user.Username)
    expect(await refusalOf(create(email.toLowerCase(), {}, addresses))).toEqual([
      'UsernameExistsException',
      'An account with the given email already exists.',
    ])
    expect(await refusalOf(create('jane', {}, addresses))).toEqual(
      invalid('Username should be either an email or a phone number.'),
    )
  })

  it('gives a verified alias to one user, and moves it only if it is told to', async () => {
    const input = {
      UserAttributes: list({ email: 'alias@example.com', email_verified: 'true' }),
    }
    const first = newName()
    await create(first, input, aliases)
    expect((await get('alias@example.com', aliases)).Username).toBe(first)
    const second = newName()
    expect(await refusalOf(create(second, input, aliases))).toEqual([
      'AliasExistsException',
      'An account with the email already exists.',
    ])
    await create(second, { ...input, ForceAliasCreation: true }, aliases)
    expect((await get('alias@example.com', aliases)).Username).toBe(second)
    expect(await attributesOf(first, aliases)).toMatchObject({ email_verified: 'false' })
    expect(await refusalOf(create('b@example.com', {}, aliases))).toEqual(
      invalid('Username cannot be of email format, since user pool is configured for email alias.'),
    )
  })

  it('makes a user without a password where codes are enough', async () => {
    const pool = await server.createPool(
      { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } } },
      { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] },
    )
    const email = `${newName()}@example.com`
    const input = {
      UserAttributes: list({ email, email_verified: 'true' }),
      DesiredDeliveryMediums: ['EMAIL'],
    } satisfies Partial<AdminCreateUserCommandInput>
    const before = server.mailbox.list().length
    expect((await create('jane', input, pool)).UserStatus).toBe('CONFIRMED')
    expect(server.mailbox.list()).toHaveLength(before)
    const { ChallengeName } = await server.sdk.send(
      new InitiateAuthCommand({
        ClientId: pool.clientId,
        AuthFlow: 'USER_AUTH',
        AuthParameters: { USERNAME: 'jane', PREFERRED_CHALLENGE: 'EMAIL_OTP' },
      }),
    )
    expect(ChallengeName).toBe('EMAIL_OTP')
    const chosen = await create('john', { ...input, TemporaryPassword: testPassword }, pool)
    expect(chosen.UserStatus).toBe('FORCE_CHANGE_PASSWORD')
  })

  it('asks the triggers', async () => {
    const seen: string[] = []
    const functionArn = server.functions.define('invite', (event) => {
      seen.push(event.triggerSource)
      if (event.userName === 'unwanted') throw new Error('Not this one')
      return {
        ...event,
        response: {
          autoConfirmUser: true,
          autoVerifyEmail: false,
          autoVerifyPhone: false,
          emailSubject: 'Welcome',
          emailMessage: 'You are {username}, with {####}',
        },
      }
    })
    const pool = await server.createPool({
      LambdaConfig: { PreSignUp: functionArn, CustomMessage: functionArn },
    })
    const email = `${newName()}@example.com`
    const user = await create(
      'wanted',
      {
        UserAttributes: list({ email }),
        DesiredDeliveryMediums: ['EMAIL'],
        ClientMetadata: { from: 'console' },
        ValidationData: list({ invited: 'yes' }),
      },
      pool,
    )
    expect(user.UserStatus).toBe('FORCE_CHANGE_PASSWORD')
    expect(seen).toEqual(['PreSignUp_AdminCreateUser', 'CustomMessage_AdminCreateUser'])
    expect(server.functions.events.at(-2)).toMatchObject({
      callerContext: { clientId: 'CLIENT_ID_NOT_APPLICABLE' },
      request: {
        userAttributes: { email },
        validationData: { invited: 'yes' },
        clientMetadata: { from: 'console' },
      },
    })
    expect(server.mailbox.list()[0]).toMatchObject({
      to: email,
      subject: 'Welcome',
      body: expect.stringMatching(/^You are wanted, with /),
    })
    expect(await refusalOf(create('unwanted', {}, pool))).toEqual([
      'UserLambdaValidationException',
      'PreSignUp failed with error Not this one.',
    ])
    expect((await refusalOf(get('unwanted', pool)))[0]).toBe('UserNotFoundException')
  })
})

describe('AdminConfirmSignUp', () => {
  const confirm = (username: string, pool = plain) =>
    server.sdk.send(new AdminConfirmSignUpCommand(named(username, pool)))
  const signUp = (Username: string, { clientId } = plain) =>
    server.sdk.send(
      new SignUpCommand({
        ClientId: clientId,
        Username,
        Password: testPassword,
        UserAttributes: list({ email: `${Username}@example.com`, name: 'Jane' }),
      }),
    )

  it('confirms a user and verifies nothing', async () => {
    const username = newName()
    await signUp(username)
    await confirm(username)
    expect(await get(username)).toMatchObject({ UserStatus: 'CONFIRMED' })
    expect((await attributesOf(username)).email_verified).not.toBe('true')
    await signIn(server, plain, { username })
  })

  it('confirms nobody twice', async () => {
    const { username } = await person()
    expect(await refusalOf(confirm(username))).toEqual(
      notAuthorized('User cannot be confirmed. Current status is CONFIRMED'),
    )
    const invited = newName()
    await create(invited)
    expect(await refusalOf(confirm(invited))).toEqual(
      notAuthorized('User cannot be confirmed. Current status is FORCE_CHANGE_PASSWORD'),
    )
  })

  it('stands even if the trigger after it fails', async () => {
    const functionArn = server.functions.define('confirmed', () => {
      throw new Error('Too late')
    })
    const pool = await server.createPool({ LambdaConfig: { PostConfirmation: functionArn } })
    await signUp('jane', pool)
    expect(await refusalOf(confirm('jane', pool))).toEqual([
      'UserLambdaValidationException',
      'PostConfirmation failed with error Too late.',
    ])
    expect(server.functions.events.at(-1)).toMatchObject({
      triggerSource: 'PostConfirmation_ConfirmSignUp',
      callerContext: { clientId: 'CLIENT_ID_NOT_APPLICABLE' },
      request: { userAttributes: { 'cognito:user_status': 'CONFIRMED' } },
    })
    expect(await get('jane', pool)).toMatchObject({ UserStatus: 'CONFIRMED' })
  })
})

describe('AdminSetUserPassword', () => {
  const set = (username: string, Password: string, Permanent?: boolean) =>
    server.sdk.send(new AdminSetUserPasswordCommand({ ...named(username), Password, Permanent }))

  it('gives a password for good, whatever the user’s state, and ends all sign-ins', async () => {
    const { username, sub } = await person()
    const { accessToken } = await signIn(server, plain, { username })
    await set(username, 'another-one-7', true)
    expect(await get(username)).toMatchObject({ UserStatus: 'CONFIRMED' })
    expect(await refusalOfToken(server, accessToken)).toEqual(
      notAuthorized('Access Token has been revoked'),
    )
    expect(server.ended.at(-1)).toEqual({
      userPoolId: plain.poolId,
      userName: username,
      sub,
      reason: 'password-changed',
    })
    expect(await refusalOf(passwordSignIn(username, testPassword))).toEqual(
      notAuthorized('Incorrect username or password.'),
    )
    await signIn(server, plain, { username, password: 'another-one-7' })
    const invited = newName()
    await create(invited)
    await set(invited, 'another-one-7', true)
    await signIn(server, plain, { username: invited, password: 'another-one-7' })
  })

  it('gives one until the next sign-in unless told otherwise, for a week', async () => {
    const { username } = await person()
    await set(username, 'temporary-7')
    expect(await get(username)).toMatchObject({ UserStatus: 'FORCE_CHANGE_PASSWORD' })
    expect((await passwordSignIn(username, 'temporary-7')).ChallengeName).toBe(
      'NEW_PASSWORD_REQUIRED',
    )
    server.clock.advanceSeconds(7 * 24 * 60 * 60 + 1)
    expect((await refusalOf(passwordSignIn(username, 'temporary-7')))[0]).toBe(
      'NotAuthorizedException',
    )
  })

  it.each([true, false])(
    'holds it to the policy, if it is permanent (%s) or not',
    async (permanent) => {
      const { username } = await person()
      expect(await refusalOf(set(username, 'short1', permanent))).toEqual([
        'InvalidPasswordException',
        'Password did not conform with policy: Password not long enough',
      ])
      await signIn(server, plain, { username })
    },
  )

  it('does not give one that the user had lately', async () => {
    const { username } = await person()
    const repeated = [
      'PasswordHistoryPolicyViolationException',
      'Password has previously been used and cannot be reused.',
    ]
    expect(await refusalOf(set(username, testPassword, true))).toEqual(repeated)
    await set(username, 'password-2', true)
    expect(await refusalOf(set(username, testPassword, true))).toEqual(repeated)
    await set(username, 'password-3', true)
    await set(username, testPassword, true)
  })

  it('lets a locked user in again', async () => {
    const { username } = await person()
    for (let count = 0; count < 8; count += 1) await refusalOf(passwordSignIn(username, 'wrong'))
    expect(await refusalOf(passwordSignIn(username, testPassword))).toEqual(
      notAuthorized('Password attempts exceeded'),
    )
    await set(username, 'another-one-7', true)
    await signIn(server, plain, { username, password: 'another-one-7' })
  })
})

describe('AdminResetUserPassword', () => {
  const reset = (username: string, pool = plain) =>
    server.sdk.send(new AdminResetUserPasswordCommand(named(username, pool)))

  it('stops the old password and the sign-ins, and sends a code for a new one', async () => {
    const { username, email } = await person()
    const { accessToken } = await signIn(server, plain, { username })
    await reset(username)
    expect(await get(username)).toMatchObject({ UserStatus: 'RESET_REQUIRED' })
    expect(await refusalOfToken(server, accessToken)).toEqual(
      notAuthorized('Access Token has been revoked'),
    )
    expect(server.ended.at(-1)).toMatchObject({ userName: username, reason: 'password-changed' })
    expect(await refusalOf(passwordSignIn(username, testPassword))).toEqual([
      'PasswordResetRequiredException',
      'Password reset required for the user',
    ])
    expect(server.mailbox.list()[0]?.subject).toBe('Your password reset code')
    await server.sdk.send(
      new ConfirmForgotPasswordCommand({
        ClientId: plain.clientId,
        Username: username,
        ConfirmationCode: server.codeSentTo(email),
        Password: 'another-one-7',
      }),
    )
    await signIn(server, plain, { username, password: 'another-one-7' })
  })

  it('sends another code if it is asked again, which ends the first', async () => {
    const { username, email } = await person()
    await reset(username)
    const first = server.codeSentTo(email)
    await reset(username)
    const second = server.codeSentTo(email)
    const confirm = (ConfirmationCode: string) =>
      server.sdk.send(
        new ConfirmForgotPasswordCommand({
          ClientId: plain.clientId,
          Username: username,
          ConfirmationCode,
          Password: 'another-one-7',
        }),
      )
    if (first !== second) {
      expect((await refusalOf(confirm(first)))[0]).toBe('CodeMismatchException')
    }
    await confirm(second)
  })

  it('needs a user who has chosen a password, is enabled and has a verified address', async () => {
    const invited = newName()
    await create(invited)
    expect(await refusalOf(reset(invited))).toEqual(
      notAuthorized('User password cannot be reset in the current state.'),
    )
    const { username } = await person()
    await server.sdk.send(
      new AdminUpdateUserAttributesCommand({
        ...named(username),
        UserAttributes: list({ email_verified: 'false' }),
      }),
    )
    expect(await refusalOf(reset(username))).toEqual(
      invalid(
        'Cannot reset password for the user as there is no registered/verified email or phone_number',
      ),
    )
    expect(await get(username)).toMatchObject({ UserStatus: 'CONFIRMED' })
    await server.sdk.send(new AdminDisableUserCommand(named(username)))
    expect(await refusalOf(reset(username))).toEqual(notAuthorized('User is disabled'))
  })

  it('sends a code where resets are an administrator’s alone', async () => {
    const pool = await server.createPool({
      AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 1, Name: 'admin_only' }] },
    })
    await server.signUp(pool, { username: 'jane', email: 'only-admin@example.com' })
    await reset('jane', pool)
    expect(server.mailbox.list()[0]).toMatchObject({
      to: 'only-admin@example.com',
      subject: 'Your password reset code',
    })
  })
})

describe('AdminDisableUser and AdminEnableUser', () => {
  it('keep a user out and let them in, without their old sign-ins', async () => {
    const { username, sub } = await person()
    const { accessToken, refreshToken } = await signIn(server, plain, { username })
    await server.sdk.send(new AdminDisableUserCommand(named(username)))
    expect(await get(username)).toMatchObject({ Enabled: false, UserStatus: 'CONFIRMED' })
    expect(server.ended.at(-1)).toEqual({
      userPoolId: plain.poolId,
      userName: username,
      sub,
      reason: 'user-disabled',
    })
    expect(await refusalOf(passwordSignIn(username, testPassword))).toEqual(
      notAuthorized('User is disabled.'),
    )
    const refresh = () =>
      refusalOf(
        server.sdk.send(
          new InitiateAuthCommand({
            ClientId: plain.clientId,
            AuthFlow: 'REFRESH_TOKEN_AUTH',
            AuthParameters: { REFRESH_TOKEN: refreshToken },
          }),
        ),
      )
    expect((await refresh())[0]).toBe('NotAuthorizedException')
    await server.sdk.send(new AdminEnableUserCommand(named(username)))
    expect(await get(username)).toMatchObject({ Enabled: true, UserStatus: 'CONFIRMED' })
    expect((await refresh())[0]).toBe('NotAuthorizedException')
    expect(await refusalOfToken(server, accessToken)).toEqual(
      notAuthorized('Access Token has been revoked'),
    )
    await signIn(server, plain, { username })
  })

  it('may be asked twice', async () => {
    const { username } = await person()
    for (const Command of [AdminEnableUserCommand, AdminDisableUserCommand]) {
      await server.sdk.send(new Command(named(username)))
      await server.sdk.send(new Command(named(username)))
    }
    expect(await get(username)).toMatchObject({ Enabled: false })
  })
})

describe('AdminUserGlobalSignOut', () => {
  it('ends every sign-in of one user', async () => {
    const jane = await person()
    const john = await person()
    const tokens = [await signIn(server, plain, jane), await signIn(server, plain, jane)]
    const others = await signIn(server, plain, john)
    await server.sdk.send(new AdminUserGlobalSignOutCommand(named(jane.username)))
    for (const { accessToken } of tokens) {
      expect(await refusalOfToken(server, accessToken)).toEqual(
        notAuthorized('Access Token has been revoked'),
      )
    }
    expect(server.ended.at(-1)).toEqual({
      userPoolId: plain.poolId,
      userName: jane.username,
      sub: jane.sub,
      reason: 'global-sign-out',
    })
    expect((await server.call('GetUser', { AccessToken: others.accessToken })).status).toBe(200)
    await signIn(server, plain, jane)
  })
})

describe('AdminDeleteUser', () => {
  it('ends the user, the sign-ins and the names', async () => {
    const { username, sub, email } = await person()
    const { accessToken } = await signIn(server, plain, { username })
    await server.sdk.send(new AdminDeleteUserCommand(named(username)))
    expect((await refusalOf(get(username)))[0]).toBe('UserNotFoundException')
    expect((await refusalOf(get(sub)))[0]).toBe('UserNotFoundException')
    expect(await refusalOfToken(server, accessToken)).toEqual([
      'UserNotFoundException',
      'User does not exist.',
    ])
    expect(server.ended.at(-1)).toEqual({
      userPoolId: plain.poolId,
      userName: username,
      sub,
      reason: 'user-deleted',
    })
    // Whoever has the name next is somebody else, whom the old token does not know.
    const next = await server.signUp(plain, { username, email, attributes: { name: 'Eve' } })
    expect(next).not.toBe(sub)
    expect((await refusalOfToken(server, accessToken))[0]).toBe('UserNotFoundException')
  })

  it('is not told as failed when the hook fails', async () => {
    const failing = await startTestServer({
      sessionsEnded: async () => {
        throw new Error('The data API is away')
      },
    })
    const pool = await failing.createPool()
    await failing.signUp(pool, { username: 'jane', email: 'jane@example.com' })
    await failing.sdk.send(new AdminDeleteUserCommand(named('jane', pool)))
    expect(failing.events).toEqual([{ kind: 'hook-failed', error: expect.any(Error) }])
    await failing.close()
  })
})

describe('AdminUpdateUserAttributes', () => {
  const update = (username: string, attributes: Readonly<Record<string, string>>, pool = plain) =>
    server.sdk.send(
      new AdminUpdateUserAttributesCommand({
        ...named(username, pool),
        UserAttributes: list(attributes),
      }),
    )

  it('writes, changes and removes attributes', async () => {
    const { username } = await person()
    server.clock.advanceSeconds(60)
    await update(username, { name: 'Joan', 'custom:tenant': '42', nickname: 'J' })
    expect(await attributesOf(username)).toMatchObject({
      name: 'Joan',
      'custom:tenant': '42',
      nickname: 'J',
    })
    await update(username, { nickname: '' })
    expect(await attributesOf(username)).not.toHaveProperty('nickname')
    const { UserCreateDate, UserLastModifiedDate } = await get(username)
    expect(UserLastModifiedDate?.getTime()).toBe((UserCreateDate?.getTime() ?? 0) + 60_000)
  })

  it('names every problem at once, and changes nothing', async () => {
    const { username } = await person()
    const before = await attributesOf(username)
    expect(
      await refusalOf(update(username, { nickname: 'J', 'custom:a': '1', 'custom:b': '2' })),
    ).toEqual(
      invalid(
        'Attributes did not conform to the schema: custom:a: Attribute does not exist in the schema.\ncustom:b: Attribute does not exist in the schema.\n',
      ),
    )
    for (const attributes of [
      { 'custom:number': 'ten' },
      { 'custom:number': '10' },
      { email: 'nowhere' },
      { name: '' },
      { sub: 'x' },
      { birthdate: '1.1.1970' },
      { email_verified: 'perhaps' },
    ]) {
      expect((await refusalOf(update(username, attributes)))[0]).toBe('InvalidParameterException')
    }
    expect(await attributesOf(username)).toEqual(before)
  })

  it('takes a new address for unverified, and sends a code to it', async () => {
    const { username } = await person()
    const email = `new-${username}@example.com`
    await update(username, { email })
    expect(await attributesOf(username)).toMatchObject({ email, email_verified: 'false' })
    const { accessToken } = await signIn(server, plain, { username })
    await server.sdk.send(
      new VerifyUserAttributeCommand({
        AccessToken: accessToken,
        AttributeName: 'email',
        Code: server.codeSentTo(email),
      }),
    )
    expect(await attributesOf(username)).toMatchObject({ email, email_verified: 'true' })
  })

  it('sends nothing for an address that is vouched for, or was the user’s before', async () => {
    const { username, email } = await person()
    const before = server.mailbox.list().length
    await update(username, { email: `new-${email}`, email_verified: 'true' })
    expect(await attributesOf(username)).toMatchObject({ email_verified: 'true' })
    await update(username, { email: `new-${email}` })
    expect(await attributesOf(username)).toMatchObject({ email_verified: 'true' })
    expect(server.mailbox.list()).toHaveLength(before)
  })

  it('forgets the flag of an address that is removed', async () => {
    const { username } = await person()
    await update(username, { email: '', email_verified: 'true' })
    const attributes = await attributesOf(username)
    expect(attributes).not.toHaveProperty('email')
    expect(attributes).not.toHaveProperty('email_verified')
  })

  it('lets a new address wait where the pool demands it, unless it is vouched for', async () => {
    const pool = await server.createPool(
      {
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      },
      everyFlow,
    )
    await server.signUp(pool, { username: 'jane', email: 'old@example.com' })
    await update('jane', { email: 'next@example.com', email_verified: 'false' }, pool)
    const old = { email: 'old@example.com', email_verified: 'true' }
    expect(await attributesOf('jane', pool)).toMatchObject(old)
    const { accessToken } = await signIn(server, pool, { username: 'jane' })
    await server.sdk.send(
      new VerifyUserAttributeCommand({
        AccessToken: accessToken,
        AttributeName: 'email',
        Code: server.codeSentTo('next@example.com'),
      }),
    )
    expect(await attributesOf('jane', pool)).toMatchObject({
      email: 'next@example.com',
      email_verified: 'true',
    })
    await update('jane', { email: 'last@example.com', email_verified: 'true' }, pool)
    expect(await attributesOf('jane', pool)).toMatchObject({
      email: 'last@example.com',
      email_verified: 'true',
    })
  })

  it('moves a verified alias from whoever had it', async () => {
    const [first, second] = [newName(), newName()]
    await create(
      first,
      { UserAttributes: list({ email: 'm@example.com', email_verified: 'true' }) },
      aliases,
    )
    await create(second, {}, aliases)
    await update(second, { email: 'm@example.com' }, aliases)
    expect((await get('m@example.com', aliases)).Username).toBe(first)
    await update(second, { email_verified: 'true' }, aliases)
    expect((await get('m@example.com', aliases)).Username).toBe(second)
    expect(await attributesOf(first, aliases)).toMatchObject({ email_verified: 'false' })
  })

  it('does not move a preferred name, nor an address where addresses are names', async () => {
    const [first, second] = [newName(), newName()]
    await create(first, {}, aliases)
    await create(second, {}, aliases)
    await update(first, { preferred_username: 'star' }, aliases)
    expect((await get('star', aliases)).Username).toBe(first)
    expect(await refusalOf(update(second, { preferred_username: 'star' }, aliases))).toEqual([
      'AliasExistsException',
      'Already found an entry for the provided username.',
    ])
    await create('one@example.com', {}, addresses)
    await create('two@example.com', {}, addresses)
    expect(
      await refusalOf(
        update('two@example.com', { email: 'ONE@example.com', email_verified: 'true' }, addresses),
      ),
    ).toEqual(['AliasExistsException', 'An account with the email already exists.'])
    await update('two@example.com', { email: 'three@example.com' }, addresses)
    expect((await refusalOf(get('two@example.com', addresses)))[0]).toBe('UserNotFoundException')
    expect((await get('three@example.com', addresses)).UserStatus).toBe('FORCE_CHANGE_PASSWORD')
  })

  it('refuses control characters in names of attributes, and keeps them in values', async () => {
    const { username } = await person()
    expect((await refusalOf(update(username, { 'custom:\u0000': 'x' })))[0]).toBe(
      'InvalidParameterException',
    )
    await update(username, { nickname: 'a\u0000b' })
    expect(await attributesOf(username)).toMatchObject({ nickname: 'a\u0000b' })
  })
})

describe('AdminDeleteUserAttributes', () => {
  const remove = (username: string, ...UserAttributeNames: string[]) =>
    server.sdk.send(
      new AdminDeleteUserAttributesCommand({ ...named(username), UserAttributeNames }),
    )

  it('removes attributes, an address with its flag', async () => {
    const { username } = await person()
    await remove(username, 'email', 'nickname')
    const attributes = await attributesOf(username)
    expect(attributes).not.toHaveProperty('email')
    expect(attributes).not.toHaveProperty('email_verified')
  })

  it('names every attribute that the schema lacks, and removes none', async () => {
    const { username, email } = await person()
    expect(await refusalOf(remove(username, 'email', 'custom:a', 'custom:b'))).toEqual(
      invalid(
        'Invalid user attributes: user.custom:a: Attribute does not exist in the schema.\nuser.custom:b: Attribute does not exist in the schema.\n',
      ),
    )
    expect(await attributesOf(username)).toMatchObject({ email })
  })

  it.each(['sub', 'name'])('does not remove %s, which is required', async (name) => {
    const { username } = await person()
    expect((await refusalOf(remove(username, name)))[0]).toBe('InvalidParameterException')
    expect(await attributesOf(username)).toHaveProperty(name)
  })
})
