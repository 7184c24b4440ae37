import {
  type AdminCreateUserCommandInput,
  AdminUpdateUserAttributesCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attributeList } from '../request-shapes.ts'
import {
  type Administration,
  createAdministration,
  invalid,
  notAuthorized,
} from '../testing/administration.ts'
import { everyFlow } from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

let server: TestServer
let admin: Administration
/** User names are names. */
let plain: TestPool
/** User names are e-mail addresses or telephone numbers. */
let addresses: TestPool
/** Verified addresses are other names. */
let aliases: TestPool

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
  admin = createAdministration(server, plain)
})

afterAll(() => server.close())

describe('AdminCreateUser', () => {
  it('makes a user who must choose a password, and sends what to sign in with', async () => {
    const username = admin.newName()
    const email = `${username}@example.com`
    const user = await admin.create(username, {
      UserAttributes: attributeList({ email, email_verified: 'True' }),
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
    expect((await admin.passwordSignIn(username, password)).ChallengeName).toBe(
      'NEW_PASSWORD_REQUIRED',
    )
  })

  it('takes a temporary password, which ends after a week', async () => {
    const username = admin.newName()
    await admin.create(username, { TemporaryPassword: 'temporary1', MessageAction: 'SUPPRESS' })
    server.clock.advanceSeconds(7 * 24 * 60 * 60 - 1)
    expect((await admin.passwordSignIn(username, 'temporary1')).ChallengeName).toBe(
      'NEW_PASSWORD_REQUIRED',
    )
    server.clock.advanceSeconds(2)
    expect(await refusalOf(admin.passwordSignIn(username, 'temporary1'))).toEqual(
      notAuthorized('Temporary password has expired and must be reset by an administrator.'),
    )
  })

  it('sends nothing if it is told so, or if there is nowhere to send it', async () => {
    const before = server.mailbox.list().length
    const mail = (email: string) => ({ UserAttributes: attributeList({ email }) })
    await admin.create(admin.newName(), {
      ...mail('a@example.com'),
      DesiredDeliveryMediums: ['EMAIL'],
      MessageAction: 'SUPPRESS',
    })
    // The default is a text message.
    await admin.create(admin.newName(), mail('b@example.com'))
    await admin.create(admin.newName(), { DesiredDeliveryMediums: ['EMAIL', 'SMS'] })
    expect(server.mailbox.list()).toHaveLength(before)
  })

  it('sends by every way that was asked for', async () => {
    const username = admin.newName()
    await admin.create(username, {
      UserAttributes: attributeList({ email: 'both@example.com', phone_number: '+12065550199' }),
      DesiredDeliveryMediums: ['EMAIL', 'SMS'],
    })
    expect(server.codeSentTo('both@example.com')).toBe(server.codeSentTo('+12065550199'))
  })

  it('sends a new password to somebody who has not chosen one yet', async () => {
    const username = admin.newName()
    const email = `${username}@example.com`
    const input = {
      UserAttributes: attributeList({ email }),
      DesiredDeliveryMediums: ['EMAIL'],
    } satisfies Partial<AdminCreateUserCommandInput>
    const { Attributes } = await admin.create(username, input)
    const first = server.codeSentTo(email)
    server.clock.advanceSeconds(8 * 24 * 60 * 60)
    const again = await admin.create(username, { ...input, MessageAction: 'RESEND' })
    expect(again).toMatchObject({ Attributes, UserStatus: 'FORCE_CHANGE_PASSWORD' })
    const second = server.codeSentTo(email)
    expect(second).not.toBe(first)
    expect((await admin.passwordSignIn(username, second)).ChallengeName).toBe(
      'NEW_PASSWORD_REQUIRED',
    )
    expect(await refusalOf(admin.passwordSignIn(username, first))).toEqual(
      notAuthorized('Incorrect username or password.'),
    )
  })

  it('sends nothing again to somebody who has', async () => {
    const { username } = await admin.person()
    expect(await refusalOf(admin.create(username, { MessageAction: 'RESEND' }))).toEqual([
      'UnsupportedUserStateException',
      'Resend not possible. User is not in FORCE_CHANGE_PASSWORD state.',
    ])
  })

  it('gives a name once', async () => {
    const { username } = await admin.person()
    expect(await refusalOf(admin.create(username))).toEqual([
      'UsernameExistsException',
      'User account already exists',
    ])
  })

  it('holds a chosen password to the policy', async () => {
    expect(await refusalOf(admin.create(admin.newName(), { TemporaryPassword: 'short1' }))).toEqual(
      [
        'InvalidPasswordException',
        'Password did not conform with policy: Password not long enough',
      ],
    )
    expect(
      await refusalOf(admin.create(admin.newName(), { TemporaryPassword: 'no-numbers' })),
    ).toEqual([
      'InvalidPasswordException',
      'Password did not conform with policy: Password must have numeric characters',
    ])
  })

  it('lets required attributes be missing, and no others in', async () => {
    expect((await admin.create(admin.newName())).UserStatus).toBe('FORCE_CHANGE_PASSWORD')
    const withAttributes = (attributes: Readonly<Record<string, string>>) =>
      refusalOf(admin.create(admin.newName(), { UserAttributes: attributeList(attributes) }))
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
    const username = admin.newName()
    await admin.create(username, { UserAttributes: attributeList({ 'custom:fixed': 'a' }) })
    const change = new AdminUpdateUserAttributesCommand({
      ...admin.named(username),
      UserAttributes: attributeList({ 'custom:fixed': 'b' }),
    })
    expect(await refusalOf(server.sdk.send(change))).toEqual(
      invalid(
        'Attributes did not conform to the schema: user.custom:fixed: Attribute cannot be updated.\n',
      ),
    )
  })

  it('names a user by the sub where names are addresses', async () => {
    const email = `${admin.newName()}@Example.com`
    const user = await admin.create(email, { DesiredDeliveryMediums: ['EMAIL'] }, addresses)
    expect(user.Username).toMatch(/^[0-9a-f-]{36}$/)
    expect(user.Attributes).toEqual([
      { Name: 'sub', Value: user.Username },
      { Name: 'email', Value: email },
    ])
    // Nobody could sign in with what nobody can remember.
    expect(server.mailbox.list()[0]?.body).toContain(`Your username is ${email} and`)
    expect((await admin.get(email.toUpperCase(), addresses)).Username).toBe(user.Username)
    expect(await refusalOf(admin.create(email.toLowerCase(), {}, addresses))).toEqual([
      'UsernameExistsException',
      'An account with the given email already exists.',
    ])
    expect(await refusalOf(admin.create('jane', {}, addresses))).toEqual(
      invalid('Username should be either an email or a phone number.'),
    )
  })

  it('gives a verified alias to one user, and moves it only if it is told to', async () => {
    const input = {
      UserAttributes: attributeList({ email: 'alias@example.com', email_verified: 'true' }),
    }
    const first = admin.newName()
    await admin.create(first, input, aliases)
    expect((await admin.get('alias@example.com', aliases)).Username).toBe(first)
    const second = admin.newName()
    expect(await refusalOf(admin.create(second, input, aliases))).toEqual([
      'AliasExistsException',
      'An account with the email already exists.',
    ])
    await admin.create(second, { ...input, ForceAliasCreation: true }, aliases)
    expect((await admin.get('alias@example.com', aliases)).Username).toBe(second)
    expect(await admin.attributesOf(first, aliases)).toMatchObject({ email_verified: 'false' })
    expect(await refusalOf(admin.create('b@example.com', {}, aliases))).toEqual(
      invalid('Username cannot be of email format, since user pool is configured for email alias.'),
    )
  })

  it('makes a user without a password where codes are enough', async () => {
    const pool = await server.createPool(
      { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } } },
      { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] },
    )
    const email = `${admin.newName()}@example.com`
    const input = {
      UserAttributes: attributeList({ email, email_verified: 'true' }),
      DesiredDeliveryMediums: ['EMAIL'],
    } satisfies Partial<AdminCreateUserCommandInput>
    const before = server.mailbox.list().length
    expect((await admin.create('jane', input, pool)).UserStatus).toBe('CONFIRMED')
    expect(server.mailbox.list()).toHaveLength(before)
    const { ChallengeName } = await server.sdk.send(
      new InitiateAuthCommand({
        ClientId: pool.clientId,
        AuthFlow: 'USER_AUTH',
        AuthParameters: { USERNAME: 'jane', PREFERRED_CHALLENGE: 'EMAIL_OTP' },
      }),
    )
    expect(ChallengeName).toBe('EMAIL_OTP')
    const chosen = await admin.create('john', { ...input, TemporaryPassword: testPassword }, pool)
    expect(chosen.UserStatus).toBe('FORCE_CHANGE_PASSWORD')
  })

  it('gives a name once, though it is asked for twice while a trigger runs', async () => {
    let isFirst = true
    const functionArn = server.functions.define('slow', async (event) => {
      if (isFirst) {
        isFirst = false
        await admin.create('jane', { MessageAction: 'SUPPRESS' }, pool)
      }
      return event
    })
    const pool = await server.createPool({ LambdaConfig: { PreSignUp: functionArn } })
    expect(await refusalOf(admin.create('jane', {}, pool))).toEqual([
      'UsernameExistsException',
      'User account already exists',
    ])
    expect((await admin.get('jane', pool)).UserStatus).toBe('FORCE_CHANGE_PASSWORD')
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
    const email = `${admin.newName()}@example.com`
    const user = await admin.create(
      'wanted',
      {
        UserAttributes: attributeList({ email }),
        DesiredDeliveryMediums: ['EMAIL'],
        ClientMetadata: { from: 'console' },
        ValidationData: attributeList({ invited: 'yes' }),
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
    expect(await refusalOf(admin.create('unwanted', {}, pool))).toEqual([
      'UserLambdaValidationException',
      'PreSignUp failed with error Not this one.',
    ])
    expect((await refusalOf(admin.get('unwanted', pool)))[0]).toBe('UserNotFoundException')
  })
})
