import {
  CreateUserPoolClientCommand,
  type CreateUserPoolClientCommandInput,
  DeleteUserPoolClientCommand,
  DescribeUserPoolClientCommand,
  ListUserPoolClientsCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../model/clients.ts'
import { everyFlow, refusalOfToken, signIn } from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
} from '../testing/test-server.ts'

let server: TestServer
let pool: TestPool
let other: TestPool

beforeAll(async () => {
  server = await startTestServer()
  const schema = { Schema: [{ Name: 'tenant', AttributeDataType: 'String' as const }] }
  pool = await server.createPool(schema, everyFlow)
  other = await server.createPool()
})

afterAll(() => server.close())

const create = async (input: Partial<CreateUserPoolClientCommandInput> = {}) => {
  const command = new CreateUserPoolClientCommand({
    UserPoolId: pool.poolId,
    ClientName: 'app',
    ...input,
  })
  return (await server.sdk.send(command)).UserPoolClient ?? {}
}
const describeClient = async (ClientId = '', UserPoolId = pool.poolId) => {
  const command = new DescribeUserPoolClientCommand({ UserPoolId, ClientId })
  return (await server.sdk.send(command)).UserPoolClient ?? {}
}
const unknownPool = ['ResourceNotFoundException', 'User pool us-east-1_Nowhere00 does not exist.']
const unknownClient = (id: string) => [
  'ResourceNotFoundException',
  `User pool client ${id} does not exist.`,
]

