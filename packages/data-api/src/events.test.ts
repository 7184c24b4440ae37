import type { ExprArg } from 'faunadb'
import { expect, it } from 'vitest'
import { describeDataApi, type Open } from './testing/describe-data-api.ts'
import { invalidArgument, permissionDenied } from './testing/refusals.ts'
import { q, type TestDataApi } from './testing/test-data-api.ts'

const collection = q.Collection('c')
const one = q.Ref(collection, 1)
const two = q.Ref(collection, 2)
const unsupported = (...position: string[]) =>
  invalidArgument('Set does not support events history.', ...position)

async function withHistory(open: Open) {
  const api = await open()
  const { server } = api
  await server.query(q.CreateCollection({ name: 'c', history_days: 30 }))
  await server.query(
    q.CreateIndex({
      name: 'by_a',
      source: collection,
      terms: [{ field: ['data', 'a'] }],
      values: [{ field: ['data', 'n'] }],
    }),
  )
  await server.query(
    q.CreateIndex({ name: 'by_b', source: collection, terms: [{ field: ['data', 'b'] }] }),
  )
  await server.query(q.CreateIndex({ name: 'all', source: collection }))
  return { ...api, step: steps(api) }
}

/** Runs a query a second later, and gives that time. */
function steps({ server, clock }: TestDataApi) {
  return async (query: ExprArg): Promise<number> => {
    clock.advance({ seconds: 1 })
    await server.query(query)
    return Number(clock.micros)
  }
}

/** The actions and times of a page of events, with what else there is to see of them. */
const shownEvents = async (api: TestDataApi, set: ExprArg, options: object = {}) => {
  const page = await api.server.data<Record<string, unknown>>(
    q.Paginate(q.Events(set), options as never),
  )
  return page.map(({ ts, action, document, data }) => {
    const { id } = document as { id: string }
    return data === undefined ? [ts, action, id] : [ts, action, id, data]
  })
}

const refJson = (id: number) =>
  `{"@ref":{"id":"${id}","collection":{"@ref":{"id":"c","collection":{"@ref":{"id":"collections"}}}}}}`

