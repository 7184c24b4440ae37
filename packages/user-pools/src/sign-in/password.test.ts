import {
  AdminDisableUserCommand,
  AdminInitiateAuthCommand,
  AdminResetUserPasswordCommand,
  type AuthFlowType,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { secretHash } from '../authentication/secret-hash.ts'
import { everyFlow, faultsOf, refusedWithoutTrace, signIn } from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

const incorrect = ['NotAuthorizedException', 'Incorrect username or password.']
const locked = ['NotAuthorizedException', 'Password attempts exceeded']

let server: TestServer
let plain: TestPool
let hiding: TestPool
let count = 0
let username = ''
let email = ''

beforeAll(async () => {
  server = await startTestServer({ quotas: false })
  plain = await server.createPool({}, everyFlow)
  hiding = await server.createPool({}, { ...everyFlow, PreventUserExistenceErrors: 'ENABLED' })
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

function refusalOfSignIn(pool: TestPool, password = testPassword, name = username) {
  return refusalOf(signIn(server, pool, { username: name, password }))
}

function initiate(pool: TestPool, AuthFlow: AuthFlowType, AuthParameters: Record<string, string>) {
  return server.sdk.send(
    new InitiateAuthCommand({ ClientId: pool.clientId, AuthFlow, AuthParameters }),
  )
}

describe('USER_PASSWORD_AUTH', () => {
  it('answers with the three tokens and nothing more', async () => {
    await server.signUp(plain, { username, email })
    const { $metadata, ...answer } = await initiate(plain, 'USER_PASSWORD_AUTH', {
      USERNAME: username,
      PASSWORD: testPassword,
    })
    expect(answer).toEqual({
      AuthenticationResult: {
        AccessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        ExpiresIn: 3600,
        IdToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        RefreshToken: expect.stringMatching(/^[\w-]+$/),
        TokenType: 'Bearer',
      },
      ChallengeParameters: {},
    })
  })

  it('refuses a wrong password, and an unknown user as the client says', async () => {
    await server.signUp(plain, { username, email })
    expect(await refusalOfSignIn(plain, 'Wrong-Horse-7')).toEqual(incorrect)
    expect(
      await refusedWithoutTrace(server, () => signIn(server, plain, { username: 'nobody' })),
    ).toEqual(['UserNotFoundException', 'User does not exist.'])
    expect(await refusalOfSignIn(hiding, testPassword, 'nobody')).toEqual(incorrect)
  })

  it('is for clients that allow it, with both parameters', async () => {
    const pool = await server.createPool()
    const parameters = { USERNAME: username, PASSWORD: testPassword }
    expect(await refusalOf(initiate(pool, 'USER_PASSWORD_AUTH', parameters))).toEqual([
      'InvalidParameterException',
      'USER_PASSWORD_AUTH flow not enabled for this client',
    ])
    expect(await refusalOf(initiate(plain, 'USER_PASSWORD_AUTH', { USERNAME: username }))).toEqual([
      'InvalidParameterException',
      'Missing required parameter PASSWORD',
    ])
    expect(await refusalOf(initiate(plain, 'USER_PASSWORD_AUTH', {}))).toEqual([
      'InvalidParameterException',
      'Missing required parameter USERNAME',
    ])
  })

  it.each(['ADMIN_USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH'] as const)(
    'leaves %s to administrators',
    async (flow) => {
      await server.signUp(plain, { username, email })
      const AuthParameters = { USERNAME: username, PASSWORD: testPassword }
      expect(await refusalOf(initiate(plain, flow, AuthParameters))).toEqual([
        'InvalidParameterException',
        'Initiate Auth method not supported.',
      ])
      const { AuthenticationResult } = await server.sdk.send(
        new AdminInitiateAuthCommand({
          UserPoolId: plain.poolId,
          ClientId: plain.clientId,
          AuthFlow: flow,
          AuthParameters,
        }),
      )
      expect(AuthenticationResult?.IdToken).toBeDefined()
    },
  )

  it("does not serve one pool's administrator with another pool's client", async () => {
    const call = server.sdk.send(
      new AdminInitiateAuthCommand({
        UserPoolId: hiding.poolId,
        ClientId: plain.clientId,
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: testPassword },
      }),
    )
    expect(await refusalOf(call)).toEqual([
      'ResourceNotFoundException',
      `User pool client ${plain.clientId} does not exist.`,
    ])
  })
})

describe('the lock after failed sign-ins', () => {
  /** Fails so many times, waiting out each lock. */
  async function fail(pool: TestPool, times: number, name = username) {
    for (let failure = 0; failure < times; failure += 1) {
      expect(await refusalOfSignIn(pool, 'Wrong-Horse-7', name)).toEqual(incorrect)
    }
  }

  it('begins with the fifth failure, doubles, and ends by itself', async () => {
    await server.signUp(plain, { username, email })
    await fail(plain, 5)
    for (const seconds of [1, 2, 4, 8]) {
      expect(await refusalOfSignIn(plain)).toEqual(locked)
      if (seconds > 1) {
        server.clock.advanceSeconds(seconds - 1)
        expect(await refusalOfSignIn(plain)).toEqual(locked)
        server.clock.advanceSeconds(1)
      } else {
        server.clock.advanceSeconds(seconds)
      }
      if (seconds < 8) await fail(plain, 1)
    }
    await signIn(server, plain, { username })
  })

  it('does not grow by attempts during the lock, which leave no trace', async () => {
    await server.signUp(plain, { username, email })
    await fail(plain, 5)
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await refusedWithoutTrace(server, () => signIn(server, plain, { username }))).toEqual(
        locked,
      )
    }
    server.clock.advanceSeconds(1)
    await signIn(server, plain, { username })
  })

  it('is forgotten after a success', async () => {
    await server.signUp(plain, { username, email })
    await fail(plain, 4)
    await signIn(server, plain, { username })
    await fail(plain, 4)
    await signIn(server, plain, { username })
  })

  it('judges no more guesses side by side than one by one', async () => {
    await server.signUp(plain, { username, email })
    const guesses = await Promise.all(
      Array.from({ length: 20 }, () => refusalOfSignIn(plain, 'Wrong-Horse-7')),
    )
    expect(guesses.filter(([, text]) => text === incorrect[1])).toHaveLength(5)
    expect(guesses.filter(([, text]) => text === locked[1])).toHaveLength(15)
    const right = await Promise.all(Array.from({ length: 5 }, () => refusalOfSignIn(plain)))
    expect(right).toEqual(Array.from({ length: 5 }, () => locked))
  })

  it('locks names that nobody has, where the client hides who exists', async () => {
    await fail(hiding, 5, 'nobody-at-all')
    expect(await refusalOfSignIn(hiding, testPassword, 'nobody-at-all')).toEqual(locked)
  })

  it('counts by user, whatever name was typed', async () => {
    const pool = await server.createPool({ AliasAttributes: ['email'] }, everyFlow)
    await server.signUp(pool, { username, email })
    await fail(pool, 3)
    await fail(pool, 2, email)
    expect(await refusalOfSignIn(pool)).toEqual(locked)
  })
})

