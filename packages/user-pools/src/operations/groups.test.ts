import {
  AdminAddUserToGroupCommand,
  AdminDeleteUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  CreateGroupCommand,
  type CreateGroupCommandInput,
  DeleteGroupCommand,
  GetGroupCommand,
  ListGroupsCommand,
  ListUsersInGroupCommand,
  UpdateGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { everyFlow, signIn } from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
} from '../testing/test-server.ts'

let server: TestServer
let pool: TestPool
let groups = 0
let GroupName: string

beforeAll(async () => {
  server = await startTestServer()
  pool = await server.createPool({}, everyFlow)
  for (const username of ['jane', 'john', 'joan']) {
    await server.signUp(pool, { username, email: `${username}@example.com` })
  }
})

beforeEach(() => {
  groups += 1
  GroupName = `group${groups}`
})

afterAll(() => server.close())

const roleArn = 'arn:aws:iam::000000000000:role/admins'
const missing = ['ResourceNotFoundException', 'Group not found.']
const unknownUser = ['UserNotFoundException', 'User does not exist.']
const unknownPool = ['ResourceNotFoundException', 'User pool us-east-1_Nowhere00 does not exist.']

const create = async (input: Partial<CreateGroupCommandInput> = {}) => {
  const command = new CreateGroupCommand({ UserPoolId: pool.poolId, GroupName, ...input })
  return (await server.sdk.send(command)).Group
}
const get = async (name = GroupName) => {
  const command = new GetGroupCommand({ UserPoolId: pool.poolId, GroupName: name })
  return (await server.sdk.send(command)).Group
}
const remove = (name = GroupName) =>
  server.sdk.send(new DeleteGroupCommand({ UserPoolId: pool.poolId, GroupName: name }))
const add = (Username: string, name = GroupName) =>
  server.sdk.send(
    new AdminAddUserToGroupCommand({ UserPoolId: pool.poolId, Username, GroupName: name }),
  )
const take = (Username: string, name = GroupName) =>
  server.sdk.send(
    new AdminRemoveUserFromGroupCommand({ UserPoolId: pool.poolId, Username, GroupName: name }),
  )
const members = async (name = GroupName) => {
  const command = new ListUsersInGroupCommand({ UserPoolId: pool.poolId, GroupName: name })
  return ((await server.sdk.send(command)).Users ?? []).map(({ Username }) => Username).sort()
}
const groupsOf = async (Username: string) => {
  const command = new AdminListGroupsForUserCommand({ UserPoolId: pool.poolId, Username })
  return ((await server.sdk.send(command)).Groups ?? []).map((group) => group.GroupName)
}
const groupsInToken = async (username: string) => {
  const { idToken } = await signIn(server, pool, { username })
  const { 'cognito:groups': names = [] }: { 'cognito:groups'?: string[] } = decodeJwt(idToken)
  return names
}

describe('CreateGroup', () => {
  it('makes a group', async () => {
    const now = new Date(server.clock.nowMs())
    const given = { Description: 'Who may do all', RoleArn: roleArn, Precedence: 0 }
    const group = await create(given)
    expect(group).toEqual({
      ...given,
      GroupName,
      UserPoolId: pool.poolId,
      CreationDate: now,
      LastModifiedDate: now,
    })
    expect(await get()).toEqual(group)
    expect(Object.keys((await create({ GroupName: `${GroupName}b` })) ?? {})).not.toContain(
      'Precedence',
    )
  })

  it('makes one of a name', async () => {
    await create()
    expect(await refusalOf(create())).toEqual([
      'GroupExistsException',
      'A group with the name already exists.',
    ])
  })

  it.each<[string, Partial<CreateGroupCommandInput>]>([
    ['an empty name', { GroupName: '' }],
    ['a long name', { GroupName: 'x'.repeat(129) }],
    ['a name with a space', { GroupName: 'a b' }],
    ['a long description', { Description: 'x'.repeat(2049) }],
    ['a negative precedence', { Precedence: -1 }],
    ['a role that is no ARN', { RoleArn: 'admins' }],
  ])('refuses %s', async (_, input) => {
    expect((await refusalOf(create(input)))[0]).toBe('InvalidParameterException')
  })

  it('knows no pool that does not exist', async () => {
    expect(await refusalOf(create({ UserPoolId: 'us-east-1_Nowhere00' }))).toEqual(unknownPool)
  })
})

describe('UpdateGroup', () => {
  it('changes what it is given and leaves the rest', async () => {
    const before = await create({ Description: 'before', RoleArn: roleArn, Precedence: 5 })
    server.clock.advanceSeconds(60)
    const command = new UpdateGroupCommand({ UserPoolId: pool.poolId, GroupName, Precedence: 0 })
    const { Group } = await server.sdk.send(command)
    expect(Group).toEqual({
      ...before,
      Precedence: 0,
      LastModifiedDate: new Date(server.clock.nowMs()),
    })
    expect(await get()).toEqual(Group)
  })

  it('finds no group that does not exist', async () => {
    const command = new UpdateGroupCommand({ UserPoolId: pool.poolId, GroupName })
    expect(await refusalOf(server.sdk.send(command))).toEqual(missing)
  })
})

