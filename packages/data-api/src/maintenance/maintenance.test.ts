import { openMemoryStore } from '@vivarium/store'
import { expect, it, vi } from 'vitest'
import { describeDataApi, type Open } from '../testing/describe-data-api.ts'
import { refused } from '../testing/refusals.ts'
import { q, type TestDataApi } from '../testing/test-data-api.ts'
import { createMaintenance, startMaintenance } from './maintenance.ts'

const collection = q.Collection('c')
const at = (id: number) => q.Ref(collection, id)

/** The keys of one kind that the store holds, by the letter of the layout. */
async function keysOf({ dump }: TestDataApi, kind: string): Promise<readonly string[]> {
  const prefix = `f0${Buffer.from(kind).toString('hex')}`
  return (await dump())
    .filter((entry) => entry.startsWith(prefix))
    .map((e) => e.split(' ')[0] ?? '')
}

/** How many keys there are of documents and entries, present and past. */
async function sizes(api: TestDataApi) {
  const [documents, history, entries, past] = await Promise.all(
    ['d', 'h', 'i', 'j'].map((kind) => keysOf(api, kind)),
  )
  return [documents, history, entries, past].map((keys) => keys?.length ?? 0)
}

async function withCollection(open: Open, fields: object = {}) {
  const api = await open()
  await api.server.query(q.CreateCollection({ name: 'c', ...fields }))
  await api.server.query(
    q.CreateIndex({ name: 'by_n', source: collection, values: [{ field: ['data', 'n'] }] }),
  )
  return api
}

const create = (from: number, count: number, more: object = {}) =>
  q.Do(
    ...Array.from({ length: count }, (_, i) =>
      q.Create(at(from + i), { data: { n: from + i }, ...more } as never),
    ),
  )

const inactive = (name: string) =>
  refused(400, 'instance not found', `Index '${name}' is not active.`, ['paginate', 'index'])

