/** What queries cost on a store across a network: how often they wait for it, once the schema is known. */
import { isOnPostgres, openTestStore } from '@vivarium/store/testing'
import type { ExprArg } from 'faunadb'
import { expect, it, onTestFinished } from 'vitest'
import { q, type TestCaller, TestClock, testDataApi } from './testing/test-data-api.ts'

const movies = q.Collection('movies')
const movie = q.Ref(movies, 1)
const movieOf = (n: number) => ({ data: { n, public: true } })

/** A token whose role is found by a predicate, a server key, and how often a query of theirs waits. */
async function open() {
  const clock = new TestClock()
  const store = openTestStore({ now: clock.now, suspendReads: true })
  onTestFinished(() => store.close())
  const { admin, withRole, withToken } = await testDataApi(store, clock)
  for (const name of ['users', 'movies']) await admin.query(q.CreateCollection({ name }))
  const values = [{ field: ['data', 'n'] }, { field: 'ref' }]
  await admin.query(q.CreateIndex({ name: 'by_n', source: movies, values }))
  const terms = [{ field: ['data', 'n'] }]
  await admin.query(
    q.CreateIndex({ name: 'by_number', source: movies, terms, unique: true, serialized: true }),
  )
  const isAccess = q.Equals(q.Select(['data', 'type'], q.Get(q.CurrentToken())), 'access')
  const isPublic = q.Equals(q.Select(['data', 'public'], q.Get(q.Var('ref'))), true)
  await admin.query(
    q.CreateRole({
      name: 'viewer',
      privileges: [
        {
          resource: movies,
          actions: { read: q.Query(q.Lambda('ref', isPublic)), write: true, create: true },
        },
        { resource: q.Index('by_n'), actions: { read: true } },
      ],
      membership: [
        { resource: q.Collection('users'), predicate: q.Query(q.Lambda('_', isAccess)) },
      ],
    } as never),
  )
  for (let n = 1; n <= 40; n++) {
    await admin.query(q.Create(q.Ref(movies, n), movieOf(n)))
  }
  const user = await admin.query(q.Create(q.Collection('users'), {}))
  const access = { data: { type: 'access' } }
  // Everything that the schema is made of has been read.
  await admin.query(q.Get(movie))
  const trips = async (caller: TestCaller, expression: ExprArg) => {
    const before = store.roundTrips
    await caller.query(expression)
    return store.roundTrips - before
  }
  return {
    admin,
    trips,
    /** A token that nobody has used. */
    token: () => withToken(user.ref, access),
    server: () => withRole('server'),
    /** A token and a key that have been used. */
    known: async () => {
      const callers = [await withToken(user.ref, access), await withRole('server')] as const
      for (const caller of callers) await caller.query(1)
      return callers
    },
  }
}

/** What a commit adds; a store in memory counts the waiting for reads alone. */
const commit = isOnPostgres ? 1 : 0

const get = q.Lambda('ref', q.Get(q.Var('ref')))
const page = q.Map(q.Paginate(q.Documents(movies)), get)
const matched = q.Map(q.Paginate(q.Match('by_n')), q.Lambda(['n', 'ref'], q.Get(q.Var('ref'))))

it('whoever is not known yet is found out first: in one round trip a token, in two a key', async () => {
  const { trips, token, server } = await open()
  expect(await trips(await token(), q.Get(movie))).toBe(2)
  expect(await trips(await token(), page)).toBe(2)
  expect(await trips(await token(), matched)).toBe(3)
  expect(await trips(await token(), q.Create(movies, movieOf(50)))).toBe(2 + commit)
  expect(await trips(await server(), q.Get(movie))).toBe(3)
  expect(await trips(await server(), page)).toBe(3)
})

it('whoever is known is found out while what the query reads is read', async () => {
  const { admin, trips, known } = await open()
  for (const caller of await known()) {
    expect(await trips(caller, q.Get(movie))).toBeLessThanOrEqual(isOnPostgres ? 2 : 1)
    expect(await trips(caller, page)).toBeLessThanOrEqual(isOnPostgres ? 3 : 2)
    expect(await trips(caller, matched)).toBeLessThanOrEqual(isOnPostgres ? 3 : 2)
    // What must be unique is looked for in the same round trip.
    expect(await trips(caller, q.Create(movies, movieOf(100)))).toBeLessThanOrEqual(1 + commit)
    await admin.query(
      q.Map(q.Paginate(q.Match('by_number', 100)), q.Lambda('ref', q.Delete(q.Var('ref')))),
    )
  }
})

it('a change waits once for the document, and once for its history and its entries in all indexes', async () => {
  const { trips, known } = await open()
  for (const [i, caller] of (await known()).entries()) {
    const n = 200 + i
    expect(await trips(caller, q.Update(movie, movieOf(n)))).toBeLessThanOrEqual(2 + commit)
    expect(await trips(caller, q.Replace(movie, movieOf(n + 10)))).toBeLessThanOrEqual(2 + commit)
  }
  const [, server] = await known()
  expect(await trips(server, q.Delete(movie))).toBeLessThanOrEqual(2 + commit)
})

it('what is done one after another waits as often as one of it', async () => {
  const { admin, trips, known } = await open()
  const [token] = await known()
  const changes = [1, 2, 3, 4, 5].map((id) => q.Update(q.Ref(movies, id), movieOf(300 + id)))
  expect(await trips(token, q.Do(...changes))).toBeLessThanOrEqual(2 + commit)
  // Each sees what the one before it did, and the first error is the one that counts.
  const last = [q.Delete(movie), q.Exists(movie)]
  expect(await admin.query(q.Do(...last))).toBe(false)
  await expect(admin.query(q.Do(q.Get(movie), q.Abort('late')))).rejects.toMatchObject({
    name: 'NotFound',
  })
})

it('whoever was known and is no more is refused, and what is read in vain is not answered', async () => {
  const { admin, known } = await open()
  const [token, server] = await known()
  for (const caller of [token, server]) {
    const { ref } = await admin.query(q.KeyFromSecret(caller.secret))
    await admin.query(q.Delete(ref))
    await expect(caller.query(q.Get(movie))).rejects.toMatchObject({ name: 'Unauthorized' })
    await expect(caller.query(q.Create(movies, movieOf(60)))).rejects.toMatchObject({
      name: 'Unauthorized',
    })
  }
  expect(await admin.query(q.Exists(q.Match('by_number', 60)))).toBe(false)
})

it('what was allowed and is no more is refused', async () => {
  const { admin, known } = await open()
  const [token] = await known()
  await admin.query(q.Update(q.Role('viewer'), { privileges: [] } as never))
  await expect(token.query(q.Get(movie))).rejects.toMatchObject({ name: 'PermissionDenied' })
  await expect(token.query(q.Create(movies, movieOf(60)))).rejects.toMatchObject({
    name: 'PermissionDenied',
  })
  expect(await admin.query(q.Exists(q.Match('by_number', 60)))).toBe(false)
})