describe('users in other states', () => {
  it('says where the client may know, whatever the password', async () => {
    await server.sdk.send(
      new SignUpCommand({
        ClientId: plain.clientId,
        Username: username,
        Password: testPassword,
        UserAttributes: [{ Name: 'email', Value: email }],
      }),
    )
    const unconfirmed = ['UserNotConfirmedException', 'User is not confirmed.']
    expect(await refusedWithoutTrace(server, () => signIn(server, plain, { username }))).toEqual(
      unconfirmed,
    )
    expect(await refusalOfSignIn(plain, 'Wrong-Horse-7')).toEqual(unconfirmed)
  })

  it('says nothing before the right password where the client hides users', async () => {
    const { clientId, poolId } = hiding
    await server.sdk.send(
      new SignUpCommand({ ClientId: clientId, Username: username, Password: testPassword }),
    )
    expect(await refusalOfSignIn(hiding, 'Wrong-Horse-7')).toEqual(incorrect)
    expect(await refusalOfSignIn(hiding)).toEqual([
      'UserNotConfirmedException',
      'User is not confirmed.',
    ])
    const disabled = `${username}-disabled`
    await server.signUp(hiding, { username: disabled, email })
    const name = { UserPoolId: poolId, Username: disabled }
    await server.sdk.send(new AdminDisableUserCommand(name))
    expect(await refusalOfSignIn(hiding, 'Wrong-Horse-7', disabled)).toEqual(incorrect)
    expect(await refusalOfSignIn(hiding, testPassword, disabled)).toEqual([
      'NotAuthorizedException',
      'User is disabled.',
    ])
  })

  it('asks for a reset after an administrator did', async () => {
    await server.signUp(plain, { username, email })
    const name = { UserPoolId: plain.poolId, Username: username }
    await server.sdk.send(new AdminResetUserPasswordCommand(name))
    expect(await refusalOfSignIn(plain)).toEqual([
      'PasswordResetRequiredException',
      'Password reset required for the user',
    ])
  })
})

