import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  ListUsersCommand,
  type ListUsersCommandInput,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saveUser } from '../model/names.ts'
import { readPool } from '../model/pools.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
} from '../testing/test-server.ts'

let server: TestServer
let pool: TestPool
const subs = new Map<string, string>()

const people = [
  { username: 'Ada', email: 'ada@Example.com', name: 'Ada "the first" Lovelace', phone: '+4412' },
  { username: 'ada2', email: 'ada2@example.com', name: 'Ada\\B', phone: '+4413' },
  { username: 'grace', email: 'grace@example.org', name: 'Grace Hopper', phone: '+12065550100' },
  { username: 'zoë', email: 'zoe@example.org', name: 'Zoë Ä', phone: '+4914' },
]

beforeAll(async () => {
  server = await startTestServer()
  pool = await server.createPool({
    Schema: [{ Name: 'tenant', AttributeDataType: 'String' }],
  })
  for (const { username, email, name, phone } of people) {
    const { User } = await server.sdk.send(
      new AdminCreateUserCommand({
        UserPoolId: pool.poolId,
        Username: username,
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: email },
          { Name: 'name', Value: name },
          { Name: 'phone_number', Value: phone },
        ],
      }),
    )
    subs.set(username, User?.Attributes?.find(({ Name }) => Name === 'sub')?.Value ?? '')
  }
  await server.signUp(pool, { username: 'self', email: 'self@example.net' })
  await server.sdk.send(new AdminDisableUserCommand({ UserPoolId: pool.poolId, Username: 'grace' }))
})

afterAll(() => server.close())

const list = (input: Partial<ListUsersCommandInput> = {}) =>
  server.sdk.send(new ListUsersCommand({ UserPoolId: pool.poolId, ...input }))
const found = async (Filter: string) =>
  ((await list({ Filter })).Users ?? []).map(({ Username }) => Username)

