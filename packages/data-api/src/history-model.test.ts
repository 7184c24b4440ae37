/**
 * Histories against a model: whatever is written at whatever valid time, documents, sets and their events
 * are what follows from a plain list of versions.
 */
import { openTestStore } from '@vivarium/store/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { q, TestClock, testDataApi } from './testing/test-data-api.ts'

const collection = q.Collection('c')
const ids = [1, 2]
const values = [0, 1]
const second = 1_000_000

const id = fc.constantFrom(...ids)
const n = fc.array(fc.constantFrom(...values), { maxLength: 2 })
/** Seconds before now; some times are met again, now among them. */
const ago = fc.integer({ min: 0, max: 3 })

const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), id, n }),
  fc.record({ kind: fc.constant('delete' as const), id }),
  fc.record({ kind: fc.constant('insert' as const), id, n, ago }),
  fc.record({ kind: fc.constant('insert deletion' as const), id, ago }),
  fc.record({
    kind: fc.constant('remove' as const),
    id,
    ago,
    action: fc.constantFrom('create' as const, 'delete' as const),
  }),
  // Two writes of one transaction.
  fc.record({ kind: fc.constant('insert and put' as const), id, n, m: n, ago }),
)

/** A version of the model; null for a deletion. */
type Version = readonly number[] | null
/** The versions of a document by their times. */
type History = Map<number, Version>

const inOrder = (history: History) => [...history].toSorted(([a], [b]) => a - b)

const at = (history: History, ts: number): Version =>
  inOrder(history).findLast(([micros]) => micros <= ts)?.[1] ?? null

/** The events of a document: times and actions. */
const documentEvents = (history: History) =>
  inOrder(history).map(([ts, version], i, all) => {
    const before = all[i - 1]?.[1] ?? null
    return [ts, version === null ? 'delete' : before === null ? 'create' : 'update']
  })

/** The events of the entries under one value. */
function setEvents(histories: ReadonlyMap<number, History>, has: (version: Version) => boolean) {
  return [...histories]
    .flatMap(([id, history]) =>
      inOrder(history).flatMap(([ts, version], i, all) => {
        const before = has(all[i - 1]?.[1] ?? null)
        if (before === has(version)) return []
        return [{ ts, action: before ? 'remove' : 'add', id }]
      }),
    )
    .toSorted(
      (a, b) => a.ts - b.ts || (a.action < b.action ? 1 : a.action > b.action ? -1 : a.id - b.id),
    )
    .map(({ ts, action, id }) => [ts, action, id])
}

interface Event {
  readonly ts: number
  readonly action: string
  readonly document: { readonly id: string }
}

it('are what follows from the versions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const clock = new TestClock()
      const api = await testDataApi(openTestStore({ now: clock.now }), clock)
      const { server } = api
      await server.query(q.CreateCollection({ name: 'c', history_days: 10 }))
      const terms = [{ field: ['data', 'n'] }]
      await server.query(q.CreateIndex({ name: 'by_n', source: collection, terms }))
      const begin = Number(clock.micros)
      clock.advance({ seconds: 10 })
      const model = new Map<number, History>(ids.map((one) => [one, new Map()]))
      const historyOf = (one: number) => model.get(one) ?? new Map<number, Version>()

      for (const one of steps) {
        clock.advance({ seconds: 1 })
        const now = Number(clock.micros)
        const ref = q.Ref(collection, one.id)
        const history = historyOf(one.id)
        const isLive = at(history, now) !== null
        const put = (n: readonly number[]) =>
          isLive || one.kind === 'insert and put'
            ? q.Replace(ref, { data: { n } })
            : q.Create(ref, { data: { n } })
        if (one.kind === 'put') {
          await server.query(put(one.n))
          history.set(now, one.n)
        } else if (one.kind === 'delete') {
          if (!isLive) continue
          await server.query(q.Delete(ref))
          history.set(now, null)
        } else {
          const ts = now - one.ago * second
          if (one.kind === 'insert') {
            await server.query(q.Insert(ref, ts, 'create', { data: { n: one.n } }))
            history.set(ts, one.n)
          } else if (one.kind === 'insert deletion') {
            await server.query(q.Insert(ref, ts, 'delete', {}))
            history.set(ts, null)
          } else if (one.kind === 'remove') {
            await server.query(q.Remove(ref, ts, one.action))
            const found = history.get(ts)
            if (found !== undefined && (found === null) === (one.action === 'delete')) {
              history.delete(ts)
            }
          } else {
            if (!isLive && one.ago > 0) continue
            await server.query(
              q.Do(q.Insert(ref, ts, 'update', { data: { n: one.n } }), put(one.m)),
            )
            history.set(ts, one.n)
            history.set(now, one.m)
          }
        }
      }

      const compare = async () => {
        const now = Number(clock.micros)
        const times = Array.from(
          { length: 2 * steps.length + 20 },
          (_, i) => now - (i * second) / 2,
        )
        for (const ts of times.filter((time) => time >= begin)) {
          for (const one of ids) {
            const get = q.Select(['data', 'n'], q.Get(q.Ref(collection, one)), [])
            const read = q.At(ts, q.If(q.Exists(q.Ref(collection, one)), get, false))
            expect(await server.query(read)).toEqual(at(historyOf(one), ts) ?? false)
          }
          const live = (has: (version: Version) => boolean) =>
            ids.filter((one) => has(at(historyOf(one), ts)))
          const found = async (set: Parameters<typeof q.Paginate>[0]) =>
            (await server.data<{ id: string }>(q.Paginate(set, { ts }))).map(({ id }) => Number(id))
          expect(await found(q.Documents(collection))).toEqual(live((one) => one !== null))
          for (const value of values) {
            expect(await found(q.Match('by_n', value))).toEqual(
              live((one) => one?.includes(value) ?? false),
            )
          }
        }
        const events = async (set: Parameters<typeof q.Paginate>[0], size: number) => {
          const all: Event[] = []
          let after: unknown = 0
          while (after !== undefined) {
            const options = { size, after } as never
            const page = await server.query<{ data: Event[]; after?: unknown }>(
              q.Paginate(q.Events(set), options),
            )
            all.push(...page.data)
            after = page.after
          }
          return all
        }
        for (const one of ids) {
          const shown = await events(q.Ref(collection, one), 2)
          expect(shown.map(({ ts, action }) => [ts, action])).toEqual(
            documentEvents(historyOf(one)),
          )
        }
        const named = (list: readonly Event[]) =>
          list.map(({ ts, action, document }) => [ts, action, Number(document.id)])
        expect(named(await events(q.Documents(collection), 3))).toEqual(
          setEvents(model, (one) => one !== null),
        )
        for (const value of values) {
          const has = (one: Version) => one?.includes(value) ?? false
          expect(named(await events(q.Match('by_n', value), 1))).toEqual(setEvents(model, has))
        }
      }
      await compare()
      // Collecting what nobody needs takes nothing from what can be read.
      await api.maintain()
      await compare()
    }),
    { numRuns: 20 },
  )
}, 240_000)
