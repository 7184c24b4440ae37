/** What queries cost on a store across a network: how often they wait for it, once the schema is known. */
import { openMemoryStore } from '@vivarium/store'
import type { ExprArg } from 'faunadb'
import { expect, it } from 'vitest'
import { q, type TestCaller, TestClock, testDataApi } from './testing/test-data-api.ts'

const movies = q.Collection('movies')
const movie = q.Ref(movies, 1)

/** A token whose role is found by a predicate, a server key, and how often a query of theirs waits. */
async function open() {
  const clock = new TestClock()
  const store = openMemoryStore({ now: clock.now, suspendReads: true })
  const { admin, server, withToken } = await testDataApi(store, clock)
  for (const name of ['users', 'movies']) await admin.query(q.CreateCollection({ name }))
  const values = [{ field: ['data', 'n'] }, { field: 'ref' }]
  await admin.query(q.CreateIndex({ name: 'by_n', source: movies, values }))
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
    await server.query(q.Create(q.Ref(movies, n), { data: { n, public: true } }))
  }
  const user = await admin.query(q.Create(q.Collection('users'), {}))
  const token = await withToken(user.ref, { data: { type: 'access' } })
  const trips = async (caller: TestCaller, expression: ExprArg) => {
    await caller.query(1)
    const before = store.roundTrips
    await caller.query(expression)
    return store.roundTrips - before
  }
  return { trips, server, token }
}

const get = q.Lambda('ref', q.Get(q.Var('ref')))

it('a token reads a document in two round trips, a page and its documents in three', async () => {
  const { trips, token } = await open()
  expect(await trips(token, q.Get(movie))).toBeLessThanOrEqual(2)
  expect(await trips(token, q.Map(q.Paginate(q.Documents(movies)), get))).toBeLessThanOrEqual(3)
  const second = q.Lambda(['n', 'ref'], q.Get(q.Var('ref')))
  expect(await trips(token, q.Map(q.Paginate(q.Match('by_n')), second))).toBeLessThanOrEqual(3)
  expect(await trips(token, q.Create(movies, { data: { n: 1 } }))).toBeLessThanOrEqual(2)
  expect(await trips(token, q.Update(movie, { data: { n: 2 } }))).toBeLessThanOrEqual(4)
})

it('a key needs one more, to find out where it is stored', async () => {
  const { trips, server } = await open()
  expect(await trips(server, q.Get(movie))).toBeLessThanOrEqual(3)
  expect(await trips(server, q.Map(q.Paginate(q.Documents(movies)), get))).toBeLessThanOrEqual(4)
})