describe('ListUsers', () => {
  it('tells the users of the pool', async () => {
    const { Users = [], PaginationToken } = await list()
    expect(Users.map(({ Username }) => Username)).toEqual(['Ada', 'ada2', 'grace', 'self', 'zoë'])
    expect(Users[0]).toEqual({
      Username: 'Ada',
      Attributes: [
        { Name: 'sub', Value: subs.get('Ada') },
        { Name: 'email', Value: 'ada@Example.com' },
        { Name: 'name', Value: 'Ada "the first" Lovelace' },
        { Name: 'phone_number', Value: '+4412' },
      ],
      UserCreateDate: new Date(server.clock.nowMs()),
      UserLastModifiedDate: new Date(server.clock.nowMs()),
      Enabled: true,
      UserStatus: 'FORCE_CHANGE_PASSWORD',
    })
    expect(PaginationToken).toBeUndefined()
  })

  it('tells only the attributes that are asked for', async () => {
    const { Users = [] } = await list({ AttributesToGet: ['email', 'custom:tenant'] })
    expect(Users[0]?.Attributes).toEqual([{ Name: 'email', Value: 'ada@Example.com' }])
    expect((await list({ AttributesToGet: [] })).Users?.[0]?.Attributes).toEqual([])
    expect((await refusalOf(list({ AttributesToGet: ['custom:none'] })))[0]).toBe(
      'InvalidParameterException',
    )
  })

  it.each<[string, readonly string[]]>([
    ['username = "Ada"', ['Ada']],
    ['username = "ada"', []],
    ['username ^= "ada"', ['ada2']],
    ['username ^= ""', ['Ada', 'ada2', 'grace', 'self', 'zoë']],
    ['username="zoë"', ['zoë']],
    ['email = "ada@example.com"', ['Ada']],
    ['email^="ADA"', ['Ada', 'ada2']],
    ['email = "ada"', []],
    ['phone_number ^= "+44"', ['Ada', 'ada2']],
    ['name ^= "Ada"', ['Ada', 'ada2']],
    ['name = "Ada \\"the first\\" Lovelace"', ['Ada']],
    ['name = "Ada\\\\B"', ['ada2']],
    ['name ^= "zoë ä"', ['zoë']],
    ['given_name = "Ada"', []],
    ['cognito:user_status = "confirmed"', ['self']],
    ['cognito:user_status = "FORCE_CHANGE_PASSWORD"', ['Ada', 'ada2', 'grace', 'zoë']],
    ['status = "Disabled"', ['grace']],
    ['status = "disabled"', []],
    ['  status   =   "Enabled"  ', ['Ada', 'ada2', 'self', 'zoë']],
    ['', ['Ada', 'ada2', 'grace', 'self', 'zoë']],
  ])('with the condition %s finds %j', async (filter, names) => {
    expect(await found(filter)).toEqual(names)
  })

  it('finds a user by the sub', async () => {
    expect(await found(`sub = "${subs.get('ada2')}"`)).toEqual(['ada2'])
    expect(await found(`sub ^= "${subs.get('ada2')?.slice(0, 13)}"`)).toEqual(['ada2'])
  })

  it.each([
    'username',
    'username = Ada',
    "username = 'Ada'",
    'username == "Ada"',
    'username $= "Ada"',
    'username = "Ada" and status = "Enabled"',
    'username = "Ada',
    'username = "Ada\\"',
    '= "Ada"',
    '"Ada"',
  ])('does not understand %s', async (filter) => {
    expect(await refusalOf(list({ Filter: filter }))).toEqual([
      'InvalidParameterException',
      'Error while parsing filter',
    ])
  })

  it.each(['custom:tenant', 'nickname', 'Username', '__proto__'])(
    'does not search %s',
    async (name) => {
      expect(await refusalOf(list({ Filter: `${name} = "x"` }))).toEqual([
        'InvalidParameterException',
        `Invalid search attribute: ${name}`,
      ])
    },
  )

  it('reads a hostile condition in no time', async () => {
    const filter = `username = "${'\\'.repeat(240)}`
    expect((await refusalOf(list({ Filter: filter })))[0]).toBe('InvalidParameterException')
    expect((await refusalOf(list({ Filter: 'x'.repeat(257) })))[0]).toBe(
      'InvalidParameterException',
    )
  })

  it('comes a page at a time, with a condition or without', async () => {
    const pages = async (input: Partial<ListUsersCommandInput>) => {
      const names: (string | undefined)[][] = []
      let PaginationToken: string | undefined
      do {
        const page = await list({ ...input, PaginationToken })
        names.push((page.Users ?? []).map(({ Username }) => Username))
        PaginationToken = page.PaginationToken
      } while (PaginationToken !== undefined)
      return names
    }
    expect(await pages({ Limit: 2 })).toEqual([['Ada', 'ada2'], ['grace', 'self'], ['zoë']])
    expect((await pages({ Limit: 2, Filter: 'email ^= "ada"' })).flat()).toEqual(['Ada', 'ada2'])
    expect((await pages({ Limit: 5 })).flat()).toHaveLength(5)
    expect((await pages({ Limit: 0 })).flat()).toHaveLength(5)
  })

  it('goes on only with a token of the same list', async () => {
    const { PaginationToken } = await list({ Limit: 1 })
    const bad = ['InvalidParameterException', 'Invalid pagination token']
    expect(await refusalOf(list({ PaginationToken, Filter: 'email ^= "a"' }))).toEqual(bad)
    expect(await refusalOf(list({ PaginationToken: 'nonsense' }))).toEqual(bad)
    const other = await server.createPool()
    expect(await refusalOf(list({ PaginationToken, UserPoolId: other.poolId }))).toEqual(bad)
    // Who deletes a user between two pages loses none of the others.
    expect((await list({ Limit: 10, PaginationToken })).Users).toHaveLength(4)
  })

  it('looks through a pool that is longer than one step', async () => {
    const big = await startTestServer({ store: server.store, clock: server.clock })
    const many = await big.createPool()
    const names = Array.from({ length: 1_100 }, (_, index) => `u${String(index).padStart(4, '0')}`)
    const record = (username: string, index: number) => ({
      username,
      sub: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      status: 'CONFIRMED' as const,
      isEnabled: true,
      attributes: { name: index === 1_050 ? 'needle' : 'hay' },
      createdAtMs: 0,
      modifiedAtMs: 0,
      generation: 0,
    })
    await server.store.transact((transaction) => {
      const target = readPool(transaction, many.poolId)
      for (const [index, username] of names.entries()) {
        saveUser(transaction, target, { after: record(username, index) })
      }
    })
    const filtered = async (Filter: string, Limit = 60) => {
      const command = new ListUsersCommand({ UserPoolId: many.poolId, Filter, Limit })
      return big.sdk.send(command)
    }
    const needle = await filtered('name = "needle"')
    expect(needle.Users?.map(({ Username }) => Username)).toEqual(['u1050'])
    expect(needle.PaginationToken).toBeUndefined()
    const hay = await filtered('name = "hay"')
    expect(hay.Users).toHaveLength(60)
    expect(hay.PaginationToken).toBeDefined()
    await big.close()
  })

  it('knows no pool that does not exist', async () => {
    expect(await refusalOf(list({ UserPoolId: 'us-east-1_Nowhere00' }))).toEqual([
      'ResourceNotFoundException',
      'User pool us-east-1_Nowhere00 does not exist.',
    ])
    expect((await refusalOf(list({ Limit: 61 })))[0]).toBe('InvalidParameterException')
  })
})
