import type { ExprArg } from 'faunadb'
import { expect, it } from 'vitest'
import { describeDataApi, type Open } from './testing/describe-data-api.ts'
import {
  invalid,
  invalidArgument,
  invalidRef,
  permissionDenied,
  refused,
  wrongType,
} from './testing/refusals.ts'
import { q, type TestDataApi } from './testing/test-data-api.ts'

const collection = q.Collection('c')
const one = q.Ref(collection, 1)
const second = 1_000_000

const writeTime = (...position: string[]) =>
  refused(400, 'invalid write time', 'Cannot write outside of snapshot time.', position)

async function withCollection(open: Open, fields: object = { history_days: 30 }) {
  const api = await open()
  const { server, clock } = api
  await server.query(q.CreateCollection({ name: 'c', ...fields }))
  await server.query(
    q.CreateIndex({
      name: 'by_n',
      source: collection,
      unique: true,
      terms: [{ field: ['data', 'n'] }],
      values: [{ field: 'ts' }],
    }),
  )
  clock.advance({ seconds: 1000 })
  return { ...api, start: Number(clock.micros) - 1000 * second }
}

const events = async ({ server }: TestDataApi, set: ExprArg = one) =>
  (await server.data<Record<string, unknown>>(q.Paginate(q.Events(set)))).map(
    ({ ts, action, data }) => [ts, action, data],
  )

