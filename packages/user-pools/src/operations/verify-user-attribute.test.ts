import {
  AdminUpdateUserAttributesCommand,
  GetUserAttributeVerificationCodeCommand,
  UpdateUserAttributesCommand,
  VerifyUserAttributeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  everyFlow,
  faultsOf,
  refusedWithoutTrace,
  signIn,
  type Tokens,
  wrongCode,
} from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
} from '../testing/test-server.ts'

const mismatch = ['CodeMismatchException', 'Invalid verification code provided, please try again.']
const expired = ['ExpiredCodeException', 'Invalid code provided, please request a code again.']
const limited = ['LimitExceededException', 'Attempt limit exceeded, please try after some time.']

let server: TestServer
let plain: TestPool
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
  careful = await server.createPool(
    {
      AliasAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    },
    everyFlow,
  )
})
afterAll(async () => {
  expect(faultsOf(server)).toEqual([])
  await server.close()
})
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
    expect(await refusedWithoutTrace(server, () => askForCode(tokens))).toEqual(limited)
    const code = server.codeSentTo(email)
    for (let attempt = 0; attempt < 15; attempt += 1) {
      expect(await refusalOf(verify(tokens, wrongCode(code)))).toEqual(mismatch)
    }
    expect(await refusedWithoutTrace(server, () => verify(tokens, code))).toEqual(limited)
  })

  it('are for addresses that the user has', async () => {
    const tokens = await signedUp(plain)
    for (const attribute of ['name', 'phone_number']) {
      expect((await refusedWithoutTrace(server, () => askForCode(tokens, attribute)))[0]).toBe(
        'InvalidParameterException',
      )
      expect(
        (await refusedWithoutTrace(server, () => verify(tokens, '123456', attribute)))[0],
      ).toBe('InvalidParameterException')
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
