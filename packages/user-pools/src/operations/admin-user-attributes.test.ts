import {
  AdminDeleteUserAttributesCommand,
  AdminUpdateUserAttributesCommand,
  VerifyUserAttributeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attributeList } from '../request-shapes.ts'
import { type Administration, createAdministration, invalid } from '../testing/administration.ts'
import { everyFlow, signIn } from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
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

describe('AdminUpdateUserAttributes', () => {
  const update = (username: string, attributes: Readonly<Record<string, string>>, pool = plain) =>
    server.sdk.send(
      new AdminUpdateUserAttributesCommand({
        ...admin.named(username, pool),
        UserAttributes: attributeList(attributes),
      }),
    )

  it('writes, changes and removes attributes', async () => {
    const { username } = await admin.person()
    server.clock.advanceSeconds(60)
    await update(username, { name: 'Joan', 'custom:tenant': '42', nickname: 'J' })
    expect(await admin.attributesOf(username)).toMatchObject({
      name: 'Joan',
      'custom:tenant': '42',
      nickname: 'J',
    })
    await update(username, { nickname: '' })
    expect(await admin.attributesOf(username)).not.toHaveProperty('nickname')
    const { UserCreateDate, UserLastModifiedDate } = await admin.get(username)
    expect(UserLastModifiedDate?.getTime()).toBe((UserCreateDate?.getTime() ?? 0) + 60_000)
  })

  it('names every problem at once, and changes nothing', async () => {
    const { username } = await admin.person()
    const before = await admin.attributesOf(username)
    expect(
      await refusalOf(update(username, { nickname: 'J', 'custom:a': '1', 'custom:b': '2' })),
    ).toEqual(
      invalid(
        'Attributes did not conform to the schema: custom:a: Attribute does not exist in the schema.\ncustom:b: Attribute does not exist in the schema.\n',
      ),
    )
    for (const attributes of [
      { 'custom:number': 'ten' },
      { 'custom:number': '10' },
      { email: 'nowhere' },
      { name: '' },
      { sub: 'x' },
      { birthdate: '1.1.1970' },
      { email_verified: 'perhaps' },
    ]) {
      expect((await refusalOf(update(username, attributes)))[0]).toBe('InvalidParameterException')
    }
    expect(await admin.attributesOf(username)).toEqual(before)
  })

  it('takes a new address for unverified, and sends a code to it', async () => {
    const { username } = await admin.person()
    const email = `new-${username}@example.com`
    await update(username, { email })
    expect(await admin.attributesOf(username)).toMatchObject({ email, email_verified: 'false' })
    const { accessToken } = await signIn(server, plain, { username })
    await server.sdk.send(
      new VerifyUserAttributeCommand({
        AccessToken: accessToken,
        AttributeName: 'email',
        Code: server.codeSentTo(email),
      }),
    )
    expect(await admin.attributesOf(username)).toMatchObject({ email, email_verified: 'true' })
  })

  it('sends nothing for an address that is vouched for, or was the user’s before', async () => {
    const { username, email } = await admin.person()
    const before = server.mailbox.list().length
    await update(username, { email: `new-${email}`, email_verified: 'true' })
    expect(await admin.attributesOf(username)).toMatchObject({ email_verified: 'true' })
    await update(username, { email: `new-${email}` })
    expect(await admin.attributesOf(username)).toMatchObject({ email_verified: 'true' })
    expect(server.mailbox.list()).toHaveLength(before)
  })

  it('forgets the flag of an address that is removed', async () => {
    const { username } = await admin.person()
    await update(username, { email: '', email_verified: 'true' })
    const attributes = await admin.attributesOf(username)
    expect(attributes).not.toHaveProperty('email')
    expect(attributes).not.toHaveProperty('email_verified')
  })

  it('lets a new address wait where the pool demands it, unless it is vouched for', async () => {
    const pool = await server.createPool(
      {
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      },
      everyFlow,
    )
    await server.signUp(pool, { username: 'jane', email: 'old@example.com' })
    await update('jane', { email: 'next@example.com', email_verified: 'false' }, pool)
    const old = { email: 'old@example.com', email_verified: 'true' }
    expect(await admin.attributesOf('jane', pool)).toMatchObject(old)
    const { accessToken } = await signIn(server, pool, { username: 'jane' })
    await server.sdk.send(
      new VerifyUserAttributeCommand({
        AccessToken: accessToken,
        AttributeName: 'email',
        Code: server.codeSentTo('next@example.com'),
      }),
    )
    expect(await admin.attributesOf('jane', pool)).toMatchObject({
      email: 'next@example.com',
      email_verified: 'true',
    })
    await update('jane', { email: 'last@example.com', email_verified: 'true' }, pool)
    expect(await admin.attributesOf('jane', pool)).toMatchObject({
      email: 'last@example.com',
      email_verified: 'true',
    })
  })

  it('lets nothing wait any more once the address in force is asked for again', async () => {
    const pool = await server.createPool(
      {
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      },
      everyFlow,
    )
    const email = 'kept@example.com'
    await server.signUp(pool, { username: 'jane', email })
    await update('jane', { email: 'mistake@example.com' }, pool)
    await update('jane', { email }, pool)
    const { accessToken } = await signIn(server, pool, { username: 'jane' })
    const verify = new VerifyUserAttributeCommand({
      AccessToken: accessToken,
      AttributeName: 'email',
      Code: server.codeSentTo('mistake@example.com'),
    })
    expect((await refusalOf(server.sdk.send(verify)))[0]).toBe('ExpiredCodeException')
    expect(await admin.attributesOf('jane', pool)).toMatchObject({ email, email_verified: 'true' })
  })

  it('moves a verified alias from whoever had it', async () => {
    const [first, second] = [admin.newName(), admin.newName()]
    await admin.create(
      first,
      { UserAttributes: attributeList({ email: 'm@example.com', email_verified: 'true' }) },
      aliases,
    )
    await admin.create(second, {}, aliases)
    await update(second, { email: 'm@example.com' }, aliases)
    expect((await admin.get('m@example.com', aliases)).Username).toBe(first)
    await update(second, { email_verified: 'true' }, aliases)
    expect((await admin.get('m@example.com', aliases)).Username).toBe(second)
    expect(await admin.attributesOf(first, aliases)).toMatchObject({ email_verified: 'false' })
  })

  it('does not move a preferred name, nor an address where addresses are names', async () => {
    const [first, second] = [admin.newName(), admin.newName()]
    await admin.create(first, {}, aliases)
    await admin.create(second, {}, aliases)
    await update(first, { preferred_username: 'star' }, aliases)
    expect((await admin.get('star', aliases)).Username).toBe(first)
    expect(await refusalOf(update(second, { preferred_username: 'star' }, aliases))).toEqual([
      'AliasExistsException',
      'Already found an entry for the provided username.',
    ])
    await admin.create('one@example.com', {}, addresses)
    await admin.create('two@example.com', {}, addresses)
    expect(
      await refusalOf(
        update('two@example.com', { email: 'ONE@example.com', email_verified: 'true' }, addresses),
      ),
    ).toEqual(['AliasExistsException', 'An account with the email already exists.'])
    await update('two@example.com', { email: 'three@example.com' }, addresses)
    expect((await refusalOf(admin.get('two@example.com', addresses)))[0]).toBe(
      'UserNotFoundException',
    )
    expect((await admin.get('three@example.com', addresses)).UserStatus).toBe(
      'FORCE_CHANGE_PASSWORD',
    )
  })

  it('refuses control characters in names of attributes, and keeps them in values', async () => {
    const { username } = await admin.person()
    expect((await refusalOf(update(username, { 'custom:\u0000': 'x' })))[0]).toBe(
      'InvalidParameterException',
    )
    await update(username, { nickname: 'a\u0000b' })
    expect(await admin.attributesOf(username)).toMatchObject({ nickname: 'a\u0000b' })
  })
})

