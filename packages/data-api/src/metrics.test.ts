import type { ExprArg } from 'faunadb'
import { expect, it } from 'vitest'
import { describeDataApi, type Open } from './testing/describe-data-api.ts'
import { q, type TestDataApi } from './testing/test-data-api.ts'

const names = [
  'compute-ops',
  'byte-read-ops',
  'byte-write-ops',
  'storage-bytes-read',
  'storage-bytes-write',
] as const

/** What the headers of an answer say of its query. */
async function metrics({ server, send }: TestDataApi, query: ExprArg) {
  const { headers } = await send({
    headers: { authorization: `Bearer ${server.secret}`, 'x-faunadb-api-version': '4' },
    body: JSON.stringify(query),
  })
  const [compute, reads, writes, bytesRead, bytesWritten] = names.map((name) =>
    Number(headers[`x-${name}`]),
  ) as [number, number, number, number, number]
  return { compute, reads, writes, bytesRead, bytesWritten }
}

const collection = q.Collection('c')
const document = (id: number) => q.Ref(collection, id)
const text = (length: number) => ({ data: { text: 'x'.repeat(length) } })

async function withDocuments(open: Open) {
  const api = await open()
  const { server } = api
  await server.query(q.CreateCollection({ name: 'c' }))
  await server.query(
    q.Do(
      q.CreateIndex({
        name: 'three',
        source: collection,
        terms: [{ field: ['data', 'a'] }],
        partitions: 3,
      }),
      q.CreateIndex({ name: 'all', source: collection }),
    ),
  )
  await server.query(
    q.Do(
      q.Create(document(1), { data: { a: 1 } }),
      q.Create(document(2), { data: { a: 1 } }),
      q.Create(document(3), text(9000)),
    ),
  )
  return api
}

const nothing = { compute: 1, reads: 0, writes: 0, bytesRead: 0, bytesWritten: 0 }

describeDataApi('what a query costs', (open) => {
  it('is nothing without documents', async () => {
    const api = await withDocuments(open)
    for (const query of [
      1,
      q.Let({ a: 1 }, q.Var('a')),
      q.Do(document(1)),
      q.Match(q.Index('all')),
    ]) {
      expect(await metrics(api, query)).toEqual(nothing)
    }
  })

  it('is an operation for each 4096 bytes of a document, once', async () => {
    const api = await withDocuments(open)
    const small = await metrics(api, q.Get(document(1)))
    expect(small).toEqual({ ...nothing, reads: 1, bytesRead: small.bytesRead })
    expect(small.bytesRead).toBeGreaterThan(0)
    expect(await metrics(api, q.Do(q.Get(document(1)), q.Exists(document(1))))).toEqual(small)
    const large = await metrics(api, q.Get(document(3)))
    expect(large.reads).toBe(Math.ceil(large.bytesRead / 4096))
    expect(large.reads).toBe(3)
    const both = await metrics(api, [q.Get(document(3)), q.Get(document(1))])
    expect(both.reads).toBe(4)
    expect(both.bytesRead).toBe(small.bytesRead + large.bytesRead)
    expect((await metrics(api, q.Exists(document(9)))).reads).toBe(1)
  })

  it('is an operation for each partition of a set, and for what 4096 bytes do not hold', async () => {
    const api = await withDocuments(open)
    const three = q.Match(q.Index('three'), 1)
    const all = q.Match(q.Index('all'))
    const reads = async (query: ExprArg) => (await metrics(api, query)).reads
    expect(await reads(q.Paginate(three))).toBe(3)
    expect(await reads(q.Paginate(all))).toBe(8)
    expect(await reads(q.Paginate(q.Documents(collection)))).toBe(8 + 2)
    expect(await reads(q.Paginate(q.Union(three, all)))).toBe(11)
    expect(await reads(q.Get(three))).toBe(3)
    expect(await reads(q.Exists(three))).toBe(3)
    expect(await reads(q.Map(q.Paginate(three), q.Lambda('ref', q.Get(q.Var('ref')))))).toBe(5)
  })

  it('is an operation for each 1024 bytes that are written of each document', async () => {
    const api = await withDocuments(open)
    const one = await metrics(api, q.Create(document(11), { data: { a: 1 } }))
    expect(one).toEqual({ ...nothing, writes: 1, bytesWritten: one.bytesWritten })
    expect(one.bytesWritten).toBeLessThan(1024)
    const long = await metrics(api, q.Create(document(12), text(5000)))
    expect(long.writes).toBe(Math.ceil(long.bytesWritten / 1024))
    const many = q.Do([13, 14, 15].map((id) => q.Create(document(id), {})))
    expect((await metrics(api, many)).writes).toBe(3)
    const update = await metrics(api, q.Update(document(11), { data: { a: 2 } }))
    expect(update).toMatchObject({ reads: 0, writes: 1 })
    expect(update.bytesRead).toBeGreaterThan(0)
    expect((await metrics(api, q.Delete(document(11)))).writes).toBe(1)
    expect((await metrics(api, q.CreateCollection({ name: 'd' }))).writes).toBe(1)
  })

  it('is not what it reads of its own writes', async () => {
    const api = await withDocuments(open)
    const query = q.Do(q.Replace(document(1), text(1)), q.Exists(document(1)), q.Create(collection))
    expect(await metrics(api, query)).toMatchObject({ reads: 0, writes: 2 })
  })

  it('counts the elements of an aggregate, and the terms and values of an index that is built', async () => {
    const api = await withDocuments(open)
    const hundred = Array.from({ length: 100 }, (_, i) => i)
    const compute = async (query: ExprArg) => (await metrics(api, query)).compute
    for (const aggregate of [q.Count, q.Sum, q.Mean]) {
      expect(await compute(aggregate(hundred))).toBe(3)
    }
    await api.server.query(q.Foreach(hundred, q.Lambda('i', q.Create(collection))))
    const index = (name: string, terms: object[], values: object[]) =>
      q.CreateIndex({ name, source: collection, terms, values })
    const field = { field: ['data', 'a'] }
    expect(await compute(index('x', [field, field], [field]))).toBe(Math.ceil((1 + 3 * 103) / 50))
  })

  it('is nothing if it fails, unless it ends itself', async () => {
    const api = await withDocuments(open)
    const created = q.Create(collection)
    expect(await metrics(api, [created, q.Get(document(9))])).toEqual(nothing)
    expect(await metrics(api, [q.Get(document(1)), q.Divide(1, 0)])).toEqual(nothing)
    const small = await metrics(api, q.Get(document(1)))
    expect(await metrics(api, q.If(q.Exists(document(1)), q.Abort('done'), created))).toEqual(small)
  })

  it('of a login is the reading of the credentials', async () => {
    const api = await withDocuments(open)
    await api.server.query(q.Update(document(1), { credentials: { password: 'secret' } }))
    expect(await metrics(api, q.Login(document(1), { password: 'secret' }))).toMatchObject({
      reads: 1,
      writes: 1,
    })
  })
})