describe('membership', () => {
  it('begins once and ends once, however often it is asked', async () => {
    await create()
    await add('jane')
    await add('jane')
    expect(await members()).toEqual(['jane'])
    expect(await groupsOf('jane')).toContain(GroupName)
    expect(await groupsInToken('jane')).toContain(GroupName)
    await take('jane')
    await take('jane')
    expect(await members()).toEqual([])
    expect(await groupsOf('jane')).not.toContain(GroupName)
    expect(await groupsInToken('jane')).not.toContain(GroupName)
  })

  it('needs a group and a user', async () => {
    expect(await refusalOf(add('jane'))).toEqual(missing)
    expect(await refusalOf(take('jane'))).toEqual(missing)
    await create()
    expect(await refusalOf(add('nobody'))).toEqual(unknownUser)
    expect(await refusalOf(take('nobody'))).toEqual(unknownUser)
    expect(await refusalOf(groupsOf('nobody'))).toEqual(unknownUser)
  })

  it('ends with the user, and is not the next one’s of the name', async () => {
    await create()
    const user = { username: 'brief', email: 'brief@example.com' }
    await server.signUp(pool, user)
    await add('brief')
    const name = { UserPoolId: pool.poolId, Username: 'brief' }
    await server.sdk.send(new AdminDeleteUserCommand(name))
    expect(await members()).toEqual([])
    await server.signUp(pool, user)
    expect(await groupsOf('brief')).toEqual([])
    await server.sdk.send(new AdminDeleteUserCommand(name))
  })

  it('is of a hundred groups at most', async () => {
    const user = { username: 'joiner', email: 'joiner@example.com' }
    await server.signUp(pool, user)
    const names = Array.from({ length: 101 }, (_, index) => `${GroupName}-${index}`)
    await Promise.all(names.map((name) => create({ GroupName: name })))
    for (const name of names.slice(0, 100)) await add('joiner', name)
    expect((await refusalOf(add('joiner', names[100])))[0]).toBe('InvalidParameterException')
    // Who is in it already may be put there again.
    await add('joiner', names[0])
    expect(await groupsInToken('joiner')).toHaveLength(100)
  })
})

describe('DeleteGroup', () => {
  it('ends the group and who was in it, though its name comes again', async () => {
    await create()
    await add('jane')
    await remove()
    expect(await refusalOf(get())).toEqual(missing)
    expect(await refusalOf(members())).toEqual(missing)
    expect(await groupsOf('jane')).not.toContain(GroupName)
    await create()
    expect(await members()).toEqual([])
    expect(await groupsOf('jane')).not.toContain(GroupName)
    expect(await groupsInToken('jane')).not.toContain(GroupName)
  })

  it('finds no group that does not exist', async () => {
    expect(await refusalOf(remove())).toEqual(missing)
  })
})

describe('lists of groups and members', () => {
  it('come a page at a time, in order, each once', async () => {
    const listing = await server.createPool({}, everyFlow)
    const names = ['alpha', 'beta', 'delta', 'epsilon', 'gamma']
    const { poolId: UserPoolId } = listing
    await server.signUp(listing, { username: 'jane', email: 'jane@example.com' })
    for (const name of names.toReversed()) {
      await create({ UserPoolId, GroupName: name })
      await server.sdk.send(
        new AdminAddUserToGroupCommand({ UserPoolId, Username: 'jane', GroupName: name }),
      )
    }
    const pages: (string | undefined)[][] = []
    let NextToken: string | undefined
    do {
      const page = await server.sdk.send(new ListGroupsCommand({ UserPoolId, Limit: 2, NextToken }))
      pages.push((page.Groups ?? []).map((group) => group.GroupName))
      NextToken = page.NextToken
    } while (NextToken !== undefined)
    expect(pages).toEqual([['alpha', 'beta'], ['delta', 'epsilon'], ['gamma']])

    const first = await server.sdk.send(
      new AdminListGroupsForUserCommand({ UserPoolId, Username: 'jane', Limit: 4 }),
    )
    const second = await server.sdk.send(
      new AdminListGroupsForUserCommand({
        UserPoolId,
        Username: 'jane',
        Limit: 4,
        NextToken: first.NextToken,
      }),
    )
    expect([first.Groups?.length, second.Groups?.map((group) => group.GroupName)]).toEqual([
      4,
      ['gamma'],
    ])
    expect(second.NextToken).toBeUndefined()
  })

  it('of members tell the users, a page at a time', async () => {
    await create()
    for (const username of ['jane', 'john', 'joan']) await add(username)
    const list = (input: { Limit?: number; NextToken?: string | undefined }) =>
      server.sdk.send(new ListUsersInGroupCommand({ UserPoolId: pool.poolId, GroupName, ...input }))
    const first = await list({ Limit: 2 })
    const second = await list({ Limit: 2, NextToken: first.NextToken })
    const found = [...(first.Users ?? []), ...(second.Users ?? [])]
    expect(found.map(({ Username }) => Username).sort()).toEqual(['jane', 'joan', 'john'])
    expect(found[0]).toMatchObject({ Enabled: true, UserStatus: 'CONFIRMED' })
    expect(found[0]?.Attributes?.[0]?.Name).toBe('sub')
    expect(second.NextToken).toBeUndefined()
    // A limit of zero asks for the default.
    expect((await list({ Limit: 0 })).Users).toHaveLength(3)
  })

  it('refuse a limit beyond 60 and a token that is not theirs', async () => {
    const list = (input: { Limit?: number; NextToken?: string }) =>
      server.sdk.send(new ListGroupsCommand({ UserPoolId: pool.poolId, ...input }))
    expect(await refusalOf(list({ Limit: 61 }))).toEqual([
      'InvalidParameterException',
      "1 validation error detected: Value '61' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60",
    ])
    const { NextToken = '' } = await list({ Limit: 1 })
    const bad = ['InvalidParameterException', 'Invalid pagination token']
    expect(await refusalOf(list({ NextToken: `${NextToken}x`.slice(1) }))).toEqual(bad)
    const users = new AdminListGroupsForUserCommand({
      UserPoolId: pool.poolId,
      Username: 'jane',
      NextToken,
    })
    expect(await refusalOf(server.sdk.send(users))).toEqual(bad)
  })
})
