import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminResetUserPasswordCommand,
  ConfirmForgotPasswordCommand,
  ForgotPasswordCommand,
  SignUpCommand,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  everyFlow,
  faultsOf,
  refusalOfToken,
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

const newPassword = 'Another-Horse-8'
const mismatch = ['CodeMismatchException', 'Invalid verification code provided, please try again.']
const expired = ['ExpiredCodeException', 'Invalid code provided, please request a code again.']
const limited = ['LimitExceededException', 'Attempt limit exceeded, please try after some time.']

let server: TestServer
let plain: TestPool
let hiding: TestPool
let count = 0
let username = ''
let email = ''

beforeAll(async () => {
  server = await startTestServer()
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

function forgot({ clientId }: TestPool, Username = username) {
  return server.sdk.send(new ForgotPasswordCommand({ ClientId: clientId, Username }))
}

function confirm(
  { clientId }: TestPool,
  ConfirmationCode: string,
  { password = newPassword, name = username } = {},
) {
  return server.sdk.send(
    new ConfirmForgotPasswordCommand({
      ClientId: clientId,
      Username: name,
      ConfirmationCode,
      Password: password,
    }),
  )
}

async function unconfirmed(pool: TestPool) {
  await server.sdk.send(
    new SignUpCommand({
      ClientId: pool.clientId,
      Username: username,
      Password: testPassword,
      UserAttributes: [{ Name: 'email', Value: email }],
    }),
  )
}

describe('ForgotPassword', () => {
  it('sends a code to the verified address; the password stays good', async () => {
    await server.signUp(plain, { username, email })
    const { $metadata, ...answer } = await forgot(plain)
    expect(answer).toEqual({
      CodeDeliveryDetails: {
        AttributeName: 'email',
        DeliveryMedium: 'EMAIL',
        Destination: 'u***@e***',
      },
    })
    expect(server.mailbox.list()[0]).toMatchObject({
      to: email,
      subject: 'Your password reset code',
    })
    await signIn(server, plain, { username })
  })

  it('says what is wrong where the client may know', async () => {
    expect(await refusedWithoutTrace(server, () => forgot(plain))).toEqual([
      'UserNotFoundException',
      'Username/client id combination not found.',
    ])
    await unconfirmed(plain)
    expect(await refusedWithoutTrace(server, () => forgot(plain))).toEqual([
      'InvalidParameterException',
      'Cannot reset password for the user as there is no registered/verified email or phone_number',
    ])
    const UserPoolId = plain.poolId
    await server.sdk.send(
      new AdminCreateUserCommand({
        UserPoolId,
        Username: `${username}-invited`,
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: email },
          { Name: 'email_verified', Value: 'true' },
        ],
      }),
    )
    expect(await refusedWithoutTrace(server, () => forgot(plain, `${username}-invited`))).toEqual([
      'NotAuthorizedException',
      'User password cannot be reset in the current state.',
    ])
    const disabled = `${username}-disabled`
    await server.signUp(plain, { username: disabled, email })
    await server.sdk.send(new AdminDisableUserCommand({ UserPoolId, Username: disabled }))
    expect(await refusedWithoutTrace(server, () => forgot(plain, disabled))).toEqual([
      'NotAuthorizedException',
      'User is disabled.',
    ])
  })

  it('pretends to send to whoever gets nothing where the client hides users', async () => {
    await unconfirmed(hiding)
    const disabled = `${username}-disabled`
    await server.signUp(hiding, { username: disabled, email })
    const UserPoolId = hiding.poolId
    await server.sdk.send(new AdminDisableUserCommand({ UserPoolId, Username: disabled }))
    const sent = server.mailbox.list().length
    for (const name of [username, disabled, 'nobody', 'who@example.com', '+12065551234']) {
      const first = (await forgot(hiding, name)).CodeDeliveryDetails
      const again = (await forgot(hiding, name)).CodeDeliveryDetails
      expect(Object.keys(first ?? {}).toSorted()).toEqual([
        'AttributeName',
        'DeliveryMedium',
        'Destination',
      ])
      expect(again).toEqual(first)
    }
    expect(server.mailbox.list()).toHaveLength(sent)
    expect((await forgot(hiding, 'who@example.com')).CodeDeliveryDetails).toEqual({
      AttributeName: 'email',
      DeliveryMedium: 'EMAIL',
      Destination: 'w***@e***',
    })
  })

  it('is limited alike for those who exist and those who do not', async () => {
    await server.signUp(hiding, { username, email })
    for (const name of [username, 'somebody-else']) {
      for (let attempt = 0; attempt < 5; attempt += 1) await forgot(hiding, name)
      expect(await refusedWithoutTrace(server, () => forgot(hiding, name))).toEqual(limited)
    }
    server.clock.advanceSeconds(3600)
    await forgot(hiding)
  })

  it('leaves it to the administrator where the pool does, whoever asks', async () => {
    const pool = await server.createPool(
      { AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 1, Name: 'admin_only' }] } },
      { ...everyFlow, PreventUserExistenceErrors: 'ENABLED' },
    )
    await server.signUp(pool, { username, email })
    for (const name of [username, 'nobody']) {
      expect(await refusalOf(forgot(pool, name))).toEqual([
        'NotAuthorizedException',
        'Contact administrator to reset password.',
      ])
    }
  })

  it('asks CustomMessage for its words', async () => {
    const arn = server.functions.define(`words${count}`, (event) => ({
      ...event,
      response: { emailSubject: 'Lost?', emailMessage: 'Found: {####}' },
    }))
    const pool = await server.createPool({ LambdaConfig: { CustomMessage: arn } }, everyFlow)
    await server.signUp(pool, { username, email })
    await forgot(pool)
    expect(server.functions.events.at(-1)?.triggerSource).toBe('CustomMessage_ForgotPassword')
    expect(server.mailbox.list()[0]?.subject).toBe('Lost?')
  })
})