describeDataApi('insert and remove', (open) => {
  it('write the past of a document that need not exist', async () => {
    const api = await withCollection(open)
    const { server, start } = api
    const [first, later] = [start + 10 * second, start + 20 * second]
    expect(await server.json(q.Insert(one, later, 'create', { data: { n: 2 } }))).toBe(
      `{"ts":${later},"action":"create","document":{"@ref":{"id":"1","collection":` +
        '{"@ref":{"id":"c","collection":{"@ref":{"id":"collections"}}}}}},"data":{"n":2}}',
    )
    expect(await server.query(q.Select(['data', 'n'], q.Get(one)))).toBe(2)
    expect(await server.query(q.Select('ts', q.Get(one)))).toBe(later)
    await server.query(q.Insert(one, first, 'update', { data: { n: 1, m: 1 } }))
    // The version that follows is told against the one before it from then on.
    expect(await events(api)).toEqual([
      [first, 'create', { n: 1, m: 1 }],
      [later, 'update', { n: 2, m: null }],
    ])
    expect(await server.query(q.Select(['data', 'n'], q.Get(one, first)))).toBe(1)
    expect(await server.query(q.Exists(one, first - 1))).toBe(false)
    const middle = start + 15 * second
    const deletion = await server.query(q.Insert(one, middle, 'delete', { data: { no: 1 } }))
    expect(deletion).toMatchObject({ action: 'delete', data: null })
    expect(await events(api)).toEqual([
      [first, 'create', { n: 1, m: 1 }],
      [middle, 'delete', null],
      [later, 'create', { n: 2 }],
    ])
    expect(await server.json(q.Remove(one, middle, 'delete'))).toBe('null')
    expect(await server.json(q.Remove(one, later, 'delete'))).toBe('null')
    expect(await events(api)).toHaveLength(2)
    await server.query(q.Remove(one, later, 'create'))
    expect(await server.query(q.Select(['data', 'n'], q.Get(one)))).toBe(1)
    await server.query(q.Remove(one, first, 'update'))
    expect(await server.query(q.Exists(one))).toBe(false)
    expect(await events(api)).toEqual([])
    expect(await server.json(q.Remove(one, first, 'create'))).toBe('null')
  })

  it('revise the history of indexes', async () => {
    const api = await withCollection(open)
    const { server, start } = api
    const at = (s: number) => start + s * second
    const of = (n: number) => q.Match('by_n', n)
    await server.query(q.Insert(one, at(10), 'create', { data: { n: 1 } }))
    await server.query(q.Insert(one, at(20), 'create', { data: { n: 2 } }))
    await server.query(q.Insert(one, at(30), 'delete', {}))
    const shown = async (n: number) =>
      (await events(api, of(n))).map(([ts, action]) => [ts, action])
    expect(await shown(1)).toEqual([
      [at(10), 'add'],
      [at(20), 'remove'],
    ])
    expect(await shown(2)).toEqual([
      [at(20), 'add'],
      [at(30), 'remove'],
    ])
    expect(await server.data(q.Paginate(of(1), { ts: at(15) }))).toEqual([at(10)])
    await server.query(q.Remove(one, at(20), 'update'))
    expect(await shown(1)).toEqual([
      [at(10), 'add'],
      [at(30), 'remove'],
    ])
    expect(await shown(2)).toEqual([])
    await server.query(q.Insert(one, at(5), 'create', { data: { n: 2 } }))
    expect(await shown(2)).toEqual([
      [at(5), 'add'],
      [at(10), 'remove'],
    ])
    await server.query(q.Remove(one, at(30), 'delete'))
    expect(await server.data(q.Paginate(of(1)))).toEqual([at(10)])
    await server.query(q.Remove(one, at(10), 'create'))
    expect(await server.data(q.Paginate(of(1)))).toEqual([])
    expect(await server.data(q.Paginate(of(2)))).toEqual([at(5)])
  })

  it('cut and join the times for which an entry is in an index', async () => {
    const api = await withCollection(open)
    const { server, start } = api
    const terms = [{ field: ['data', 'n'] }]
    await server.query(q.CreateIndex({ name: 'plain', source: collection, terms }))
    const at = (s: number) => start + s * second
    const insert = (s: number, n: number) =>
      server.query(q.Insert(one, at(s), 'create', { data: { n } }))
    const shown = async (n: number) =>
      (await events(api, q.Match('plain', n))).map(([ts, action]) => [ts, action])
    for (const end of ['present', 'past']) {
      if (end === 'past') await server.query(q.Insert(one, at(40), 'delete', {}))
      const rest = end === 'past' ? [[at(40), 'remove']] : []
      await insert(10, 1)
      await insert(20, 2)
      await insert(30, 1)
      const cut = [[at(10), 'add'], [at(20), 'remove'], [at(30), 'add'], ...rest]
      const joined = [[at(10), 'add'], ...rest]
      expect(await shown(1)).toEqual(cut)
      await insert(20, 1)
      expect(await shown(1)).toEqual(joined)
      expect(await shown(2)).toEqual([])
      await insert(20, 2)
      expect(await shown(1)).toEqual(cut)
      await server.query(q.Remove(one, at(20), 'create'))
      expect(await shown(1)).toEqual(joined)
      await server.query(q.Remove(one, at(30), 'create'))
      expect(await shown(1)).toEqual(joined)
    }
  })

  it('write at the time of the transaction too', async () => {
    const api = await withCollection(open)
    const { server, clock } = api
    await server.query(q.Insert(one, q.Now(), 'create', { data: { n: 1 } }))
    const now = Number(clock.micros)
    expect(await events(api)).toEqual([[now, 'create', { n: 1 }]])
    expect(await server.data(q.Paginate(q.Match('by_n', 1)))).toEqual([now])
    clock.advance({ seconds: 1 })
    await server.query(
      q.Do(
        q.Update(one, { data: { n: 2 } }),
        q.Insert(one, q.Now(), 'create', { data: { n: 3 } }),
        q.Insert(one, q.TimeSubtract(q.Now(), 500, 'millisecond'), 'create', { data: { n: 4 } }),
        q.Update(one, { data: { m: 1 } }),
      ),
    )
    expect(await events(api)).toEqual([
      [now, 'create', { n: 1 }],
      [now + 500_000, 'update', { n: 4 }],
      [now + second, 'update', { n: 3, m: 1 }],
    ])
    const found = (n: number) => server.data(q.Paginate(q.Match('by_n', n)))
    expect([await found(1), await found(2), await found(3), await found(4)]).toEqual([
      [],
      [],
      [now + second],
      [],
    ])
    expect(
      await server.refusal(q.Insert(one, q.TimeAdd(q.Now(), 1, 'second'), 'create', {})),
    ).toEqual(writeTime())
    // A past time does not hold them back, as it does other writes.
    await server.query(q.At(now, q.Remove(one, now, 'create')))
    expect(await events(api)).toHaveLength(2)
  })

  it('do not ask unique indexes', async () => {
    const { server, start } = await withCollection(open)
    const at = start + second
    await server.query(q.Insert(one, at, 'create', { data: { n: 1 } }))
    await server.query(q.Insert(q.Ref(collection, 2), at, 'create', { data: { n: 1 } }))
    expect(await server.data(q.Paginate(q.Match('by_n', 1)))).toEqual([at, at])
  })

  it('leave nothing behind before the minimum valid time', async () => {
    const { server, start, clock, dump } = await withCollection(open, {})
    const old = start - 3600 * second
    const before = await dump()
    expect(await server.query(q.Insert(one, old, 'create', { data: { n: 1 } }))).toMatchObject({
      ts: old,
      action: 'create',
    })
    await server.query(q.Remove(one, old, 'create'))
    await server.query(q.Insert(one, -1, 'create', {}))
    await server.query(q.Remove(one, -1, 'create'))
    expect(await dump()).toEqual(before)
    expect(await server.query(q.Exists(one))).toBe(false)
    // The minimum is that of the transaction, which is no earlier than the clock.
    const kept = Number(clock.micros) - 899 * second
    await server.query(q.Insert(one, kept, 'create', {}))
    expect(await server.query(q.Exists(one))).toBe(true)
  })

  it('reach back to the epoch where history is kept for ever, and no further', async () => {
    const api = await withCollection(open, { history_days: null })
    const { server } = api
    await server.query(q.Insert(one, -1, 'create', { data: { n: 1 } }))
    await server.query(q.Remove(one, -1, 'create'))
    expect(await events(api)).toEqual([])
    await server.query(q.Insert(one, 0, 'create', { data: { n: 2 } }))
    expect(await events(api)).toEqual([[0, 'create', { n: 2 }]])
    expect(await server.data(q.Paginate(q.Match('by_n', 2), { ts: 1 }))).toEqual([0])
  })

  it('keep the shapes of data and ttl, and give the collection its ttl_days', async () => {
    const { server, start, clock } = await withCollection(open, { history_days: 1, ttl_days: 1 })
    const at = start + second
    const insert = (params: object) => server.refusal(q.Insert(one, at, 'create', params as never))
    expect(await insert({ data: 1, ttl: 2 })).toEqual(
      invalid([], wrongType('Long', 'Map', 'data'), wrongType('Long', 'Time', 'ttl')),
    )
    expect(await insert({ data: { r: q.Collection('no') } })).toMatchObject({
      errors: [{ code: 'validation failed', position: [] }],
    })
    await server.query(
      q.Insert(one, at, 'create', {
        data: { n: 1 },
        credentials: { password: 'x' },
        other: 1,
      } as never),
    )
    const document = await server.query(q.Get(one))
    expect(Object.keys(document)).toEqual(['ref', 'ts', 'data', 'ttl'])
    expect(await server.query(q.Identify(one, 'x'))).toBe(false)
    clock.advance({ days: 1, seconds: 1 })
    expect(await server.query(q.Exists(one))).toBe(false)
  })

  it('refuse what has no history of its own, wrong types, and other databases', async () => {
    const { server, root, start } = await withCollection(open)
    const insert = (ref: ExprArg, ...rest: ExprArg[]) =>
      server.refusal(q.Insert(ref, (rest[0] ?? start) as never, (rest[1] ?? 'create') as never, {}))
    const remove = (ref: ExprArg, ...rest: ExprArg[]) =>
      server.refusal(q.Remove(ref, (rest[0] ?? start) as never, (rest[1] ?? 'create') as never))
    for (const ref of [collection, q.Index('by_n'), q.Tokens(), q.Ref(q.Tokens(), 1)]) {
      expect(await insert(ref)).toEqual(invalidArgument('Cannot insert event for specified ref.'))
      expect(await remove(ref)).toEqual(invalidArgument('Cannot remove event for specified ref.'))
    }
    expect(await remove(q.Ref(q.Keys(), 1))).toEqual(
      invalidArgument('Cannot remove event for specified ref.'),
    )
    expect(await insert(q.Collection('no'))).toEqual(invalidRef('collection', 'no', 'insert'))
    expect(await remove(q.Collection('no'))).toEqual(invalidRef('collection', 'no', 'remove'))
    expect(await insert(1)).toEqual(invalidArgument('Ref expected, Integer provided.', 'insert'))
    expect(await insert(one, 'now')).toEqual(
      invalidArgument('Time expected, String provided.', 'ts'),
    )
    const action = (type: string) =>
      invalidArgument(
        `String 'create', 'update', or 'delete' expected, ${type} provided.`,
        'action',
      )
    expect(await insert(one, start, 'add')).toEqual(action('String'))
    expect(await remove(one, start, 1)).toEqual(action('Integer'))
    const scoped = q.Ref(q.Collection('c', q.Database('test')), 1)
    expect(await root.refusal(q.Insert(scoped, start, 'create', {}))).toEqual(
      invalidArgument('Cannot write a scoped ref.', 'insert'),
    )
    expect(await root.refusal(q.Remove(scoped, start, 'create'))).toEqual(
      invalidArgument('Cannot write a scoped ref.', 'remove'),
    )
  })

  it('need history_write, which sees the ref, the time, the action and the data', async () => {
    const { server, admin, withRole, start } = await withCollection(open)
    const at = start + second
    const may = q.Query(
      q.Lambda(
        ['ref', 'ts', 'action', 'data'],
        q.And(
          q.Equals(q.Var('ref'), one),
          q.Equals(q.Var('ts'), q.Epoch(at, 'microsecond')),
          q.Equals(q.Var('action'), 'update'),
          q.Equals(q.Var('data'), { data: { n: 1 } }),
        ),
      ),
    )
    await admin.query(
      q.CreateRole({
        name: 'historian',
        privileges: [{ resource: collection, actions: { history_write: may } }],
      }),
    )
    const historian = await withRole(q.Role('historian'))
    const params = { data: { n: 1 }, masked: true } as never
    expect(await historian.refusal(q.Insert(one, at, 'create', params))).toEqual(permissionDenied())
    expect(await historian.refusal(q.Remove(one, at, 'update'))).toEqual(permissionDenied())
    await historian.query(q.Insert(one, at, 'update', params))
    expect(await server.query(q.Exists(one))).toBe(true)
    await historian.query(q.Remove(one, at, 'update'))
    expect(await server.query(q.Exists(one))).toBe(false)
  })

  it('of a key leave its hash behind', async () => {
    const { admin, as, start } = await withCollection(open)
    const key = await admin.query(q.CreateKey({ role: 'server' }))
    const server = as(key.secret)
    expect(await server.query(1)).toBe(1)
    await admin.query(q.Insert(key.ref, q.Now(), 'create', { role: 'server' } as never))
    expect(Object.keys(await admin.query(q.Get(key.ref)))).toEqual(['ref', 'ts', 'role'])
    expect(await server.refusal(1)).toMatchObject({ status: 401 })
    expect(start).toBeGreaterThan(0)
  })
})
