import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import faunadb, { type Client } from 'faunadb'
import { describe, expect, test } from 'vitest'
import { codeOf, seededDataApi } from '../seed/seeded-data-api.test-data.ts'
import { signInWith, userPoolId } from '../seed/sign-in.test-data.ts'
import { createSignOutHandler, type SignOutFailure } from './sign-out-handler.ts'

const { query: q } = faunadb

const ann = { sub: 'ann-sub' }
const bob = { sub: 'bob-sub' }

/** A seeded data API with its handler, and what the handler failed at. */
async function signOutFrom(serverKey?: string | (() => string)) {
  const api = await seededDataApi()
  const failures: SignOutFailure[] = []
  const signOut = createSignOutHandler({
    endpoint: api.endpoint,
    serverKey: serverKey ?? api.serverKey,
    onFailure: (failure) => failures.push(failure),
  })
  return {
    ...api,
    failures,
    signOut,
    signIn: signInWith(api),
    async [Symbol.asyncDispose]() {
      await signOut.close()
      await api[Symbol.asyncDispose]()
    },
  }
}

const isAlive = async (client: Client) => (await codeOf(client, q.Now())) === undefined

describe('signing out', () => {
  test('of one sign-in ends its tokens, those it was refreshed to among them', async () => {
    await using api = await signOutFrom()
    const ours = await api.signIn(ann, { originJti: 'one' })
    const other = await api.signIn(ann, { originJti: 'two' })
    await ours.refresh.query(q.Call('refresh'))
    await api.signOut({ userPoolId, sub: 'ann-sub', originJti: 'one' })
    expect(await isAlive(ours.access)).toBe(false)
    expect(await isAlive(ours.refresh)).toBe(false)
    expect(await isAlive(other.access)).toBe(true)
    expect(await isAlive(other.refresh)).toBe(true)
    const left = await api.root.query<{ data: unknown[] }>(q.Paginate(q.Tokens()))
    expect(left.data).toHaveLength(2)
    expect(api.failures).toEqual([])
  })

  test('everywhere ends all tokens of the user, and nobody else’s', async () => {
    await using api = await signOutFrom()
    const sessions = [await api.signIn(ann), await api.signIn(ann)]
    const other = await api.signIn(bob)
    await api.signOut({ userPoolId, sub: 'ann-sub' })
    for (const { access, refresh } of sessions) {
      expect(await isAlive(access)).toBe(false)
      expect(await isAlive(refresh)).toBe(false)
    }
    expect(await isAlive(other.access)).toBe(true)
  })

  test('ends more tokens than one query deletes', async () => {
    await using api = await signOutFrom()
    const { userId } = await api.signIn(ann)
    const account = q.Ref(q.Collection('Account'), userId)
    await api.root.query(
      q.Foreach(
        Array.from({ length: 600 }, (_, count) => count),
        q.Lambda('_', q.Create(q.Tokens(), { instance: account, data: { session: 'x' } })),
      ),
    )
    await api.signOut({ userPoolId, sub: 'ann-sub' })
    expect(await api.root.query(q.Count(q.Tokens()))).toBe(0)
  })

  test('ends every token although they are refreshed meanwhile', async () => {
    await using api = await signOutFrom()
    const sessions = await Promise.all(
      Array.from({ length: 5 }, () => api.signIn(ann, { originJti: 'one' })),
    )
    const refreshing = sessions.map(({ refresh }) => codeOf(refresh, q.Call('refresh')))
    await api.signOut({ userPoolId, sub: 'ann-sub', originJti: 'one' })
    await Promise.all(refreshing)
    expect(await api.root.query(q.Paginate(q.Tokens()))).toEqual({ data: [] })
    expect(api.failures).toEqual([])
  })

  test.each([
    ['without an account', { sub: 'nobody' }],
    ['of a sign-in without tokens', { sub: 'ann-sub', originJti: 'unknown' }],
    ['of the same name in another pool', { userPoolId: 'us-east-1_Other', sub: 'ann-sub' }],
  ])('of somebody %s changes nothing', async (_, ended) => {
    await using api = await signOutFrom()
    const { access } = await api.signIn(ann)
    await api.signOut({ userPoolId, ...ended })
    expect(await isAlive(access)).toBe(true)
    expect(api.failures).toEqual([])
  })
})

describe('a failure', () => {
  test('of the key is reported, not thrown', async () => {
    await using api = await signOutFrom('fnAwrong')
    await api.signOut({ userPoolId, sub: 'ann-sub' })
    expect(api.failures).toEqual([
      { userPoolId, sub: 'ann-sub', reason: expect.stringMatching(/^unauthorized/) },
    ])
  })

  test('of the connection is reported after some attempts', async () => {
    const failures: SignOutFailure[] = []
    const signOut = createSignOutHandler({
      endpoint: 'http://127.0.0.1:1',
      serverKey: 'fnAkey',
      onFailure: (failure) => failures.push(failure),
      retries: { attempts: 3, pauseMs: 1 },
    })
    await signOut({ userPoolId, sub: 'ann-sub', originJti: 'one' })
    expect(failures).toEqual([{ userPoolId, sub: 'ann-sub', reason: expect.any(String) }])
    await signOut.close()
  })

  test.each([409, 429, 503])('with status %i is tried again', async (status) => {
    const requests: number[] = []
    await using server = await answering(() => {
      requests.push(status)
      return requests.length < 3
        ? { status, body: { errors: [{ code: 'x', description: 'y' }] } }
        : { status: 200, body: { resource: 0 } }
    })
    const failures: SignOutFailure[] = []
    const signOut = createSignOutHandler({
      endpoint: server.endpoint,
      serverKey: 'fnAkey',
      onFailure: (failure) => failures.push(failure),
      retries: { pauseMs: 1 },
    })
    await signOut({ userPoolId, sub: 'ann-sub' })
    expect(requests).toHaveLength(3)
    expect(failures).toEqual([])
    await signOut.close()
  })

  test('with status 403 is not', async () => {
    let requests = 0
    await using server = await answering(() => {
      requests += 1
      return { status: 403, body: { errors: [{ code: 'permission denied', description: 'y' }] } }
    })
    const failures: SignOutFailure[] = []
    const signOut = createSignOutHandler({
      endpoint: server.endpoint,
      serverKey: 'fnAkey',
      onFailure: (failure) => failures.push(failure),
    })
    await signOut({ userPoolId, sub: 'ann-sub' })
    expect(requests).toBe(1)
    expect(failures).toEqual([{ userPoolId, sub: 'ann-sub', reason: 'permission denied' }])
    await signOut.close()
  })
})

test('the key is asked for at each sign-out, so that it may change', async () => {
  let key = 'fnAbefore'
  await using api = await signOutFrom(() => key)
  const { access } = await api.signIn(ann)
  await api.signOut({ userPoolId, sub: 'ann-sub' })
  expect(api.failures).toHaveLength(1)
  key = api.serverKey
  await api.signOut({ userPoolId, sub: 'ann-sub' })
  expect(api.failures).toHaveLength(1)
  expect(await isAlive(access)).toBe(false)
})

test('the endpoint is never *.fauna.com', () => {
  expect(() =>
    createSignOutHandler({ endpoint: 'https://db.fauna.com', serverKey: 'fnAkey' }),
  ).toThrow('is not a data API any more')
})

/** A server that gives these answers to whatever it is asked. */
async function answering(answer: () => { status: number; body: unknown }) {
  const server = createServer((_, response) => {
    const { status, body } = answer()
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