describe('ConfirmForgotPassword', () => {
  it('sets the password, once, and ends all sign-ins', async () => {
    const sub = await server.signUp(plain, { username, email })
    const { accessToken } = await signIn(server, plain, { username })
    await forgot(plain)
    const code = server.codeSentTo(email)
    const told = server.ended.length
    const { $metadata, ...answer } = await confirm(plain, code)
    expect(answer).toEqual({})
    expect(server.ended.slice(told)).toEqual([
      { userPoolId: plain.poolId, userName: username, sub, reason: 'password-changed' },
    ])
    expect(await refusalOfToken(server, accessToken)).toEqual([
      'NotAuthorizedException',
      'Access Token has been revoked',
    ])
    await signIn(server, plain, { username, password: newPassword })
    expect((await refusalOf(signIn(server, plain, { username })))[0]).toBe('NotAuthorizedException')
    expect(await refusalOf(confirm(plain, code))).toEqual(expired)
  })

  it('lifts the lock and a reset that an administrator asked for', async () => {
    await server.signUp(plain, { username, email })
    await server.sdk.send(
      new AdminResetUserPasswordCommand({ UserPoolId: plain.poolId, Username: username }),
    )
    await confirm(plain, server.codeSentTo(email))
    for (let attempt = 0; attempt < 5; attempt += 1)
      await refusalOf(signIn(server, plain, { username }))
    expect((await refusalOf(signIn(server, plain, { username })))[1]).toBe(
      'Password attempts exceeded',
    )
    await forgot(plain)
    await confirm(plain, server.codeSentTo(email))
    await signIn(server, plain, { username, password: newPassword })
  })

  it('refuses a wrong code, one that is too old, and one that was replaced', async () => {
    await server.signUp(plain, { username, email })
    expect(await refusalOf(confirm(plain, '123456'))).toEqual(expired)
    await forgot(plain)
    const first = server.codeSentTo(email)
    expect(await refusalOf(confirm(plain, wrongCode(first)))).toEqual(mismatch)
    server.clock.advanceSeconds(3600)
    expect(await refusalOf(confirm(plain, first))).toEqual(expired)
    await forgot(plain)
    const second = server.codeSentTo(email)
    await forgot(plain)
    const third = server.codeSentTo(email)
    if (second !== third) expect(await refusalOf(confirm(plain, second))).toEqual(mismatch)
    server.clock.advanceSeconds(3599)
    await confirm(plain, third)
  })

  it('does not burn the code over a weak password, nor say whether it was right', async () => {
    await server.signUp(plain, { username, email })
    await forgot(plain)
    const code = server.codeSentTo(email)
    for (const tried of [code, wrongCode(code)]) {
      expect(
        await refusedWithoutTrace(server, () => confirm(plain, tried, { password: 'weak' })),
      ).toEqual([
        'InvalidPasswordException',
        'Password did not conform with policy: Password not long enough',
      ])
    }
    await confirm(plain, code)
  })

  it('stops guessing after ten attempts in an hour, also of the right code', async () => {
    await server.signUp(plain, { username, email })
    await forgot(plain)
    const code = server.codeSentTo(email)
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await refusalOf(confirm(plain, wrongCode(code)))).toEqual(mismatch)
    }
    expect(await refusedWithoutTrace(server, () => confirm(plain, code))).toEqual(limited)
  })

  it('tells an unknown user apart only where the client may', async () => {
    expect(await refusedWithoutTrace(server, () => confirm(plain, '123456'))).toEqual([
      'UserNotFoundException',
      'Username/client id combination not found.',
    ])
    expect(await refusalOf(confirm(hiding, '123456', { name: 'nobody' }))).toEqual(mismatch)
    for (let attempt = 0; attempt < 9; attempt += 1) {
      await refusalOf(confirm(hiding, '123456', { name: 'nobody' }))
    }
    expect(await refusalOf(confirm(hiding, '123456', { name: 'nobody' }))).toEqual(limited)
  })

  it('refuses passwords of the history, at the cost of an attempt and not of the code', async () => {
    const pool = await server.createPool(
      { Policies: { PasswordPolicy: { MinimumLength: 8, PasswordHistorySize: 2 } } },
      everyFlow,
    )
    await server.signUp(pool, { username, email })
    await forgot(pool)
    const first = server.codeSentTo(email)
    expect(await refusalOf(confirm(pool, first, { password: testPassword }))).toEqual([
      'PasswordHistoryPolicyViolationException',
      'Password has previously been used and cannot be reused.',
    ])
    await confirm(pool, first)
    await forgot(pool)
    const second = server.codeSentTo(email)
    for (const password of [testPassword, newPassword]) {
      expect((await refusalOf(confirm(pool, second, { password })))[0]).toBe(
        'PasswordHistoryPolicyViolationException',
      )
    }
    await confirm(pool, second, { password: 'Third-Horse-9' })
    await forgot(pool)
    await confirm(pool, server.codeSentTo(email), { password: testPassword })
  })

  it('tells PostConfirmation; if that fails the password is set all the same', async () => {
    const arn = server.functions.define(`after${count}`, () => {
      throw new Error('No')
    })
    const pool = await server.createPool({}, everyFlow)
    await server.signUp(pool, { username, email })

    await server.sdk.send(
      new UpdateUserPoolCommand({
        UserPoolId: pool.poolId,
        AutoVerifiedAttributes: ['email'],
        LambdaConfig: { PostConfirmation: arn },
      }),
    )
    await forgot(pool)
    expect(await refusalOf(confirm(pool, server.codeSentTo(email)))).toEqual([
      'UserLambdaValidationException',
      'PostConfirmation failed with error No.',
    ])
    expect(server.functions.events.at(-1)?.triggerSource).toBe(
      'PostConfirmation_ConfirmForgotPassword',
    )
    await signIn(server, pool, { username, password: newPassword })
  })
})