describe('CreateUserPoolClient', () => {
  it('makes a client without a secret, with the defaults', async () => {
    const client = await create()
    const now = new Date(server.clock.nowMs())
    expect(client).toEqual({
      UserPoolId: pool.poolId,
      ClientName: 'app',
      ClientId: expect.stringMatching(/^[0-9a-z]{26}$/),
      LastModifiedDate: now,
      CreationDate: now,
      RefreshTokenValidity: 30,
      TokenValidityUnits: {},
      AllowedOAuthFlowsUserPoolClient: false,
      PreventUserExistenceErrors: 'LEGACY',
      EnableTokenRevocation: true,
      EnablePropagateAdditionalUserContextData: false,
      AuthSessionValidity: 3,
    })
    expect(await describeClient(client.ClientId)).toEqual(client)
  })

  it('keeps what it is given', async () => {
    const given = {
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      AccessTokenValidity: 5,
      IdTokenValidity: 10,
      RefreshTokenValidity: 60,
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
      ReadAttributes: ['email', 'custom:tenant'],
      WriteAttributes: ['email'],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: false,
      AuthSessionValidity: 15,
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 60 },
    } satisfies Partial<CreateUserPoolClientCommandInput>
    expect(await create(given)).toMatchObject(given)
  })

  it('draws a secret, takes a chosen one, or gives none', async () => {
    const drawn = await create({ GenerateSecret: true })
    expect(drawn.ClientSecret).toMatch(/^[0-9a-z]{52}$/)
    expect((await create({ GenerateSecret: true })).ClientSecret).not.toBe(drawn.ClientSecret)
    expect((await create({ GenerateSecret: false })).ClientSecret).toBeUndefined()
    const ClientSecret = 'chosen+by_somebody_else_1'
    expect((await create({ ClientSecret })).ClientSecret).toBe(ClientSecret)
  })

  it.each<[string, Partial<CreateUserPoolClientCommandInput>]>([
    ['5 minutes', { AccessTokenValidity: 5, TokenValidityUnits: { AccessToken: 'minutes' } }],
    ['a day', { IdTokenValidity: 24 }],
    ['an hour', { RefreshTokenValidity: 60, TokenValidityUnits: { RefreshToken: 'minutes' } }],
    ['ten years', { RefreshTokenValidity: 3650 }],
    ['no time at all, which is the default', { RefreshTokenValidity: 0 }],
  ])('takes a lifetime of %s', async (_, input) => {
    expect((await create(input)).ClientId).toBeDefined()
  })

  it.each<[string, Partial<CreateUserPoolClientCommandInput>]>([
    ['4 minutes', { AccessTokenValidity: 4, TokenValidityUnits: { AccessToken: 'minutes' } }],
    ['25 hours', { IdTokenValidity: 25 }],
    ['59 minutes', { RefreshTokenValidity: 59, TokenValidityUnits: { RefreshToken: 'minutes' } }],
    ['more than ten years', { RefreshTokenValidity: 3651 }],
  ])('refuses a lifetime of %s', async (_, input) => {
    expect(await refusalOf(create(input))).toEqual([
      'InvalidParameterException',
      'Invalid range for token validity.',
    ])
  })

  it.each<[string, Partial<CreateUserPoolClientCommandInput>]>([
    [
      'old and new names of flows',
      { ExplicitAuthFlows: ['USER_PASSWORD_AUTH', 'ALLOW_CUSTOM_AUTH'] },
    ],
    ['reading what is not in the schema', { ReadAttributes: ['custom:none'] }],
    ['writing what is not in the schema', { WriteAttributes: ['custom:none'] }],
    ['writing a flag', { WriteAttributes: ['email_verified'] }],
    ['writing the sub', { WriteAttributes: ['sub'] }],
    ['a short session', { AuthSessionValidity: 2 }],
    ['a long session', { AuthSessionValidity: 16 }],
    ['a long grace', { RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 61 } }],
    ['a name with a slash', { ClientName: 'a/b' }],
    ['a short secret', { ClientSecret: 'x'.repeat(23) }],
    ['two secrets', { GenerateSecret: true, ClientSecret: 'x'.repeat(24) }],
  ])('refuses %s', async (_, input) => {
    expect((await refusalOf(create(input)))[0]).toBe('InvalidParameterException')
  })

  it('makes a thousand clients in a pool, and no more', async () => {
    const { poolId: UserPoolId } = await server.createPool()
    await server.store.transact((transaction) => {
      for (let count = 1; count < 999; count += 1) {
        createClient(transaction, {
          id: `client${count}`,
          poolId: UserPoolId,
          name: 'app',
          createdAtMs: 0,
          modifiedAtMs: 0,
          settings: {},
        })
      }
    })
    await create({ UserPoolId })
    expect(await refusalOf(create({ UserPoolId }))).toEqual([
      'LimitExceededException',
      'The limit of 1000 clients is reached.',
    ])
  })

  it('knows no pool that does not exist', async () => {
    expect(await refusalOf(create({ UserPoolId: 'us-east-1_Nowhere00' }))).toEqual(unknownPool)
  })
})

describe('DescribeUserPoolClient', () => {
  it('finds a client in its own pool alone', async () => {
    expect(await refusalOf(describeClient(pool.clientId, other.poolId))).toEqual(
      unknownClient(pool.clientId),
    )
    expect(await refusalOf(describeClient('nobody'))).toEqual(unknownClient('nobody'))
    expect(await refusalOf(describeClient(pool.clientId, 'us-east-1_Nowhere00'))).toEqual(
      unknownPool,
    )
  })
})

describe('UpdateUserPoolClient', () => {
  const update = async (
    ClientId: string | undefined,
    input: Partial<CreateUserPoolClientCommandInput> = {},
  ) =>
    (
      await server.sdk.send(
        new UpdateUserPoolClientCommand({ ClientId, ...{ UserPoolId: pool.poolId, ...input } }),
      )
    ).UserPoolClient ?? {}

  it('puts back to its default what it is not given, but for the name and the secret', async () => {
    const before = await create({
      GenerateSecret: true,
      AccessTokenValidity: 2,
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: false,
      ReadAttributes: ['email'],
    })
    server.clock.advanceSeconds(60)
    const after = await update(before.ClientId, { AuthSessionValidity: 9 })
    expect(after).toEqual({
      ...(await create()),
      ClientId: before.ClientId,
      ClientSecret: before.ClientSecret,
      AuthSessionValidity: 9,
      CreationDate: before.CreationDate,
    })
    expect(await describeClient(before.ClientId)).toEqual(after)
    expect((await update(before.ClientId, { ClientName: 'renamed' })).ClientName).toBe('renamed')
  })

  it('refuses what cannot be, and changes nothing', async () => {
    const before = await create({ AccessTokenValidity: 2 })
    expect(await refusalOf(update(before.ClientId, { AccessTokenValidity: 25 }))).toEqual([
      'InvalidParameterException',
      'Invalid range for token validity.',
    ])
    expect(await describeClient(before.ClientId)).toEqual(before)
  })

  it('finds a client in its own pool alone', async () => {
    expect(await refusalOf(update(pool.clientId, { UserPoolId: other.poolId }))).toEqual(
      unknownClient(pool.clientId),
    )
  })
})