describe('AdminDeleteUserAttributes', () => {
  const remove = (username: string, ...UserAttributeNames: string[]) =>
    server.sdk.send(
      new AdminDeleteUserAttributesCommand({ ...admin.named(username), UserAttributeNames }),
    )

  it('removes attributes, an address with its flag', async () => {
    const { username } = await admin.person()
    await remove(username, 'email', 'nickname')
    const attributes = await admin.attributesOf(username)
    expect(attributes).not.toHaveProperty('email')
    expect(attributes).not.toHaveProperty('email_verified')
  })

  it('names every attribute that the schema lacks, and removes none', async () => {
    const { username, email } = await admin.person()
    expect(await refusalOf(remove(username, 'email', 'custom:a', 'custom:b'))).toEqual(
      invalid(
        'Invalid user attributes: user.custom:a: Attribute does not exist in the schema.\nuser.custom:b: Attribute does not exist in the schema.\n',
      ),
    )
    expect(await admin.attributesOf(username)).toMatchObject({ email })
  })

  it.each(['sub', 'name'])('does not remove %s, which is required', async (name) => {
    const { username } = await admin.person()
    expect((await refusalOf(remove(username, name)))[0]).toBe('InvalidParameterException')
    expect(await admin.attributesOf(username)).toHaveProperty(name)
  })
})