describeDataApi('events', (open) => {
  it('of a document are its versions, with what each changed', async () => {
    const { server, step } = await withHistory(open)
    const created = await step(q.Create(one, { data: { a: 1, o: { x: 1, y: 2 } } }))
    const updated = await step(q.Update(one, { data: { a: 1, b: 3, o: { x: null } } } as never))
    const same = await step(q.Update(one, {}))
    const deleted = await step(q.Delete(one))
    const again = await step(q.Create(one, {}))
    const event = (ts: number, action: string, data: string) =>
      `{"ts":${ts},"action":"${action}","document":${refJson(1)},"data":${data}}`
    const expected = [
      event(created, 'create', '{"a":1,"o":{"x":1,"y":2}}'),
      event(updated, 'update', '{"o":{"x":null},"b":3}'),
      event(same, 'update', 'null'),
      event(deleted, 'delete', 'null'),
      event(again, 'create', 'null'),
    ]
    expect(await server.json(q.Paginate(q.Events(one)))).toBe(`{"data":[${expected.join(',')}]}`)
    expect(await server.json(q.Paginate(one, { events: true }))).toBe(
      await server.json(q.Paginate(q.Events(one))),
    )
    const events = q.Events(one)
    expect(await server.query(q.Count(events))).toBe(5)
    expect(await server.query(q.Select(['data', 0, 'action'], q.Paginate(events)))).toBe('create')
    // Every page, of every size, from both ends, gives the same.
    for (const size of [1, 2, 3]) {
      const forwards: unknown[] = []
      let after: unknown = 0
      while (after !== undefined) {
        const page: string = await server.json(q.Paginate(events, { size, after } as never))
        const parsed = JSON.parse(page) as { data: unknown[]; after?: unknown }
        forwards.push(...parsed.data)
        after = parsed.after && reviveCursor(parsed.after)
      }
      expect(forwards).toEqual(expected.map((text) => JSON.parse(text)))
      const backwards: unknown[] = []
      let before: unknown = again + 1
      while (before !== undefined) {
        const page: string = await server.json(q.Paginate(events, { size, before } as never))
        const parsed = JSON.parse(page) as { data: unknown[]; before?: unknown }
        backwards.unshift(...parsed.data)
        before = parsed.before && reviveCursor(parsed.before)
      }
      expect(backwards).toEqual(forwards)
    }
  })

  it('have cursors that are echoed, inclusive after and exclusive before', async () => {
    const { server, step } = await withHistory(open)
    const created = await step(q.Create(one, { data: { n: 1 } }))
    const updated = await step(q.Update(one, { data: { n: 2 } }))
    const deleted = await step(q.Delete(one))
    const page = async (options: object) => {
      const text = await server.json(q.Paginate(q.Events(one), options as never))
      const { data, ...ends } = JSON.parse(text) as { data: { action: string }[] }
      return [data.map(({ action }) => action), ends]
    }
    const ref = JSON.parse(refJson(1)) as unknown
    expect(await page({ size: 2 })).toEqual([
      ['create', 'update'],
      { after: { ts: deleted, action: 'delete', document: ref } },
    ])
    expect(await page({ after: updated, size: 2 })).toEqual([
      ['update', 'delete'],
      { before: { ts: updated, action: 'add' } },
    ])
    expect(await page({ before: updated })).toEqual([
      ['create'],
      { after: { ts: updated, action: 'add' } },
    ])
    expect(await page({ before: { ts: updated, action: 'update', document: one } })).toEqual([
      ['create'],
      { after: { ts: updated, action: 'update', document: ref } },
    ])
    expect(
      await page({ before: { ts: updated, action: 'update', document: one }, size: 1 }),
    ).toEqual([['create'], { after: { ts: updated, action: 'update', document: ref } }])
    expect(await page({ before: deleted, size: 1 })).toEqual([
      ['update'],
      {
        before: { ts: updated, action: 'update', document: ref },
        after: { ts: deleted, action: 'add' },
      },
    ])
    // Without a document the place is behind all documents of that action.
    expect(await page({ after: { ts: created } })).toEqual([['update', 'delete'], { before: null }])
    expect(await page({ before: { ts: created, action: 'add' } })).toEqual([
      ['create'],
      { after: null },
    ])
    const time = q.Epoch(updated, 'microsecond')
    expect(await page({ after: time })).toEqual([
      ['update', 'delete'],
      { before: { ts: updated, action: 'add' } },
    ])
    expect(await page({ after: q.Date('1970-01-02'), size: 1 })).toMatchObject([
      ['create'],
      { before: { ts: 86_400_000_000, action: 'add' } },
    ])
    expect(await server.json(q.Paginate(q.Events(one), { after: null } as never))).toBe(
      '{"before":{"ts":9223372036854775807,"action":"add"},"data":[]}',
    )
    expect((await page({ before: null }))[0]).toEqual(['create', 'update', 'delete'])
    expect(await page({ after: updated, size: 0 })).toEqual([
      [],
      { before: { ts: updated, action: 'add' }, after: { ts: updated, action: 'add' } },
    ])
    expect(await page({ cursor: { after: updated } })).toEqual([
      ['update', 'delete'],
      { before: { ts: updated, action: 'add' } },
    ])
  })

  it('are read for a page as far as the page goes, however long the history is', async () => {
    const api = await withHistory(open)
    const { server, send, clock } = api
    const bytesRead = async (query: ExprArg) => {
      const { headers } = await send({
        headers: { authorization: `Bearer ${server.secret}`, 'x-faunadb-api-version': '4' },
        body: JSON.stringify(query),
      })
      return Number(headers['x-storage-bytes-read'])
    }
    const sets = [q.Documents(collection), q.Match('all'), q.Match('by_a', 1)]
    const grow = async (from: number, count: number) => {
      for (let id = from; id < from + count; id++) {
        clock.advance({ seconds: 1 })
        await server.query(q.Create(q.Ref(collection, id), { data: { a: 1, n: 1 } }))
      }
    }
    await grow(100, 20)
    const middle = Number(clock.micros)
    const pages = sets.flatMap((set) => [
      q.Paginate(q.Events(set), { size: 3 }),
      q.Paginate(q.Events(set), { size: 3, after: middle - 5_000_000 }),
      q.Paginate(q.Events(set), { size: 3, before: middle }),
    ])
    const read = async () => {
      const bytes: number[] = []
      for (const page of pages) bytes.push(await bytesRead(page))
      return bytes
    }
    const few = await read()
    await grow(200, 100)
    expect(await read()).toEqual(few)
  })

  it('of documents that one transaction deletes and makes are its net change', async () => {
    const api = await withHistory(open)
    const { step } = api
    const data = { data: { a: 1, n: 1 } }
    const create = q.Create(one, data)
    const made = await step(create)
    await step(q.Do(q.Delete(one), create))
    const gone = await step(q.Do(q.Delete(one), create, q.Delete(one)))
    await step(q.Do(create, q.Delete(one)))
    const back = await step(q.Do(create, q.Delete(one), create))
    const expected = [
      [made, 'add', '1'],
      [gone, 'remove', '1'],
      [back, 'add', '1'],
    ]
    // What is combined with itself is gone through in another way.
    for (const set of [q.Documents(collection), q.Match('all')]) {
      expect(await shownEvents(api, set)).toEqual(expected)
      expect(await shownEvents(api, q.Intersection(set, set))).toEqual(expected)
    }
  })

  it('refuse cursors of other shapes', async () => {
    const { server } = await withHistory(open)
    const refusal = (set: ExprArg, after: unknown) =>
      server.refusal(q.Paginate(q.Events(set), { after } as never))
    expect(await refusal(one, 'x')).toEqual(
      invalidArgument('Object, Integer, Time, or Date expected, String provided.', 'after'),
    )
    expect(await refusal(one, { ts: 1, foo: 2 })).toEqual(
      invalidArgument('Cannot create event cursor with keys ts, foo', 'after'),
    )
    expect(await refusal(one, { ts: 1, document: one })).toEqual(
      invalidArgument('Cannot create event cursor with keys ts, document', 'after'),
    )
    expect(await refusal(one, { ts: q.Now() })).toEqual(
      invalidArgument('Integer expected, Time provided.', 'after', 'ts'),
    )
    const action = (type: string) =>
      invalidArgument(
        `String 'create', 'update', or 'delete' expected, ${type} provided.`,
        'after',
        'action',
      )
    expect(await refusal(one, { ts: 1, action: 'x' })).toEqual(action('String'))
    expect(await refusal(one, { ts: 1, action: 1 })).toEqual(action('Integer'))
    expect(await refusal(q.Match('all'), { ts: 1, action: 'update' })).toEqual(action('String'))
    expect(await refusal(one, { ts: 1, action: 'create', document: 1 })).toEqual(
      invalidArgument('Ref expected, Integer provided.', 'after', 'document'),
    )
  })

  it('of an index are what comes and goes, removals first', async () => {
    const api = await withHistory(open)
    const { step } = api
    const created = await step([
      q.Create(one, { data: { a: 'x', n: 1 } }),
      q.Create(two, { data: { a: 'x', n: 0 } }),
    ])
    await step(q.Update(one, { data: { other: 1 } }))
    const changed = await step(q.Update(one, { data: { n: 5 } }))
    const left = await step(q.Update(two, { data: { a: 'y' } }))
    const deleted = await step(q.Delete(one))
    const events = [
      [created, 'add', '1', [1]],
      [created, 'add', '2', [0]],
      [changed, 'remove', '1', [1]],
      [changed, 'add', '1', [5]],
      [left, 'remove', '2', [0]],
      [deleted, 'remove', '1', [5]],
    ]
    const set = q.Match('by_a', 'x')
    expect(await shownEvents(api, set)).toEqual(events)
    expect(await shownEvents(api, q.Distinct(set))).toEqual(events)
    expect(await shownEvents(api, q.Documents(collection))).toEqual([
      [created, 'add', '1'],
      [created, 'add', '2'],
      [deleted, 'remove', '1'],
    ])
    expect(await shownEvents(api, q.Singleton(one))).toEqual([
      [created, 'add', '1'],
      [deleted, 'remove', '1'],
    ])
    // An instant holds all that happened in it.
    expect(await shownEvents(api, set, { after: changed, size: 2 })).toEqual(events.slice(2, 4))
    expect(await shownEvents(api, set, { before: changed })).toEqual(events.slice(0, 2))
    const exact = { ts: changed, action: 'add', document: one, data: [5] }
    expect(await shownEvents(api, set, { after: exact })).toEqual(events.slice(3))
    expect(await shownEvents(api, set, { before: exact })).toEqual(events.slice(0, 3))
    const bare = { ts: changed, action: 'create', resource: one, values: 5 }
    expect(await shownEvents(api, set, { before: bare })).toEqual(events.slice(0, 3))
    expect(await shownEvents(api, set, { after: { ts: changed } })).toEqual(events.slice(4))
    const removal = { ts: changed, action: 'remove' }
    expect(await shownEvents(api, set, { after: removal })).toEqual(events.slice(3))
    expect(await api.server.json(q.Paginate(q.Events(set), { size: 1, after: changed }))).toBe(
      `{"before":{"ts":${changed},"action":"add"},` +
        `"after":{"ts":${changed},"action":"add","document":${refJson(1)},"data":[5]},` +
        `"data":[{"ts":${changed},"action":"remove","document":${refJson(1)},"data":[1]}]}`,
    )
  })

  it('of one transaction are its net change, its own writes included', async () => {
    const api = await withHistory(open)
    const { server, step } = api
    await step(q.Create(one, { data: { a: 'x', n: 1 } }))
    const set = q.Match('by_a', 'x')
    const before = await shownEvents(api, set)
    await step(q.Do(q.Update(one, { data: { n: 2 } }), q.Update(one, { data: { n: 1 } })))
    expect(await shownEvents(api, set)).toEqual(before)
    await step(q.Do(q.Create(two, { data: { a: 'x', n: 1 } }), q.Delete(two)))
    expect(await shownEvents(api, set)).toEqual(before)
    expect(
      await server.query(q.Do(q.Create(two, { data: { a: 'x' } }), q.Count(q.Events(two)))),
    ).toBe(2)
  })

  it('of schema sets are what was made and deleted', async () => {
    const api = await withHistory(open)
    const created = await api.step(q.CreateCollection({ name: 'd' }))
    const deleted = await api.step(q.Delete(q.Collection('d')))
    const events = q.Paginate(q.Events(q.Collections()), { after: created })
    // The name is gone with the collection, and the ref with its name: events are read one by one.
    const shown = q.Map(
      events,
      q.Lambda('e', [q.Select('ts', q.Var('e')), q.ToString(q.Select('action', q.Var('e')))]),
    )
    expect(await api.server.data(shown)).toEqual([
      [created, 'add'],
      [deleted, 'remove'],
    ])
    expect(await api.server.data(events)).toEqual([])
  })

  it('of combined sets say when entries become members and cease to be', async () => {
    const api = await withHistory(open)
    const { step } = api
    const t1 = await step(q.Create(one, { data: { a: 'x', n: one } }))
    const t2 = await step(q.Update(one, { data: { b: 'y' } }))
    const t3 = await step(q.Create(two, { data: { b: 'y' } }))
    const t4 = await step(q.Update(one, { data: { a: null } } as never))
    const t5 = await step(q.Delete(two))
    const [x, y] = [q.Match('by_a', 'x'), q.Match('by_b', 'y')]
    expect(await shownEvents(api, q.Intersection(y, x))).toEqual([
      [t2, 'add', '1'],
      [t4, 'remove', '1'],
    ])
    expect(await shownEvents(api, q.Difference(y, x))).toEqual([
      [t3, 'add', '2'],
      [t4, 'add', '1'],
      [t5, 'remove', '2'],
    ])
    expect(await shownEvents(api, q.Intersection(y, x), { before: t4 })).toEqual([[t2, 'add', '1']])
    expect(await shownEvents(api, q.Difference(y, x), { before: t5, size: 1 })).toEqual([
      [t4, 'add', '1'],
    ])
    const all = q.Documents(collection)
    expect(await shownEvents(api, q.Union(all, y))).toEqual([
      [t1, 'add', '1'],
      [t2, 'add', '1'],
      [t3, 'add', '2'],
      [t5, 'remove', '2'],
    ])
    const joined = q.Join(y, q.Lambda('_', q.Match('by_a', 'x')))
    expect((await shownEvents(api, joined)).map(([ts, action]) => [ts, action])).toEqual([
      [t4, 'remove'],
    ])
    // Sets of events are matched event by event.
    const data = (set: ExprArg) => api.server.data<{ ts: number; action: string }>(q.Paginate(set))
    const shown = async (set: ExprArg) => (await data(set)).map(({ ts, action }) => [ts, action])
    expect(await shown(q.Union(q.Events(all), q.Events(y)))).toEqual([
      [t1, 'add'],
      [t2, 'add'],
      [t3, 'add'],
      [t5, 'remove'],
    ])
    expect(await shown(q.Intersection(q.Events(all), q.Events(y)))).toEqual([
      [t3, 'add'],
      [t5, 'remove'],
    ])
    expect(await shown(q.Difference(q.Events(all), q.Events(y)))).toEqual([[t1, 'add']])
    const removals = q.Filter(
      q.Events(all),
      q.Lambda('e', q.Equals('remove', q.ToString(q.Select('action', q.Var('e'))))),
    )
    expect(await shown(removals)).toEqual([[t5, 'remove']])
    expect(await shown(q.Distinct(q.Events(y)))).toHaveLength(3)
  })

  it('are not there for what has no history, nor of events, nor beside entries', async () => {
    const { server } = await withHistory(open)
    const all = q.Documents(collection)
    const always = q.Lambda('x', true)
    expect(await server.refusal(q.Events(q.Events(one)))).toEqual(unsupported())
    expect(await server.refusal([q.Events(q.Events(one))])).toEqual({
      ...unsupported(),
      errors: [{ ...(unsupported().errors[0] as object), position: [0] }],
    })
    for (const set of [q.Filter(all, always), q.Reverse(all), q.Range(all, [], [])]) {
      expect(await server.refusal(q.Paginate(q.Events(set)))).toEqual(unsupported())
      expect(await server.refusal(q.Count(q.Events(set)))).toEqual(unsupported())
      expect(await server.refusal(q.Paginate(set, { events: true }))).toEqual(unsupported())
    }
    expect(await server.refusal(q.Union(q.Events(all), all))).toEqual(
      invalidArgument('Sets are not compatible.', 'union'),
    )
    expect(await server.refusal(q.Events(1))).toEqual(
      invalidArgument('Ref or Set expected, Integer provided.', 'events'),
    )
    expect(await server.data(q.Paginate(q.Events(all), { events: true }))).toEqual([])
  })

  it('are seen by whoever may read: of a document its history, of a set its entries', async () => {
    const { server, admin, withRole, step } = await withHistory(open)
    await step(q.Create(one, { data: { a: 'x', n: 1 } }))
    await step(q.Create(two, { data: { a: 'x', n: 2 } }))
    const role = async (name: string, privileges: object[]) => {
      await admin.query(q.CreateRole({ name, privileges } as never))
      return withRole(q.Role(name))
    }
    const reader = await role('reader', [
      { resource: q.Index('by_a'), actions: { read: true } },
      {
        resource: collection,
        actions: { read: q.Query(q.Lambda('ref', q.Equals(q.Var('ref'), one))) },
      },
    ])
    expect(await reader.refusal(q.Paginate(q.Events(one)))).toEqual(permissionDenied('paginate'))
    expect(await reader.data(q.Paginate(q.Events(q.Match('by_a', 'x'))))).toHaveLength(1)
    expect(await reader.data(q.Paginate(q.Events(q.Documents(collection))))).toHaveLength(1)
    expect(await reader.refusal(q.Paginate(q.Events(q.Match('all'))))).toEqual(
      permissionDenied('paginate'),
    )
    const historian = await role('historian', [
      { resource: collection, actions: { history_read: true } },
    ])
    expect(await historian.data(q.Paginate(q.Events(one)))).toHaveLength(1)
    expect(await historian.data(q.Paginate(q.Events(q.Singleton(one))))).toHaveLength(1)
    expect(await server.data(q.Paginate(q.Events(one)))).toHaveLength(1)
  })

  it('begin with what was valid at the minimum valid time', async () => {
    const api = await open()
    const { server, clock } = api
    await server.query(q.CreateCollection({ name: 'c' }))
    await server.query(q.CreateIndex({ name: 'all', source: collection }))
    const step = steps(api)
    await step(q.Create(one, { data: { n: 1 } }))
    const kept = await step(q.Update(one, { data: { n: 2, m: 1 } }))
    await step(q.Create(two, {}))
    await step(q.Delete(two))
    clock.advance({ seconds: 15 * 60 + 1 })
    expect(await shownEvents(api, one)).toEqual([[kept, 'create', '1', { n: 2, m: 1 }]])
    expect(await shownEvents(api, two)).toEqual([])
    expect(await shownEvents(api, q.Match('all'))).toEqual([])
    const updated = await step(q.Update(one, { data: { n: 3 } }))
    expect(await shownEvents(api, one)).toEqual([
      [kept, 'create', '1', { n: 2, m: 1 }],
      [updated, 'update', '1', { n: 3 }],
    ])
    expect(await shownEvents(api, one, { after: updated })).toEqual([
      [updated, 'update', '1', { n: 3 }],
    ])
    expect(await shownEvents(api, one, { before: updated })).toEqual([
      [kept, 'create', '1', { n: 2, m: 1 }],
    ])
    const deleted = await step(q.Delete(one))
    expect(await shownEvents(api, q.Match('all'))).toEqual([[deleted, 'remove', '1']])
    expect(await shownEvents(api, q.Documents(collection))).toEqual([[deleted, 'remove', '1']])
  })

  it('of what has expired stay, and expiry itself is none', async () => {
    const api = await withHistory(open)
    const { server, clock, step } = api
    const created = await step(
      q.Create(one, { data: { a: 'x', n: 1 }, ttl: clock.time(60) } as never),
    )
    const changed = await step(q.Update(one, { ttl: clock.time(30) } as never))
    clock.advance({ seconds: 100 })
    expect(await server.query(q.Exists(one))).toBe(false)
    expect(await shownEvents(api, one)).toEqual([
      [created, 'create', '1', { a: 'x', n: 1 }],
      [changed, 'update', '1', null],
    ])
    expect(await shownEvents(api, q.Match('by_a', 'x'))).toEqual([
      [created, 'add', '1', [1]],
      [changed, 'remove', '1', [1]],
      [changed, 'add', '1', [1]],
    ])
  })

  it('are no sets of entries: their first document can be got', async () => {
    const { server, step } = await withHistory(open)
    await step(q.Create(one, { data: { n: 7 } }))
    expect(await server.query(q.Select(['data', 'n'], q.Get(q.Events(one))))).toBe(7)
    expect(await server.json(q.Events(q.Match('all')))).toBe(
      '{"@set":{"events":{"match":{"@ref":{"id":"all","collection":{"@ref":{"id":"indexes"}}}}}}}',
    )
  })
})

/** A cursor as the driver would have it, from its JSON. */
function reviveCursor(cursor: unknown): unknown {
  const { ts, action } = cursor as { ts: number; action: string }
  return { ts, action, document: one }
}
