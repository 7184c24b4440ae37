import {
  AdminDisableUserCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  ConfirmForgotPasswordCommand,
  ForgotPasswordCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attributeList } from '../request-shapes.ts'
import {
  type Administration,
  createAdministration,
  invalid,
  notAuthorized,
} from '../testing/administration.ts'
import { everyFlow, refusalOfToken, signIn } from '../testing/people.ts'
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
  admin = createAdministration(server, plain)
})

afterAll(() => server.close())

describe('AdminSetUserPassword', () => {
  const set = (username: string, Password: string, Permanent?: boolean) =>
    server.sdk.send(
      new AdminSetUserPasswordCommand({ ...admin.named(username), Password, Permanent }),
    )

  it('gives a password for good, whatever the user’s state, and ends all sign-ins', async () => {
    const { username, sub } = await admin.person()
    const { accessToken } = await signIn(server, plain, { username })
    await set(username, 'another-one-7', true)
    expect(await admin.get(username)).toMatchObject({ UserStatus: 'CONFIRMED' })
    expect(await refusalOfToken(server, accessToken)).toEqual(
      notAuthorized('Access Token has been revoked'),
    )
    expect(server.ended.at(-1)).toEqual({
      userPoolId: plain.poolId,
      userName: username,
      sub,
      reason: 'password-changed',
    })
    expect(await refusalOf(admin.passwordSignIn(username, testPassword))).toEqual(
      notAuthorized('Incorrect username or password.'),
    )
    await signIn(server, plain, { username, password: 'another-one-7' })
    const invited = admin.newName()
    await admin.create(invited)
    await set(invited, 'another-one-7', true)
    await signIn(server, plain, { username: invited, password: 'another-one-7' })
  })

  it('gives one until the next sign-in unless told otherwise, for a week', async () => {
    const { username } = await admin.person()
    await set(username, 'temporary-7')
    expect(await admin.get(username)).toMatchObject({ UserStatus: 'FORCE_CHANGE_PASSWORD' })
    expect((await admin.passwordSignIn(username, 'temporary-7')).ChallengeName).toBe(
      'NEW_PASSWORD_REQUIRED',
    )
    server.clock.advanceSeconds(7 * 24 * 60 * 60 + 1)
    expect((await refusalOf(admin.passwordSignIn(username, 'temporary-7')))[0]).toBe(
      'NotAuthorizedException',
    )
  })

  it.each([true, false])(
    'holds it to the policy, if it is permanent (%s) or not',
    async (permanent) => {
      const { username } = await admin.person()
      expect(await refusalOf(set(username, 'short1', permanent))).toEqual([
        'InvalidPasswordException',
        'Password did not conform with policy: Password not long enough',
      ])
      await signIn(server, plain, { username })
    },
  )

  it('does not give one that the user had lately', async () => {
    const { username } = await admin.person()
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

  it('ends a code that was sent for another password', async () => {
    const { username, email } = await admin.person()
    const { clientId: ClientId } = plain
    await server.sdk.send(new ForgotPasswordCommand({ ClientId, Username: username }))
    await set(username, 'another-one-7', true)
    const confirm = new ConfirmForgotPasswordCommand({
      ClientId,
      Username: username,
      ConfirmationCode: server.codeSentTo(email),
      Password: 'third-one-7',
    })
    expect(await refusalOf(server.sdk.send(confirm))).toEqual([
      'ExpiredCodeException',
      'Invalid code provided, please request a code again.',
    ])
  })

  it('lets a locked user in again', async () => {
    const { username } = await admin.person()
    for (let count = 0; count < 8; count += 1)
      await refusalOf(admin.passwordSignIn(username, 'wrong'))
    expect(await refusalOf(admin.passwordSignIn(username, testPassword))).toEqual(
      notAuthorized('Password attempts exceeded'),
    )
    await set(username, 'another-one-7', true)
    await signIn(server, plain, { username, password: 'another-one-7' })
  })
})

describe('AdminResetUserPassword', () => {
  const reset = (username: string, pool = plain) =>
    server.sdk.send(new AdminResetUserPasswordCommand(admin.named(username, pool)))

  it('stops the old password and the sign-ins, and sends a code for a new one', async () => {
    const { username, email } = await admin.person()
    const { accessToken } = await signIn(server, plain, { username })
    await reset(username)
    expect(await admin.get(username)).toMatchObject({ UserStatus: 'RESET_REQUIRED' })
    expect(await refusalOfToken(server, accessToken)).toEqual(
      notAuthorized('Access Token has been revoked'),
    )
    expect(server.ended.at(-1)).toMatchObject({ userName: username, reason: 'password-changed' })
    expect(await refusalOf(admin.passwordSignIn(username, testPassword))).toEqual([
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
    const { username, email } = await admin.person()
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
    const invited = admin.newName()
    await admin.create(invited)
    expect(await refusalOf(reset(invited))).toEqual(
      notAuthorized('User password cannot be reset in the current state.'),
    )
    const { username } = await admin.person()
    await server.sdk.send(
      new AdminUpdateUserAttributesCommand({
        ...admin.named(username),
        UserAttributes: attributeList({ email_verified: 'false' }),
      }),
    )
    expect(await refusalOf(reset(username))).toEqual(
      invalid(
        'Cannot reset password for the user as there is no registered/verified email or phone_number',
      ),
    )
    expect(await admin.get(username)).toMatchObject({ UserStatus: 'CONFIRMED' })
    await server.sdk.send(new AdminDisableUserCommand(admin.named(username)))
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
