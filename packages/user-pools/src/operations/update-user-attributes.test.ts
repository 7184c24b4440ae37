import {
  DeleteUserAttributesCommand,
  UpdateUserAttributesCommand,
  VerifyUserAttributeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
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
} from '../testing/test-server.ts'

const mismatch = ['CodeMismatchException', 'Invalid verification code provided, please try again.']
const expired = ['ExpiredCodeException', 'Invalid code provided, please request a code again.']
const unauthorized = [
  'NotAuthorizedException',
  'A client attempted to write unauthorized attribute',
]

let server: TestServer
let plain: TestPool
/** Addresses are names, and new ones are in force at once. */
let byAddress: TestPool
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
  byAddress = await server.createPool({ UsernameAttributes: ['email'] }, everyFlow)
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

describe('UpdateUserAttributes', () => {
  it('writes attributes, and an empty value removes one', async () => {
    const tokens = await signedUp(plain)
    const { $metadata, ...answer } = await update(tokens, { name: 'Jane', 'custom:level': '3' })
    expect(answer).toEqual({ CodeDeliveryDetailsList: [] })
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({
      name: 'Jane',
      'custom:level': '3',
    })
    await update(tokens, { name: '' })
    expect(await attributesOf(server, tokens.accessToken)).not.toHaveProperty('name')
  })

  it('un-verifies a new address at once, and sends it a code', async () => {
    const tokens = await signedUp(plain)
    const { CodeDeliveryDetailsList } = await update(tokens, { email: changed })
    expect(CodeDeliveryDetailsList).toEqual([
      { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'n***@e***' },
    ])
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({
      email: changed,
      email_verified: 'false',
    })
    const { idToken } = await signIn(server, plain, { username })
    expect(decodeJwt(idToken)).toMatchObject({ email: changed, email_verified: false })
    await verify(tokens, server.codeSentTo(changed))
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({ email_verified: 'true' })
  })

  it('makes a new address the name at once where addresses are names', async () => {
    const tokens = await signedUp(byAddress, email)
    await update(tokens, { email: changed })
    await signIn(server, byAddress, { username: changed })
    expect((await refusalOf(signIn(server, byAddress, { username: email })))[0]).toBe(
      'UserNotFoundException',
    )
  })

  it("refuses somebody else's address where addresses are names", async () => {
    await signedUp(byAddress, email)
    const taken = email
    email = changed
    const tokens = await signedUp(byAddress, email)
    expect(await refusedWithoutTrace(server, () => update(tokens, { email: taken }))).toEqual([
      'AliasExistsException',
      'An account with the email already exists.',
    ])
  })

  it('lets a new address wait where the pool demands it', async () => {
    const tokens = await signedUp(careful)
    await update(tokens, { email: changed })
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({
      email,
      email_verified: 'true',
    })
    await signIn(server, careful, { username: email })
    expect((await refusalOf(signIn(server, careful, { username: changed })))[0]).toBe(
      'UserNotFoundException',
    )
    await verify(tokens, server.codeSentTo(changed))
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({
      email: changed,
      email_verified: 'true',
    })
    await signIn(server, careful, { username: changed })
    expect((await refusalOf(signIn(server, careful, { username: email })))[0]).toBe(
      'UserNotFoundException',
    )
  })

  it('replaces an address that waits, with its code', async () => {
    const tokens = await signedUp(careful)
    await update(tokens, { email: changed })
    const first = server.codeSentTo(changed)
    const third = `third-${email}`
    await update(tokens, { email: third })
    if (first !== server.codeSentTo(third)) {
      expect(await refusalOf(verify(tokens, first))).toEqual(mismatch)
    }
    await update(tokens, { email })
    expect(await refusalOf(verify(tokens, server.codeSentTo(third)))).toEqual(expired)
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({
      email,
      email_verified: 'true',
    })
  })

  it('does not let two users verify one address where it is a name', async () => {
    const first = await signedUp(careful)
    username = `${username}-other`
    email = `${username}@example.com`
    const second = await signedUp(careful)
    await update(first, { email: changed })
    const firstCode = server.codeSentTo(changed)
    await update(second, { email: changed })
    await verify(second, server.codeSentTo(changed))
    expect(await refusalOf(verify(first, firstCode))).toEqual([
      'AliasExistsException',
      'An account with the email already exists.',
    ])
  })

  it.each(['email_verified', 'phone_number_verified', 'sub', 'dev:custom:secret'])(
    'lets no client write %s',
    async (name) => {
      const tokens = await signedUp(plain)
      expect(await refusedWithoutTrace(server, () => update(tokens, { [name]: 'true' }))).toEqual(
        unauthorized,
      )
    },
  )

  it('keeps to the schema', async () => {
    const tokens = await signedUp(plain)
    expect(await refusedWithoutTrace(server, () => update(tokens, { 'custom:none': 'x' }))).toEqual(
      [
        'InvalidParameterException',
        'Attributes did not conform to the schema: custom:none: Attribute does not exist in the schema.\n',
      ],
    )
    expect(
      await refusedWithoutTrace(server, () => update(tokens, { 'custom:tenant': 'x' })),
    ).toEqual([
      'InvalidParameterException',
      'Attributes did not conform to the schema: user.custom:tenant: Attribute cannot be updated.\n',
    ])
    expect(
      (await refusedWithoutTrace(server, () => update(tokens, { 'custom:level': 'high' })))[0],
    ).toBe('InvalidParameterException')
    expect(await refusedWithoutTrace(server, () => update(tokens, { email: 'nowhere' }))).toEqual([
      'InvalidParameterException',
      'Invalid email address format.',
    ])
  })

  it('asks CustomMessage, and keeps the change when that fails', async () => {
    let isFailing = false
    const arn = server.functions.define(`words${count}`, (event) => {
      if (isFailing) throw new Error('No words')
      return event
    })
    const pool = await server.createPool({ LambdaConfig: { CustomMessage: arn } }, everyFlow)
    const tokens = await signedUp(pool)
    isFailing = true
    expect((await refusalOf(update(tokens, { email: changed })))[0]).toBe(
      'UserLambdaValidationException',
    )
    expect(server.functions.events.at(-1)?.triggerSource).toBe('CustomMessage_UpdateUserAttribute')
    expect(await attributesOf(server, tokens.accessToken)).toMatchObject({ email: changed })
  })
})

describe('DeleteUserAttributes', () => {
  it('removes attributes; an address takes its flag along', async () => {
    const tokens = await signedUp(plain)
    await update(tokens, { name: 'Jane' })
    const { $metadata, ...answer } = await server.sdk.send(
      new DeleteUserAttributesCommand({
        AccessToken: tokens.accessToken,
        UserAttributeNames: ['name', 'email'],
      }),
    )
    expect(answer).toEqual({})
    expect(Object.keys(await attributesOf(server, tokens.accessToken))).toEqual(['sub'])
  })

  it('refuses the sub, what the schema lacks, and what the client may not write', async () => {
    const tokens = await signedUp(plain)
    const remove = (name: string) => () =>
      server.sdk.send(
        new DeleteUserAttributesCommand({
          AccessToken: tokens.accessToken,
          UserAttributeNames: [name],
        }),
      )
    expect((await refusedWithoutTrace(server, remove('sub')))[0]).toBe('InvalidParameterException')
    expect(await refusedWithoutTrace(server, remove('custom:none'))).toEqual([
      'InvalidParameterException',
      'Invalid user attributes: user.custom:none: Attribute does not exist in the schema.\n',
    ])
    expect(await refusedWithoutTrace(server, remove('email_verified'))).toEqual(unauthorized)
  })
})
