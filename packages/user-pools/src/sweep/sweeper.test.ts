import {
  AdminAddUserToGroupCommand,
  AdminGetUserCommand,
  CreateGroupCommand,
  CreateResourceServerCommand,
  CreateUserPoolCommand,
  DeleteGroupCommand,
  DeleteUserPoolCommand,
  ForgotPasswordCommand,
  InitiateAuthCommand,
  ListUsersInGroupCommand,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { openMemoryStore, type Store } from '@vivarium/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SessionsEnded, UserPoolEvent } from '../environment.ts'
import { addMember, requireGroup } from '../model/groups.ts'
import { answerSrp, dump, everyFlow, refusalOfToken, signIn } from '../testing/people.ts'
import { refusalOf, startTestServer, type TestServer } from '../testing/test-server.ts'
import { clearGroup } from './clear-groups.ts'
import { createSweeper, type Sweeper, sweepIntervalMs } from './sweeper.ts'

let server: TestServer
let store: Store
let ended: SessionsEnded[]
let events: UserPoolEvent[]

beforeEach(async () => {
  store = openMemoryStore()
  server = await startTestServer({ store })
  ended = []
  events = []
})

afterEach(async () => {
  await server.close()
  await store.close()
})

/** A sweeper of another process over the same store. */
const start = (over = store): Sweeper =>
  createSweeper({
    store: over,
    nowMs: server.clock.nowMs,
    nowSeconds: () => Math.floor(server.clock.nowMs() / 1000),
    sessionsEnded: async (what) => {
      ended.push(what)
    },
    onEvent: (event) => events.push(event),
  })

/** Sweeps once. */
async function sweep(): Promise<void> {
  const sweeper = start()
  await sweeper.idle()
  await sweeper.close()
}

/** Kinds of documents that are kept of a pool, by the letter of their keys. */
async function kindsOf(poolId: string): Promise<string> {
  const keys = [...(await dump(store)).keys()].filter((key) => key.includes(poolId))
  return [...new Set(keys.map((key) => key.charAt(1)))].sort().join('')
}

/** A pool with everything that a pool can have. */
async function fullPool() {
  const pool = await server.createPool({}, everyFlow)
  const { poolId: UserPoolId, clientId } = pool
  await server.signUp(pool, { username: 'jane', email: 'jane@example.com' })
  await server.sdk.send(new CreateGroupCommand({ UserPoolId, GroupName: 'admins' }))
  await server.sdk.send(
    new AdminAddUserToGroupCommand({ UserPoolId, GroupName: 'admins', Username: 'jane' }),
  )
  await server.sdk.send(
    new CreateResourceServerCommand({ UserPoolId, Identifier: 'movies', Name: 'Movies' }),
  )
  await answerSrp(server, pool, { username: 'jane' })
  const tokens = await signIn(server, pool, { username: 'jane' })
  await refusalOf(signIn(server, pool, { username: 'jane', password: 'wrong' }))
  await server.sdk.send(new ForgotPasswordCommand({ ClientId: clientId, Username: 'jane' }))
  return { ...pool, tokens }
}

describe('a deleted pool', () => {
  it('leaves nothing behind, and its users’ sign-ins are told to be over', async () => {
    const doomed = await fullPool()
    const other = await fullPool()
    const kept = await kindsOf(other.poolId)
    expect(await kindsOf(doomed.poolId)).toBe(kept)
    await server.sdk.send(new DeleteUserPoolCommand({ UserPoolId: doomed.poolId }))
    await sweep()
    expect(await kindsOf(doomed.poolId)).toBe('')
    const remains = [...(await dump(store)).entries()].flat().join('\n')
    expect(remains).not.toContain(doomed.clientId)
    expect(await kindsOf(other.poolId)).toBe(kept)
    expect([...ended, ...server.ended]).toContainEqual({
      userPoolId: doomed.poolId,
      userName: 'jane',
      sub: expect.any(String),
      reason: 'user-deleted',
    })
    await signIn(server, other, { username: 'jane' })
  })

  it('is cleared away by whoever comes next, if the first one stopped halfway', async () => {
    const doomed = await fullPool()
    await server.pools.close()
    await server.sdk.send(new DeleteUserPoolCommand({ UserPoolId: doomed.poolId }))
    const stopped = start()
    await stopped.close()
    expect(await kindsOf(doomed.poolId)).not.toBe('')
    await sweep()
    expect(await kindsOf(doomed.poolId)).toBe('')
  })

  it('gives its id again only when nothing is left of it', async () => {
    const UserPoolTags = { _custom_id_: 'us-east-1_Again0001' }
    const create = () =>
      server.sdk.send(new CreateUserPoolCommand({ PoolName: 'again', UserPoolTags }))
    await create()
    await server.pools.close()
    await server.sdk.send(new DeleteUserPoolCommand({ UserPoolId: 'us-east-1_Again0001' }))
    expect(await refusalOf(create())).toEqual([
      'InvalidParameterException',
      'User pool us-east-1_Again0001 already exists.',
    ])
    await sweep()
    await create()
  })
})

describe('a deleted group', () => {
  const members = 600

  async function bigGroup(): Promise<{ UserPoolId: string; GroupName: string }> {
    const { poolId: UserPoolId } = await server.createPool()
    const name = { UserPoolId, GroupName: 'big' }
    await server.sdk.send(new CreateGroupCommand(name))
    await store.transact((transaction) => {
      const group = requireGroup(transaction, UserPoolId, 'big')
      for (let count = 0; count < members; count += 1) {
        const user = {
          username: `u${count}`,
          sub: `s${count}`,
          status: 'CONFIRMED' as const,
          isEnabled: true,
          attributes: {},
          createdAtMs: 0,
          modifiedAtMs: 0,
          generation: 0,
        }
        addMember(transaction, UserPoolId, { group, user })
      }
    })
    return name
  }
  const entries = async () =>
    [...(await dump(store)).keys()].filter((key) => 'hmn'.includes(key.charAt(1)))

  it('leaves nothing behind', async () => {
    const name = await bigGroup()
    expect(await entries()).toHaveLength(2 * members)
    await server.sdk.send(new DeleteGroupCommand(name))
    await sweep()
    expect(await entries()).toEqual([])
  })

  it('gives its members to no group of the same name, be it made at once', async () => {
    const name = await bigGroup()
    await server.pools.close()
    await server.sdk.send(new DeleteGroupCommand(name))
    expect((await entries()).length).toBeGreaterThan(2 * members)
    await server.sdk.send(new CreateGroupCommand(name))
    expect(await entries()).toEqual([])
    const { Users } = await server.sdk.send(new ListUsersInGroupCommand(name))
    expect(Users).toEqual([])
  })

  it('takes nobody out of its successor, however late it is cleared', async () => {
    const pool = await server.createPool()
    const { poolId: UserPoolId } = pool
    const name = { UserPoolId, GroupName: 'small' }
    await server.signUp(pool, { username: 'jane', email: 'jane@example.com' })
    await server.sdk.send(new CreateGroupCommand(name))
    await server.sdk.send(new DeleteGroupCommand(name))
    await server.sdk.send(new CreateGroupCommand(name))
    await server.sdk.send(new AdminAddUserToGroupCommand({ ...name, Username: 'jane' }))
    await clearGroup(store, UserPoolId, 'small')
    const { Users } = await server.sdk.send(new ListUsersInGroupCommand(name))
    expect(Users?.map(({ Username }) => Username)).toEqual(['jane'])
  })
})

describe('what has had its time', () => {
  const day = 24 * 60 * 60

  it('is forgotten, and nothing else is', async () => {
    const pool = await fullPool()
    const everything = await kindsOf(pool.poolId)
    for (const kind of 'rtoq') expect(everything).toContain(kind)
    await sweep()
    expect(await kindsOf(pool.poolId)).toBe(everything)

    server.clock.advanceSeconds(2 * 60 * 60)
    await sweep()
    const lasting = everything.replace(/[toq]/g, '')
    expect(await kindsOf(pool.poolId)).toBe(lasting)
    // The sign-in goes on.
    await server.sdk.send(
      new InitiateAuthCommand({
        ClientId: pool.clientId,
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN: pool.tokens.refreshToken },
      }),
    )

    server.clock.advanceSeconds(30 * day)
    await sweep()
    expect(await kindsOf(pool.poolId)).toBe(lasting)
    server.clock.advanceSeconds(day)
    await sweep()
    expect(await kindsOf(pool.poolId)).toBe(lasting.replace('r', ''))
    const name = { UserPoolId: pool.poolId, Username: 'jane' }
    expect((await server.sdk.send(new AdminGetUserCommand(name))).UserStatus).toBe('CONFIRMED')
  })

  it('is no less over while it is still there', async () => {
    const pool = await fullPool()
    server.clock.advanceSeconds(2 * 60 * 60)
    expect(await refusalOfToken(server, pool.tokens.accessToken)).toEqual([
      'NotAuthorizedException',
      'Access Token has expired',
    ])
  })

  it('is not forgotten if it became something else since it was looked at', async () => {
    const pool = await server.createPool({}, everyFlow)
    await server.signUp(pool, { username: 'jane', email: 'jane@example.com' })
    const fail = () => refusalOf(signIn(server, pool, { username: 'jane', password: 'wrong' }))
    await fail()
    server.clock.advanceSeconds(2 * 60 * 60)
    let writes = 0
    const sweeper = start({
      ...store,
      async transact(body, options) {
        // Somebody fails to sign in between the look and the write.
        if (options?.intent === 'write') {
          writes += 1
          await fail()
        }
        return store.transact(body, options)
      },
    })
    await sweeper.idle()
    await sweeper.close()
    expect(writes).toBe(1)
    expect(await kindsOf(pool.poolId)).toContain('q')
  })

  it('is looked for by one process at a time, every ten minutes', async () => {
    const pool = await fullPool()
    // Later than whatever the server’s own sweeper wrote when it started.
    server.clock.advanceSeconds(2 * 60 * 60)
    await sweep()
    const [, due = ''] =
      [...(await dump(store)).entries()].find(([key]) => key.charAt(1) === 'w') ?? []
    expect(JSON.parse(due)).toEqual({ atMs: server.clock.nowMs() + sweepIntervalMs })
    await server.sdk.send(new ForgotPasswordCommand({ ClientId: pool.clientId, Username: 'jane' }))
    expect(await kindsOf(pool.poolId)).toContain('o')
    server.clock.advanceSeconds(sweepIntervalMs / 1000 - 1)
    const before = await dump(store)
    await sweep()
    expect(await dump(store)).toEqual(before)
    server.clock.advanceSeconds(1)
    await sweep()
    expect(await dump(store)).not.toEqual(before)
  })
})

describe('a sweep that cannot go on', () => {
  it('says so, and disturbs nobody', async () => {
    const closed = openMemoryStore()
    await closed.close()
    const sweeper = start(closed)
    await sweeper.idle()
    expect(events).toEqual([{ kind: 'store-failed', operation: 'sweep', code: 'closed' }])
    await sweeper.close()
    const pool = await server.createPool()
    await server.sdk.send(new UpdateUserPoolCommand({ UserPoolId: pool.poolId }))
  })
})
