import {
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  AdminDeleteUserAttributesCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attributeList } from '../request-shapes.ts'
import {
  type Administration,
  createAdministration,
  notAuthorized,
} from '../testing/administration.ts'
import { dump, everyFlow, refusalOfToken, signIn } from '../testing/people.ts'
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

describe('AdminGetUser', () => {
  it('tells everything, by name or by sub', async () => {
    const { username, email, sub } = await admin.person()
    const now = new Date(server.clock.nowMs())
    const { $metadata: _, ...user } = await admin.get(username)
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
    const { $metadata: __, ...bySub } = await admin.get(sub)
    expect(bySub).toEqual(user)
  })

  it('does not take an address for a name where it is none', async () => {
    const { email } = await admin.person()
    expect(await refusalOf(admin.get(email))).toEqual([
      'UserNotFoundException',
      'User does not exist.',
    ])
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
    for (const refusal of await refusals(admin.named('nobody'))) {
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
    for (const [name, message] of await refusals(admin.named('two words'))) {
      expect(name).toBe('InvalidParameterException')
      expect(message).toContain("Value at 'username' failed")
    }
  })
})

describe('AdminConfirmSignUp', () => {
  const confirm = (username: string, pool = plain) =>
    server.sdk.send(new AdminConfirmSignUpCommand(admin.named(username, pool)))
  const signUp = (Username: string, { clientId } = plain) =>
    server.sdk.send(
      new SignUpCommand({
        ClientId: clientId,
        Username,
        Password: testPassword,
        UserAttributes: attributeList({ email: `${Username}@example.com`, name: 'Jane' }),
      }),
    )

  it('confirms a user and verifies nothing', async () => {
    const username = admin.newName()
    await signUp(username)
    await confirm(username)
    expect(await admin.get(username)).toMatchObject({ UserStatus: 'CONFIRMED' })
    expect((await admin.attributesOf(username)).email_verified).not.toBe('true')
    await signIn(server, plain, { username })
  })

  it('forgets the code that is not needed any more', async () => {
    const codes = async () =>
      [...(await dump(server.store)).keys()].filter((key) => key.charAt(1) === 'o').length
    const before = await codes()
    const username = admin.newName()
    await signUp(username)
    expect(await codes()).toBe(before + 1)
    await confirm(username)
    expect(await codes()).toBe(before)
  })

  it('confirms nobody twice', async () => {
    const { username } = await admin.person()
    expect(await refusalOf(confirm(username))).toEqual(
      notAuthorized('User cannot be confirmed. Current status is CONFIRMED'),
    )
    const invited = admin.newName()
    await admin.create(invited)
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
    expect(await admin.get('jane', pool)).toMatchObject({ UserStatus: 'CONFIRMED' })
  })
})

describe('AdminDisableUser and AdminEnableUser', () => {
  it('keep a user out and let them in, without their old sign-ins', async () => {
    const { username, sub } = await admin.person()
    const { accessToken, refreshToken } = await signIn(server, plain, { username })
    await server.sdk.send(new AdminDisableUserCommand(admin.named(username)))
    expect(await admin.get(username)).toMatchObject({ Enabled: false, UserStatus: 'CONFIRMED' })
    expect(server.ended.at(-1)).toEqual({
      userPoolId: plain.poolId,
      userName: username,
      sub,
      reason: 'user-disabled',
    })
    expect(await refusalOf(admin.passwordSignIn(username, testPassword))).toEqual(
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
    await server.sdk.send(new AdminEnableUserCommand(admin.named(username)))
    expect(await admin.get(username)).toMatchObject({ Enabled: true, UserStatus: 'CONFIRMED' })
    expect((await refresh())[0]).toBe('NotAuthorizedException')
    expect(await refusalOfToken(server, accessToken)).toEqual(
      notAuthorized('Access Token has been revoked'),
    )
    await signIn(server, plain, { username })
  })

  it('may be asked twice', async () => {
    const { username } = await admin.person()
    for (const Command of [AdminEnableUserCommand, AdminDisableUserCommand]) {
      await server.sdk.send(new Command(admin.named(username)))
      await server.sdk.send(new Command(admin.named(username)))
    }
    expect(await admin.get(username)).toMatchObject({ Enabled: false })
  })
})

describe('AdminUserGlobalSignOut', () => {
  it('ends every sign-in of one user', async () => {
    const jane = await admin.person()
    const john = await admin.person()
    const tokens = [await signIn(server, plain, jane), await signIn(server, plain, jane)]
    const others = await signIn(server, plain, john)
    await server.sdk.send(new AdminUserGlobalSignOutCommand(admin.named(jane.username)))
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
    const { username, sub, email } = await admin.person()
    const { accessToken } = await signIn(server, plain, { username })
    await server.sdk.send(new AdminDeleteUserCommand(admin.named(username)))
    expect((await refusalOf(admin.get(username)))[0]).toBe('UserNotFoundException')
    expect((await refusalOf(admin.get(sub)))[0]).toBe('UserNotFoundException')
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
    await failing.sdk.send(new AdminDeleteUserCommand(admin.named('jane', pool)))
    expect(failing.events).toEqual([{ kind: 'hook-failed', error: expect.any(Error) }])
    await failing.close()
  })
})