describe('ListUserPoolClients', () => {
  it('lists the clients of one pool, a page at a time', async () => {
    const { poolId: UserPoolId, clientId } = await server.createPool()
    const made = [clientId]
    for (let count = 0; count < 4; count += 1) {
      made.push((await create({ UserPoolId })).ClientId ?? '')
    }
    const listed: unknown[] = []
    let NextToken: string | undefined
    do {
      const page = await server.sdk.send(
        new ListUserPoolClientsCommand({ UserPoolId, MaxResults: 2, NextToken }),
      )
      listed.push(...(page.UserPoolClients ?? []))
      NextToken = page.NextToken
    } while (NextToken !== undefined)
    expect(listed).toEqual(
      made.sort().map((ClientId) => ({
        ClientId,
        UserPoolId,
        ClientName: ClientId === clientId ? 'web' : 'app',
      })),
    )
  })

  it('goes on only with a token of the same list, for an hour', async () => {
    const list = (UserPoolId: string, NextToken?: string) =>
      server.sdk.send(new ListUserPoolClientsCommand({ UserPoolId, MaxResults: 1, NextToken }))
    const { NextToken } = await list(pool.poolId)
    const bad = ['InvalidParameterException', 'Invalid pagination token']
    expect(await refusalOf(list(other.poolId, NextToken))).toEqual(bad)
    server.clock.advanceSeconds(60 * 60)
    await list(pool.poolId, NextToken)
    server.clock.advanceSeconds(1)
    expect(await refusalOf(list(pool.poolId, NextToken))).toEqual(bad)
  })

  it('knows no pool that does not exist', async () => {
    const command = new ListUserPoolClientsCommand({ UserPoolId: 'us-east-1_Nowhere00' })
    expect(await refusalOf(server.sdk.send(command))).toEqual(unknownPool)
  })
})

describe('DeleteUserPoolClient', () => {
  const remove = (ClientId: string, UserPoolId = pool.poolId) =>
    server.sdk.send(new DeleteUserPoolClientCommand({ UserPoolId, ClientId }))

  it('ends the client and its tokens, and no other', async () => {
    await server.signUp(pool, { username: 'jane', email: 'jane@example.com' })
    const doomed = { ...pool, clientId: (await create(everyFlow)).ClientId ?? '' }
    const through = await signIn(server, doomed, { username: 'jane' })
    const beside = await signIn(server, pool, { username: 'jane' })
    await remove(doomed.clientId)
    expect(await refusalOf(describeClient(doomed.clientId))).toEqual(unknownClient(doomed.clientId))
    expect(await refusalOfToken(server, through.accessToken)).toEqual(
      unknownClient(doomed.clientId),
    )
    expect(await refusalOf(refusalOfToken(server, beside.accessToken))).toEqual([
      'Error',
      'The call was answered',
    ])
  })

  it('finds a client in its own pool alone', async () => {
    expect(await refusalOf(remove(pool.clientId, other.poolId))).toEqual(
      unknownClient(pool.clientId),
    )
    expect(await refusalOf(remove('nobody'))).toEqual(unknownClient('nobody'))
  })
})