describeDataApi('maintenance', (open) => {
  it('collects what has expired, when its history is over', async () => {
    const api = await withCollection(open)
    const { server, clock, maintain } = api
    await maintain()
    const before = await api.dump()
    await server.query(create(1, 20, { ttl: clock.time(10) }))
    await server.query(q.Update(at(1), { data: { n: 100 } }))
    const full = await sizes(api)
    clock.advance({ seconds: 20 })
    expect(await server.query(q.Count(q.Documents(collection)))).toBe(0)
    await maintain()
    expect(await sizes(api)).toEqual(full)
    expect(await server.query(q.Count(q.Events(at(1))))).toBe(2)
    clock.advance({ seconds: 15 * 60 })
    await maintain()
    expect((await api.dump()).filter(notProgress)).toEqual(before.filter(notProgress))
    expect(await server.query(q.Count(q.Events(at(1))))).toBe(0)
    await server.query(create(1, 1))
    expect(await server.data(q.Paginate(q.Match('by_n')))).toEqual([1])
  })

  it('has a hundred indexes of a database to build at most', async () => {
    const api = await withCollection(open)
    const { server, maintain } = api
    await server.query(create(1, 129))
    const index = (i: number) => q.CreateIndex({ name: `late_${i}`, source: collection })
    await server.query(q.Do(...Array.from({ length: 100 }, (_, i) => index(i))))
    expect(await server.refusal(index(100))).toEqual({
      status: 429,
      errors: [
        {
          code: 'too many requests',
          description: 'Too many pending index builds. Pending: 100 Limit: 100',
        },
      ],
    })
    await server.query(q.CreateCollection({ name: 'small' }))
    const small = q.CreateIndex({ name: 'small', source: q.Collection('small') })
    expect(await server.query(small)).toMatchObject({ active: true })
    await server.query(
      q.Do(...Array.from({ length: 98 }, (_, i) => q.Delete(q.Index(`late_${i}`)))),
    )
    expect(await server.query(index(100))).toMatchObject({ active: false })
    await maintain()
    expect(await server.query(q.Count(q.Match('late_100')))).toBe(129)
  })

  it('forgets what happened when nobody can see it any more', async () => {
    const api = await withCollection(open)
    const { server, clock, maintain } = api
    const logged = () => Promise.all(['c', 'e'].map((kind) => keysOf(api, kind)))
    const [documents = [], entries = []] = await logged()
    await server.query(create(1, 3))
    await server.query(q.Update(at(1), { data: { n: 9 } }))
    await server.query(q.Delete(at(2)))
    await maintain()
    const lengths = (await logged()).map((keys) => keys.length)
    expect(lengths).toEqual([documents.length + 4, entries.length + 6])
    const events = q.Paginate(q.Events(q.Match('by_n')))
    expect(await server.data(events)).toHaveLength(6)
    clock.advance({ seconds: 20 * 60 })
    await maintain()
    // What happened to the schema can be seen for ever.
    const schema = documents.filter((key) => /^f063.{16}0000000[017]/.test(key))
    expect(await logged()).toEqual([schema, []])
    expect(await server.data(events)).toEqual([])
    expect(await server.data(q.Paginate(q.Match('by_n')))).toEqual([3, 9])
  })

  it('keeps of the past what can still be read, and brings nothing back', async () => {
    const api = await withCollection(open)
    const { server, clock, maintain } = api
    await server.query(create(1, 3))
    clock.advance({ seconds: 1 })
    await server.query(q.Update(at(1), { data: { n: 10 } }))
    await server.query(q.Delete(at(2)))
    await server.query(q.Update(at(3), { ttl: clock.time(5) } as never))
    clock.advance({ seconds: 10 * 60 })
    const then = Number(clock.micros)
    await server.query(q.Update(at(1), { data: { n: 11 } }))
    clock.advance({ seconds: 10 * 60 })
    await maintain()
    const n = (ts: number) => q.Select(['data', 'n'], q.Get(at(1), ts))
    expect(await server.query([n(then - 1), n(then)])).toEqual([10, 11])
    expect(await server.query([2, 3].map((id) => q.Exists(at(id), then)))).toEqual([false, false])
    expect(await server.data(q.Paginate(q.Match('by_n'), { ts: then - 1 }))).toEqual([10])
    expect(await server.data(q.Paginate(q.Documents(collection), { ts: then }))).toHaveLength(1)
    clock.advance({ seconds: 10 * 60 })
    await maintain()
    expect((await sizes(api)).slice(2)).toEqual([1, 0])
    expect(await server.data(q.Paginate(q.Match('by_n')))).toEqual([11])
    expect((await server.data<{ action: string }>(q.Paginate(q.Events(at(1)))))[0]).toMatchObject({
      action: 'create',
      data: { n: 11 },
    })
  })

  it('forgets nothing where history is kept for ever', async () => {
    const api = await withCollection(open, { history_days: null })
    const { server, clock, maintain } = api
    await server.query(create(1, 3, { ttl: clock.time(1) }))
    clock.advance({ seconds: 2 })
    await server.query(create(1, 1))
    await server.query(q.Delete(at(1)))
    const full = await sizes(api)
    clock.advance({ days: 1000 })
    await maintain()
    expect(await sizes(api)).toEqual(full)
    expect(await server.query(q.Count(q.Events(at(1))))).toBeGreaterThan(1)
  })

  it('takes away all that is left of a collection and of an index', async () => {
    const api = await withCollection(open)
    const { server, maintain } = api
    await server.query(q.CreateCollection({ name: 'd' }))
    const both = { name: 'both', source: [collection, q.Collection('d')] }
    await server.query(q.CreateIndex(both))
    await maintain()
    await server.query(create(1, 15))
    await server.query(q.Create(q.Ref(q.Collection('d'), 1), {}))
    await server.query(q.Update(at(1), { data: { n: 100 } }))
    const [, , entries = 0] = await sizes(api)
    await server.query(q.Delete(q.Index('by_n')))
    await maintain()
    expect((await sizes(api))[2]).toBe(entries - 15)
    await server.query(q.Delete(collection))
    await maintain()
    expect((await sizes(api))[2]).toBe(1)
    expect(await server.data(q.Paginate(q.Match('both')))).toHaveLength(1)
    // A new collection of that name has nothing of the old one.
    await server.query(q.CreateCollection({ name: 'c' }))
    expect(await server.data(q.Paginate(q.Documents(collection)))).toEqual([])
  })

  it('takes away a deleted database with all below it, and nothing else', async () => {
    const api = await withCollection(open)
    const { root, server, as, admin, clock, maintain } = api
    await server.query(create(1, 3))
    await maintain()
    await root.query(q.CreateDatabase({ name: 'sibling' }))
    const before = await keysByKind(api)
    await root.query(q.CreateDatabase({ name: 'other' }))
    const { secret } = await root.query(
      q.CreateKey({ role: 'admin', database: q.Database('other') }),
    )
    const other = as(secret)
    await other.query(q.CreateDatabase({ name: 'below' }))
    const key = await other.query(q.CreateKey({ role: 'admin', database: q.Database('below') }))
    for (const one of [other, as(key.secret)]) {
      await one.query(q.CreateCollection({ name: 'c' }))
      await one.query(q.CreateIndex({ name: 'all', source: collection }))
      await one.query(create(1, 10))
      await one.query(q.Create(q.Tokens(), { instance: at(1) } as never))
      await one.query(q.Create(q.Credentials(), { instance: at(1), password: 'x' } as never))
      await one.query(q.Delete(at(2)))
    }
    await root.query(q.Delete(q.Database('other')))
    await root.query(q.Delete(q.Select('ref', q.KeyFromSecret(secret))))
    clock.advance({ seconds: 20 * 60 })
    await maintain()
    // What is left of it is in the history of the databases of the parent, which is kept for ever.
    const after = await keysByKind(api)
    expect({ ...after, h: 0 }).toEqual({ ...before, h: 0 })
    expect(await admin.query(q.Count(q.Documents(collection)))).toBe(3)
  })

  it('collects tokens and keys that have expired, with what is known of them elsewhere', async () => {
    const api = await withCollection(open)
    const { server, admin, clock, maintain } = api
    await server.query(create(1, 1))
    await maintain()
    const before = await keysByKind(api)
    const ttl = clock.time(60)
    await server.query(q.Create(q.Tokens(), { instance: at(1), ttl } as never))
    await server.query(q.Create(q.Credentials(), { instance: at(1), password: 'x', ttl } as never))
    await admin.query(q.CreateKey({ role: 'server', ttl } as never))
    clock.advance({ seconds: 20 * 60 })
    await maintain()
    expect(await keysByKind(api)).toEqual(before)
  })

  it('builds a large index step by step, while writes go on', async () => {
    const api = await withCollection(open, { history_days: 10 })
    const { server, store, clock, maintain } = api
    await server.query(create(1, 120))
    clock.advance({ seconds: 1 })
    const early = Number(clock.micros)
    await server.query(q.Do(...[1, 2, 3, 4].map((id) => q.Update(at(id), { data: { n: -id } }))))
    clock.advance({ seconds: 1 })
    await server.query(q.Do(...[5, 6, 7, 8, 9].map((id) => q.Delete(at(id)))))
    clock.advance({ seconds: 1 })
    const later = { name: 'late', source: collection, values: [{ field: ['data', 'n'] }] }
    expect(await server.query(q.CreateIndex(later))).toMatchObject({ active: false })
    expect(await server.refusal(q.Paginate(q.Match('late')))).toEqual(inactive('late'))
    const maintenance = createMaintenance(store, { versionsPerStep: 20 })
    for (let step = 0; ; step++) {
      // A document that was built already, and one that was not.
      clock.advance({ seconds: 1 })
      await server.query(
        q.Do(
          q.Update(at(10), { data: { n: 1000 + step } }),
          q.Update(at(119), { data: { n: 2000 + step } }),
        ),
      )
      await server.query(q.Insert(at(118), early, 'create', { data: { n: 3000 + step } }))
      if ((await maintenance.step()) !== 'built') break
      // Another process goes on where this one was.
      await createMaintenance(store, { versionsPerStep: 20 }).step()
    }
    expect(await server.query(q.Select('active', q.Get(q.Index('late'))))).toBe(true)
    await maintain()
    const all = { size: 1000 }
    for (const ts of [early - 1, early, early + 500_000, Number(clock.micros)]) {
      const elements = (name: string) => server.data(q.Paginate(q.Match(name), { ...all, ts }))
      expect(await elements('late')).toEqual(await elements('by_n'))
    }
    const history = (name: string) => server.json(q.Paginate(q.Events(q.Match(name)), all))
    expect(await history('late')).toBe(await history('by_n'))
  })

  it('builds later what has several sources, or all there are', async () => {
    const { server, maintain } = await withCollection(open)
    await server.query(q.CreateCollection({ name: 'd' }))
    await server.query(create(1, 2))
    const sources = [[collection, q.Collection('d')], '_'] as const
    for (const [i, source] of sources.entries()) {
      const name = `x${i}`
      expect(await server.query(q.CreateIndex({ name, source } as never))).toMatchObject({
        active: false,
      })
      expect(await server.refusal(q.Paginate(q.Match(name)))).toEqual(inactive(name))
    }
    // Whoever says that it is active is served what there is.
    const hasty = { name: 'hasty', source: '_', active: true } as never
    expect(await server.query(q.CreateIndex(hasty))).toMatchObject({ active: true })
    expect(await server.data(q.Paginate(q.Match('hasty')))).toEqual([])
    await server.query(q.CreateIndex({ name: 'gone', source: '_' }))
    await server.query(q.Delete(q.Index('gone')))
    await maintain()
    for (const name of ['x0', 'x1', 'hasty']) {
      expect(await server.data(q.Paginate(q.Match(name)))).toHaveLength(2)
    }
  })

  it('runs by itself until it is closed', async () => {
    const { server, store } = await withCollection(open)
    await server.query(q.CreateIndex({ name: 'all', source: '_' }))
    const running = startMaintenance(store, { pauseMs: 0, restMs: 0 })
    const isActive = () => server.query<boolean>(q.Select('active', q.Get(q.Index('all'))))
    await expect.poll(isActive).toBe(true)
    await running.close()
    await running.close()
  })
})

it('goes slowly where nothing happens, but looks every second for an index to build', async () => {
  vi.useFakeTimers()
  const store = openMemoryStore()
  const transact = vi.spyOn(store, 'transact')
  const running = startMaintenance(store)
  const transactionsWithin = async (seconds: number) => {
    transact.mockClear()
    await vi.advanceTimersByTimeAsync(seconds * 1000)
    return transact.mock.calls.length
  }
  try {
    await transactionsWithin(100)
    // A look each second, and every 16 of them a step: one look more, and one sweep of so few keys.
    expect(await transactionsWithin(160)).toBe(160 + 10 * 2)
  } finally {
    vi.useRealTimers()
    await running.close()
  }
})

/** Everything but how far maintenance is, and what happened, of which there is less after a while. */
const notProgress = (entry: string) => !/^f0(?:6d|63|65)/.test(entry)

/** How many keys there are of each kind. */
async function keysByKind(api: TestDataApi): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const entry of (await api.dump()).filter(notProgress)) {
    const kind = Buffer.from(entry.slice(2, 4), 'hex').toString()
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}
