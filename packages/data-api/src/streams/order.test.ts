/** That streams lose nothing, double nothing, and keep the order of commits (wire §7.3). */
import { openTestStore } from '@vivarium/store/testing'
import fc from 'fast-check'
import type { Expr } from 'faunadb'
import { expect, it } from 'vitest'
import {
  describeStreams,
  type ListeningApi,
  listenFor,
  type Received,
  stores,
} from '../testing/stream-client.ts'
import { q, type Rendered } from '../testing/test-data-api.ts'

const movies = q.Collection('movies')

async function withIndex({ admin }: ListeningApi): Promise<void> {
  await admin.query(q.CreateCollection({ name: 'movies' }))
  await admin.query(
    q.CreateIndex({
      name: 'by_kind',
      source: movies,
      terms: [{ field: ['data', 'kind'] }],
      values: [{ field: ['data', 'n'] }, { field: ['ref', 'id'] }],
    }),
  )
}

type Write =
  | { readonly kind: 'put'; readonly id: number; readonly n: number; readonly film: boolean }
  | { readonly kind: 'delete'; readonly id: number }

const id = fc.integer({ min: 1, max: 3 })
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    id,
    n: fc.integer({ min: 0, max: 2 }),
    film: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('delete' as const), id }),
)

/** Puts or deletes a document, whether or not it is there. */
function expression(write: Write) {
  const ref = q.Ref(movies, write.id)
  if (write.kind === 'delete') return q.If(q.Exists(ref), q.Delete(ref), false)
  const data = { n: write.n, kind: write.film ? 'film' : 'series' }
  return q.If(q.Exists(ref), q.Update(ref, { data }), q.Create(ref, { data }))
}

/** What a transaction's events make of a set. */
function apply(set: Set<string>, { event }: Received): void {
  const name = JSON.stringify(event.index?.values ?? event.document.ref.id)
  if (event.action === 'add') {
    expect(set).not.toContain(name)
    set.add(name)
  } else {
    expect(set).toContain(name)
    set.delete(name)
  }
}

/** The set as a query finds it, from when on a stream that began at `start` tells it. */
async function snapshot(api: ListeningApi, set: Expr, at: number): Promise<Set<string>> {
  const time = q.Epoch(at, 'microseconds')
  const { data } = await api.admin.query<{ data: unknown[] }>(
    q.At(time, q.Paginate(set, { size: 1000 })),
  )
  return new Set(
    data.map((one) => JSON.stringify(Array.isArray(one) ? one : (one as { id: string }).id)),
  )
}

const sets: readonly (readonly [string, Expr, readonly string[]])[] = [
  ['documents', q.Documents(movies), ['action', 'document']],
  ['an index', q.Match(q.Index('by_kind'), 'film'), ['action', 'document', 'index']],
]

for (const [kind, openStore] of Object.entries(stores)) {
  for (const [name, set, fields] of sets) {
    it(`the events of ${name} turn what was there at the start into what is there at the end (${kind})`, async () => {
      const api = await listenFor(openStore())
      await withIndex(api)
      const plan = fc.record({
        writes: fc.array(fc.array(write, { minLength: 1, maxLength: 3 }), { maxLength: 12 }),
        openAt: fc.nat({ max: 11 }),
      })
      await fc.assert(
        fc.asyncProperty(plan, async ({ writes, openAt }) => {
          // All at once: some are under way when the stream is opened, some come while it is.
          const commits: Promise<unknown>[] = []
          const run = (some: typeof writes) => {
            for (const one of some) commits.push(api.admin.query(q.Do(...one.map(expression))))
          }
          run(writes.slice(0, openAt))
          const opening = api.stream(set, { fields })
          run(writes.slice(openAt))
          const stream = await opening
          await Promise.all(commits)
          // A mark that comes last.
          const mark = q.Create(movies, { data: { n: 99, kind: 'film' } })
          const { ref, ts } = await api.admin.query<Rendered>(mark)
          const events: Received[] = []
          do events.push(await stream.next())
          while (events.at(-1)?.txn !== ts)
          const times = events.map(({ txn }) => txn)
          expect(times).toEqual(times.toSorted((a, b) => a - b))
          const state = await snapshot(api, set, stream.start)
          for (const event of events) apply(state, event)
          expect(state).toEqual(await snapshot(api, set, ts))
          await api.admin.query(q.Delete(ref))
          stream.close()
        }),
        { numRuns: 25 },
      )
    })
  }
}

describeStreams('the order of events', (open) => {
  it('is that of commits, for every stream alike', async () => {
    const api = await open()
    await withIndex(api)
    const movie = q.Ref(movies, 1)
    await api.admin.query(q.Create(movie, { data: { n: 0 } }))
    const streams = await Promise.all([1, 2, 3].map(() => api.stream(movie)))
    const count = 60
    const add = q.Update(movie, { data: { n: q.Add(1, q.Select(['data', 'n'], q.Get(movie))) } })
    await Promise.all(Array.from({ length: count }, () => api.admin.query(add)))
    for (const stream of streams) {
      const events = await stream.take(count)
      const numbers = events.map(({ event }) => event.document.data.n)
      expect(numbers).toEqual(Array.from({ length: count }, (_, i) => i + 1))
      expect(events.every(({ txn, event }) => txn === event.document.ts)).toBe(true)
    }
  })
})

it('more sessions than are looked at together are told, each in order', async () => {
  const api = await listenFor(openTestStore())
  await withIndex(api)
  const movie = q.Ref(movies, 1)
  const privileges = [{ resource: movies, actions: { read: true } }]
  await api.admin.query(
    q.CreateRole({ name: 'viewer', privileges, membership: [{ resource: movies }] } as never),
  )
  await api.admin.query(q.Create(movie, {}))
  const streams = await Promise.all(
    Array.from({ length: 120 }, async () => {
      const { secret } = await api.withToken(movie)
      return api.stream(movie, { client: api.as(secret) })
    }),
  )
  const numbers = [1, 2, 3]
  for (const n of numbers) await api.admin.query(q.Update(movie, { data: { n } }))
  for (const stream of streams) {
    const events = await stream.take(numbers.length)
    expect(events.map(({ event }) => event.document.data.n)).toEqual(numbers)
  }
})
