import { ChangePasswordCommand } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  attributesOf,
  everyFlow,
  faultsOf,
  refusedWithoutTrace,
  signIn,
  type Tokens,
} from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

const newPassword = 'Another-Horse-8'
const limited = ['LimitExceededException', 'Attempt limit exceeded, please try after some time.']

let server: TestServer
let plain: TestPool
let count = 0
let username = ''
let email = ''

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

async function signedUp(pool: TestPool, name = username): Promise<Tokens> {
  await server.signUp(pool, { username: name, email })
  return signIn(server, pool, { username: name })
}

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
    expect(await refusedWithoutTrace(server, () => change(tokens, undefined, newPassword))).toEqual(
      ['InvalidParameterException', 'Missing required parameter PreviousPassword'],
    )
    expect(await refusedWithoutTrace(server, () => change(tokens, testPassword, 'weak'))).toEqual([
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
    expect(
      await refusedWithoutTrace(server, () => change(tokens, testPassword, newPassword)),
    ).toEqual(limited)
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
