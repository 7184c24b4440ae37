import {
  ConfirmSignUpCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
  type SignUpCommandInput,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { everyFlow, faultsOf, refusedWithoutTrace } from '../testing/people.ts'
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
    expect(await refusedWithoutTrace(server, () => resend(plain))).toEqual([
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