describe('a client with a secret', () => {
  let pool: TestPool
  beforeAll(async () => {
    pool = await server.createPool({}, { ...everyFlow, GenerateSecret: true })
    const { clientId, clientSecret = '' } = pool
    await server.sdk.send(
      new SignUpCommand({
        ClientId: clientId,
        Username: 'secretive',
        Password: testPassword,
        SecretHash: secretHash('secretive', clientId, clientSecret),
      }),
    )
  })

  it.each([
    [undefined, 'is configured with secret but SECRET_HASH was not received'],
    [Buffer.alloc(32).toString('base64'), 'Unable to verify secret hash for client'],
  ])('refuses the hash %s', async (hash, text) => {
    const [name, message] = await refusedWithoutTrace(server, () =>
      initiate(pool, 'USER_PASSWORD_AUTH', {
        USERNAME: 'secretive',
        PASSWORD: testPassword,
        ...(hash !== undefined && { SECRET_HASH: hash }),
      }),
    )
    expect(name).toBe('NotAuthorizedException')
    expect(message).toContain(text)
    expect(message).toContain(pool.clientId)
  })

  it('goes on to the credential with the right one', async () => {
    const SECRET_HASH = secretHash('secretive', pool.clientId, pool.clientSecret ?? '')
    const parameters = { USERNAME: 'secretive', PASSWORD: testPassword, SECRET_HASH }
    // Nobody confirmed the user; the hash was right.
    expect((await refusalOf(initiate(pool, 'USER_PASSWORD_AUTH', parameters)))[0]).toBe(
      'UserNotConfirmedException',
    )
  })

  it('is not what a hash without a secret makes', async () => {
    const parameters = { USERNAME: username, PASSWORD: testPassword, SECRET_HASH: 'AAAA' }
    expect(await refusalOf(initiate(plain, 'USER_PASSWORD_AUTH', parameters))).toEqual([
      'NotAuthorizedException',
      `Client ${plain.clientId} is not configured for secret but secret was received`,
    ])
  })
})

describe('PreAuthentication and PostAuthentication', () => {
  it('run around the credential, with the metadata of their step', async () => {
    const before = server.functions.define('before', (event) => event)
    const after = server.functions.define('after', (event) => event)
    const pool = await server.createPool(
      { LambdaConfig: { PreAuthentication: before, PostAuthentication: after } },
      { ...everyFlow, PreventUserExistenceErrors: 'ENABLED' },
    )
    const sub = await server.signUp(pool, { username, email })
    const first = server.functions.events.length
    await server.sdk.send(
      new InitiateAuthCommand({
        ClientId: pool.clientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: username, PASSWORD: testPassword },
        ClientMetadata: { device: 'phone' },
      }),
    )
    await refusalOfSignIn(pool, testPassword, 'nobody')
    const events = server.functions.events.slice(first)
    expect(events.map(({ triggerSource }) => triggerSource)).toEqual([
      'PreAuthentication_Authentication',
      'PostAuthentication_Authentication',
      'PreAuthentication_Authentication',
    ])
    expect(events[0]?.request).toMatchObject({
      userAttributes: { sub, email },
      validationData: { device: 'phone' },
    })
    expect(events[1]?.request).toEqual({
      userAttributes: {
        sub,
        email,
        email_verified: 'true',
        'cognito:user_status': 'CONFIRMED',
      },
      newDeviceUsed: false,
    })
    expect(events[2]).toMatchObject({ userName: 'nobody', request: { userNotFound: true } })
  })

  it('refuse a sign-in before the password is looked at', async () => {
    const arn = server.functions.define('closed', () => {
      throw new Error('Closed')
    })
    const pool = await server.createPool({ LambdaConfig: { PreAuthentication: arn } }, everyFlow)
    await server.signUp(pool, { username, email })
    for (const password of [testPassword, 'Wrong-Horse-7']) {
      expect(
        await refusedWithoutTrace(server, () => signIn(server, pool, { username, password })),
      ).toEqual(['UserLambdaValidationException', 'PreAuthentication failed with error Closed.'])
    }
  })
})
