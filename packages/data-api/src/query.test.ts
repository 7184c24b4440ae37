import { expect, it } from 'vitest'
import { describeDataApi, type Open } from './testing/describe-data-api.ts'
import { notFound, refused } from './testing/refusals.ts'
import { q, type TestDataApi } from './testing/test-data-api.ts'

const one = q.Ref(q.Collection('c'), 1)

async function withCollection(open: Open) {
  const api = await open()
  await api.server.query(q.CreateCollection({ name: 'c' }))
  return api
}

/** Sends a query, written as JSON, with a server key. */
function post(api: TestDataApi, body: unknown, headers: Record<string, string> = {}) {
  return api.send({
    headers: {
      authorization: `Bearer ${api.server.secret}`,
      'x-faunadb-api-version': '4',
      ...headers,
    },
    body: JSON.stringify(body),
  })
}

describeDataApi('a transaction', (open) => {
  it('has one time for all that it writes, which the header tells too', async () => {
    const api = await withCollection(open)
    const create = { create: { collection: 'c' } }
    const { headers, body } = await post(api, [create, create, { now: null }])
    const [a, b, now] = JSON.parse(body).resource
    expect(a.ts).toBe(b.ts)
    expect(headers['x-txn-time']).toBe(String(a.ts))
    expect(BigInt(Date.parse(now['@ts'])) / 1000n).toBe(BigInt(a.ts) / 1_000_000n)
    const later = await post(api, create)
    expect(Number(later.headers['x-txn-time'])).toBeGreaterThan(a.ts)
    const read = await post(api, 1)
    expect(Number(read.headers['x-txn-time'])).toBeGreaterThanOrEqual(
      Number(later.headers['x-txn-time']),
    )
  })

  it('sees its own writes, in the order they are written', async () => {
    const { server } = await withCollection(open)
    const n = q.Select(['data', 'n'], q.Get(one))
    const update = (by: number) => q.Update(one, { data: { n: q.Add(n, by) } })
    const values = await server.query(
      q.Let({ made: q.Create(one, { data: { n: 1 } }) }, [
        n,
        q.Select(['data', 'n'], update(10)),
        n,
        q.Select(['data', 'n'], update(100)),
        n,
      ]),
    )
    expect(values).toEqual([1, 11, 11, 111, 111])
    expect(await server.query(n)).toBe(111)
    const gone = q.Do(q.Delete(one), q.Get(one))
    expect(await server.refusal(gone)).toEqual(notFound('Document', 'do', 1))
    expect(await server.query(q.Exists(one))).toBe(true)
  })

  it('that fails anywhere leaves no trace', async () => {
    const api = await withCollection(open)
    const { server, admin } = api
    await server.query(
      q.CreateIndex({ name: 'x', source: q.Collection('c'), terms: [{ field: ['data', 'n'] }] }),
    )
    await server.query(q.Create(one, { data: { n: 1 } }))
    const before = await api.dump()
    const failures = [
      q.Abort('no'),
      q.Get(q.Ref(q.Collection('c'), 99)),
      q.Divide(1, 0),
      q.Create(q.Collection('c'), { data: 1 }),
      q.Select('no', {}),
    ]
    const writes = [
      q.Create(q.Collection('c'), { data: { n: [2, 3] }, credentials: { password: 'x' } }),
      q.Update(one, { data: { n: 2 } }),
      q.Delete(one),
      q.CreateCollection({ name: 'd' }),
      q.CreateKey({ role: 'client' }),
      q.Delete(q.Collection('c')),
      q.NewId(),
    ]
    for (const failure of failures) {
      for (const write of writes) {
        const refusal = await admin.refusal(q.Do(write, failure))
        expect(refusal.status).toBeGreaterThanOrEqual(400)
      }
      await admin.refusal([...writes, failure])
    }
    expect(await api.dump()).toEqual(before)
  })

  it('that another overtakes is tried again, and loses nothing', async () => {
    const { server } = await withCollection(open)
    await server.query(q.Create(one, { data: { n: 0 } }))
    const add = q.Update(one, { data: { n: q.Add(1, q.Select(['data', 'n'], q.Get(one))) } })
    await Promise.all(Array.from({ length: 20 }, () => server.query(add)))
    expect((await server.query(q.Get(one))).data).toEqual({ n: 20 })
  })

  it('of concurrent creates lets one win a name or a unique entry', async () => {
    const { server } = await withCollection(open)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => server.query(q.CreateCollection({ name: 'd' }))),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await server.query(
      q.CreateIndex({
        name: 'u',
        source: q.Collection('c'),
        terms: [{ field: ['data', 'mail'] }],
        unique: true,
      }),
    )
    const create = q.Create(q.Collection('c'), { data: { mail: 'x' } })
    const made = await Promise.allSettled(Array.from({ length: 8 }, () => server.query(create)))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('reads at least what the client has seen', async () => {
    const api = await withCollection(open)
    const seen = String(api.clock.micros + 5_000_000n)
    const { status, headers } = await post(api, 1, { 'x-last-seen-txn': seen })
    expect([status, headers['x-txn-time']]).toEqual([200, seen])
    const future = String(api.clock.micros + 60_000_000n)
    const refusal = await post(api, 1, { 'x-last-seen-txn': future })
    expect([refusal.status, JSON.parse(refusal.body)]).toEqual([
      400,
      {
        errors: [
          {
            code: 'bad request',
            description: `Cannot read at ${future}, it is too far in the future.`,
          },
        ],
      },
    ])
  })

  it('that takes too long ends', async () => {
    const api = await withCollection(open)
    const many = (body: unknown) => ({
      map: { lambda: '_', expr: body },
      collection: Array(1000).fill(1),
    })
    const slow = many(many(many({ add: [1, 2] })))
    const { status, body } = await post(api, slow, { 'x-query-timeout': '20' })
    expect([status, JSON.parse(body)]).toEqual([
      503,
      { errors: [{ code: 'time out', description: 'Read timed out' }] },
    ])
  })

  it('that is a GET only reads', async () => {
    const api = await withCollection(open)
    await api.server.query(q.Create(one, { data: { n: 1 } }))
    const get = (query: unknown) =>
      api.send({
        method: 'GET',
        query: `q=${encodeURIComponent(JSON.stringify(query))}`,
        headers: { authorization: `Bearer ${api.server.secret}`, 'x-faunadb-api-version': '4' },
      })
    const ref = { ref: { collection: 'c' }, id: '1' }
    expect(JSON.parse((await get({ get: ref })).body).resource.data).toEqual({ n: 1 })
    for (const write of [{ delete: ref }, { new_id: null }, { create: { collection: 'c' } }]) {
      const { status, body } = await get([write])
      const [error] = refused(
        400,
        'invalid expression',
        'Call performs a write, which is not allowed in get requests.',
        [0],
      ).errors
      expect([status, JSON.parse(body)]).toEqual([400, { errors: [error] }])
    }
  })
})

describeDataApi('the metrics of a query', (open) => {
  const metric = (headers: Record<string, string>, name: string) => Number(headers[`x-${name}`])

  it('count computing, reading and writing', async () => {
    const api = await withCollection(open)
    const pure = await post(api, [1, 'a'])
    const ops = ['compute-ops', 'byte-read-ops', 'byte-write-ops']
    expect(ops.map((name) => metric(pure.headers, name))).toEqual([1, 0, 0])
    const write = await post(api, { create: { ref: { collection: 'c' }, id: '1' } })
    expect(metric(write.headers, 'byte-write-ops')).toBeGreaterThan(0)
    expect(metric(write.headers, 'storage-bytes-write')).toBeGreaterThan(0)
    const read = await post(api, { get: { ref: { collection: 'c' }, id: '1' } })
    expect(metric(read.headers, 'byte-read-ops')).toBe(1)
    expect(metric(read.headers, 'storage-bytes-read')).toBeGreaterThan(0)
    expect(metric(read.headers, 'query-bytes-out')).toBe(Buffer.byteLength(read.body))
    const add = { add: [1, 2] }
    const long = await post(api, Array(120).fill(add))
    expect(metric(long.headers, 'compute-ops')).toBe(3)
  })

  it('are nothing for a query that fails', async () => {
    const api = await withCollection(open)
    const { headers } = await post(api, [{ create: { collection: 'c' } }, { divide: [1, 0] }])
    const ops = ['compute-ops', 'byte-read-ops', 'byte-write-ops', 'storage-bytes-write']
    expect(ops.map((name) => metric(headers, name))).toEqual([1, 0, 0, 0])
  })
})
