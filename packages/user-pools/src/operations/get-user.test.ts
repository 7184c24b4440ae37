import { GetUserCommand } from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { attributesOf, dump, everyFlow, faultsOf, signIn, type Tokens } from '../testing/people.ts'
import { startTestServer, type TestPool, type TestServer } from '../testing/test-server.ts'

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
