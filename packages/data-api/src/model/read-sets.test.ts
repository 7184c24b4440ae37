import type { ExprArg } from 'faunadb'
import { expect, it } from 'vitest'
import { describeDataApi, type Open } from '../testing/describe-data-api.ts'
import {
  invalidArgument,
  invalidRef,
  notFound,
  permissionDenied,
  refused,
} from '../testing/refusals.ts'
import { nil, type Page, q } from '../testing/test-data-api.ts'

/** Documents 1 to 100 whose `n` is their id, and an index over `n`. */
async function withNumbers(open: Open, value: object = { field: ['data', 'n'] }) {
  const api = await open()
  const { server } = api
  await server.query(q.CreateCollection({ name: 'c' }))
  await server.query(
    q.CreateIndex({ name: 'x', source: q.Collection('c'), values: [value] } as never),
  )
  const ids = Array.from({ length: 100 }, (_, i) => i + 1)
  await server.query(
    q.Foreach(
      ids,
      q.Lambda('i', q.Create(q.Ref(q.Collection('c'), q.Var('i')), { data: { n: q.Var('i') } })),
    ),
  )
  const page = (options: object) => server.query<Page>(q.Paginate(q.Match('x'), options))
  const ref = (id: number) => ({ value: { id: String(id) } })
  return { ...api, page, ref }
}

const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describeDataApi('pages of an index', (open) => {
  it('have the entries from a cursor on, and where the next page begins', async () => {
    const { page, ref } = await withNumbers(open)
    const first = await page({ size: 25 })
    expect(first).toMatchObject({ data: span(1, 25), after: [26, ref(26)] })
    expect(first).not.toHaveProperty('before')
    const second = await page({ size: 25, after: first.after })
    expect(second).toMatchObject({
      data: span(26, 50),
      before: [26, ref(26)],
      after: [51, ref(51)],
    })
    expect(await page({ size: 25, after: 26 })).toMatchObject({
      data: span(26, 50),
      before: [26],
      after: [51, ref(51)],
    })
    const last = await page({ size: 25, after: [76] })
    expect(last).toMatchObject({ data: span(76, 100), before: [76] })
    expect(last).not.toHaveProperty('after')
    expect(await page({})).toMatchObject({ data: span(1, 64), after: [65, ref(65)] })
    expect(await page({ after: 0 })).toMatchObject({ data: span(1, 64), before: [0] })
    expect(await page({ size: 200_000 })).toEqual({ data: span(1, 100) })
  })

  it('have the entries before a cursor, in ascending order', async () => {
    const { page, ref } = await withNumbers(open)
    const { after } = await page({ size: 25 })
    expect(await page({ size: 10, before: after })).toMatchObject({
      data: span(16, 25),
      before: [16, ref(16)],
      after: [26, ref(26)],
    })
    const first = await page({ size: 25, before: 11 })
    expect(first).toMatchObject({ data: span(1, 10), after: [11] })
    expect(first).not.toHaveProperty('before')
    expect(await page({ size: 10, before: null })).toMatchObject({
      data: span(91, 100),
      before: [91, ref(91)],
      after: [null],
    })
    expect(await page({ size: 10, before: 10 })).toEqual({ data: span(1, 9), after: [10] })
    expect(await page({ after: null })).toEqual({ data: [], before: [null] })
    expect(await page({ before: 0 })).toEqual({ data: [], after: [0] })
  })

  it('take a cursor object as well', async () => {
    const { page, server } = await withNumbers(open)
    expect(await page({ cursor: { after: 99 } })).toEqual({ data: [99, 100], before: [99] })
    expect(await page({ cursor: { before: 3 } })).toEqual({ data: [1, 2], after: [3] })
    expect(await page({ cursor: null, size: 1 })).toMatchObject({ data: [1] })
    const text =
      "Invalid cursor object. Expected an object with either 'before' or 'after' key in it."
    for (const cursor of [1, {}, { after: 1, before: 2 }, { x: 1 }]) {
      const paginate = q.Paginate(q.Match('x'), { cursor } as never)
      expect(await server.refusal(paginate)).toEqual(invalidArgument(text, 'cursor'))
    }
  })

  it('of no size echo their cursor', async () => {
    const { page } = await withNumbers(open)
    expect(await page({ size: 0 })).toEqual({ data: [] })
    expect(await page({ size: 0, after: 5 })).toEqual({ data: [], before: [5], after: [5] })
    expect(await page({ size: 0, before: 5 })).toEqual({ data: [], before: [5], after: [5] })
    expect(await page({ size: -1, after: 5 })).toEqual({ data: [], before: [5] })
    expect(await page({ size: -1, before: 5 })).toEqual({ data: [], after: [5] })
  })

  it('descend where the value does, cursors too', async () => {
    const { page, ref } = await withNumbers(open, { field: ['data', 'n'], reverse: true })
    const down = (from: number, to: number) => span(to, from).reverse()
    const first = await page({ size: 25 })
    expect(first).toMatchObject({ data: down(100, 76), after: [75, ref(75)] })
    expect(await page({ size: 25, after: first.after })).toMatchObject({ data: down(75, 51) })
    expect(await page({ size: 25, before: first.after })).toMatchObject({
      data: down(100, 76),
      after: [75, ref(75)],
    })
    expect(await page({ size: 5, after: 10 })).toMatchObject({
      data: [10, 9, 8, 7, 6],
      before: [10],
      after: [5, ref(5)],
    })
    expect(await page({ size: 5, before: 10 })).toMatchObject({
      data: [15, 14, 13, 12, 11],
      before: [15, ref(15)],
    })
  })

  it('tell what they are made of', async () => {
    const { server } = await withNumbers(open)
    const paginate = q.Paginate(q.Match('x'), { size: 1, sources: true })
    expect(JSON.parse(await server.json(q.Select('data', paginate)))).toEqual([
      {
        value: 1,
        sources: [
          { '@set': { match: { '@ref': { id: 'x', collection: { '@ref': { id: 'indexes' } } } } } },
        ],
      },
    ])
  })

  it('go through a set without missing or repeating an entry, both ways', async () => {
    const { page } = await withNumbers(open)
    for (const size of [1, 7, 100]) {
      const forward: unknown[] = []
      let next: Page | undefined = await page({ size })
      while (next !== undefined) {
        forward.push(...next.data)
        next = next.after === undefined ? undefined : await page({ size, after: next.after })
      }
      expect(forward).toEqual(span(1, 100))
      const backward: unknown[] = []
      next = await page({ size, before: null })
      while (next !== undefined) {
        backward.unshift(...next.data)
        next = next.before === undefined ? undefined : await page({ size, before: next.before })
      }
      expect(backward).toEqual(span(1, 100))
    }
  })
})

/** Two values, the first descending, and equal ones for several documents. */
async function withPairs(open: Open) {
  const api = await open()
  const { server } = api
  await server.query(q.CreateCollection({ name: 'c' }))
  const values = [{ field: ['data', 'a'], reverse: true }, { field: ['data', 'b'] }]
  await server.query(q.CreateIndex({ name: 'x', source: q.Collection('c'), values } as never))
  const put = (id: number, a: ExprArg, b: ExprArg) =>
    server.query(q.Create(q.Ref(q.Collection('c'), id), { data: { a, b } }))
  await put(1, 'b', 1)
  await put(2, 'b', 2)
  await put(3, 'b', 2)
  await put(4, 'a', 1)
  await put(5, 'ab', 1)
  await put(6, 'a', q.Collection('c'))
  const page = (options: object) => server.query<Page>(q.Paginate(q.Match('x'), options))
  return { ...api, page, at: (id: number) => q.Ref(q.Collection('c'), id) }
}

describeDataApi('cursors of several values', (open) => {
  it('may be a prefix of them: all its entries come after it, none before', async () => {
    const { page } = await withPairs(open)
    const b = [
      ['b', 1],
      ['b', 2],
      ['b', 2],
    ]
    const whole = await page({})
    expect(whole.data.slice(0, 5)).toEqual([...b, ['ab', 1], ['a', 1]])
    expect((await page({ after: 'ab' })).data.slice(0, 2)).toEqual([
      ['ab', 1],
      ['a', 1],
    ])
    expect((await page({ before: ['ab'] })).data).toEqual(b)
    expect((await page({ before: ['a'] })).data).toEqual([...b, ['ab', 1]])
    expect((await page({ before: 'b' })).data).toEqual([])
    expect((await page({ after: ['b', 2] })).data.slice(0, 3)).toEqual([...b.slice(1), ['ab', 1]])
    expect((await page({ before: ['b', 2] })).data).toEqual([['b', 1]])
  })

  it('that are whole name one entry', async () => {
    const { page, at } = await withPairs(open)
    expect((await page({ after: ['b', 2, at(3)] })).data.slice(0, 2)).toEqual([
      ['b', 2],
      ['ab', 1],
    ])
    expect((await page({ before: ['b', 2, at(3)] })).data).toHaveLength(2)
    expect((await page({ before: ['b', 2, at(3), 'ignored'] })).data).toHaveLength(2)
  })

  it('have a place before or after all documents, where they name none', async () => {
    const { page } = await withPairs(open)
    expect((await page({ before: ['b', 2, 5] })).data).toHaveLength(1)
    expect((await page({ before: ['b', 2, nil] })).data).toHaveLength(3)
    expect((await page({ before: ['b', 2, true] })).data).toHaveLength(3)
    expect((await page({ before: ['b', 2, q.Now()] })).data).toHaveLength(3)
  })

  it('that name nothing that exists are refused', async () => {
    const { server } = await withPairs(open)
    const after = q.Collection('no')
    expect(await server.refusal(q.Paginate(q.Match('x'), { after } as never))).toEqual(
      invalidRef('collection', 'no', 'after'),
    )
  })
})

describeDataApi('sets of documents', (open) => {
  it('that are written as they render are checked as those that Match makes', async () => {
    const api = await open()
    const { server, send } = api
    await server.query(q.CreateCollection({ name: 'c' }))
    const ids = Array.from({ length: 129 }, (_, i) => i)
    await server.query(q.Foreach(ids, q.Lambda('_', q.Create(q.Collection('c')))))
    await server.query(q.CreateIndex({ name: 'slow', source: q.Collection('c') }))
    const post = async (set: unknown) => {
      const { status, body } = await send({
        headers: { authorization: `Bearer ${server.secret}`, 'x-faunadb-api-version': '4' },
        body: JSON.stringify({ count: { '@set': set } }),
      })
      return { status, ...JSON.parse(body) }
    }
    const refusal = (description: string) =>
      refused(400, 'invalid expression', description, ['count', '@set', 'index'])
    const slow = { match: { '@ref': 'indexes/slow' } }
    expect(await post(slow)).toEqual(refusal("Index 'slow' is not active."))
    expect(await post({ match: 'slow' })).toEqual(refusal("Index 'slow' is not active."))
    await api.maintain()
    expect(await post(slow)).toEqual({ status: 200, resource: 129 })
  })

  it('of roles and access providers do not exist, whatever there is', async () => {
    const { admin } = await open()
    await admin.query(q.CreateRole({ name: 'r' }))
    await admin.query(q.CreateCollection({ name: 'c' }))
    const sets = [q.Roles(), q.AccessProviders(), q.Collections()]
    expect(await admin.query(sets.map((set) => q.Exists(set)))).toEqual([false, false, true])
    expect(await admin.query(q.Count(q.Roles()))).toBe(1)
  })

  it('have the refs of a collection, by id', async () => {
    const { server, ref } = await withNumbers(open)
    const documents = q.Documents(q.Collection('c'))
    const page = (options: object) => server.query<Page>(q.Paginate(documents, options))
    expect(await page({ size: 2 })).toMatchObject({ data: [ref(1), ref(2)], after: [ref(3)] })
    const at = (id: number) => q.Ref(q.Collection('c'), id)
    expect(await page({ size: 2, after: at(99) })).toMatchObject({
      data: [ref(99), ref(100)],
      before: [ref(99)],
    })
    expect(await page({ size: 2, before: [at(3)] })).toMatchObject({ data: [ref(1), ref(2)] })
    expect(await page({ size: 2, before: null })).toMatchObject({ data: [ref(99), ref(100)] })
    expect(await page({ after: null })).toEqual({ data: [], before: [null] })
    expect(await page({ size: 1, after: 0 })).toMatchObject({ data: [ref(1)] })
    expect(await page({ before: 0 })).toEqual({ data: [], after: [0] })
  })

  it('give the document of their first entry to Get', async () => {
    const { server } = await withNumbers(open)
    expect(await server.query(q.Get(q.Match('x')))).toMatchObject({ data: { n: 1 } })
    expect(await server.query(q.Get(q.Documents(q.Collection('c'))))).toMatchObject({
      data: { n: 1 },
    })
    expect(await server.refusal(q.Get(q.Match('x', 'none')))).toEqual(notFound('Set'))
    expect(await server.query(q.Exists(q.Match('x', 'none')))).toBe(false)
    expect(await server.query(q.Exists(q.Match('x')))).toBe(true)
  })

  it('of the built-in collections list the schema', async () => {
    const { server, admin } = await withNumbers(open)
    const ids = async (set: ExprArg) =>
      (await admin.data<{ id: string }>(q.Paginate(set))).map(({ id }) => id)
    expect(await ids(q.Collections())).toEqual(['c'])
    expect(await ids(q.Documents(q.Indexes()))).toEqual(['x'])
    expect(await ids(q.Functions())).toEqual([])
    expect(await ids(q.Databases())).toEqual([])
    expect(await admin.query(q.Exists(q.Collections()))).toBe(true)
    expect(await admin.query(q.Exists(q.Functions()))).toBe(false)
    expect(await server.refusal(q.Paginate(q.Roles()))).toEqual(permissionDenied('paginate'))
  })

  it('may be of one document alone', async () => {
    const { server, ref } = await withNumbers(open)
    const one = q.Ref(q.Collection('c'), 1)
    expect(await server.query(q.Paginate(one))).toMatchObject({ data: [ref(1)] })
    expect(await server.query(q.Paginate(q.Singleton(one)))).toMatchObject({ data: [ref(1)] })
    const gone = q.Ref(q.Collection('c'), 1000)
    expect(await server.query(q.Paginate(gone))).toEqual({ data: [] })
    const after = (id: number) => q.Paginate(one, { after: [q.Ref(q.Collection('c'), id)] })
    expect(await server.data(after(1))).toHaveLength(1)
    expect(await server.data(after(2))).toHaveLength(0)
    const before = (id: number) => q.Paginate(one, { before: [q.Ref(q.Collection('c'), id)] })
    expect(await server.data(before(1))).toHaveLength(0)
    expect(await server.data(before(2))).toHaveLength(1)
  })

  it('of long values keep every entry within reach', async () => {
    const { server } = await withPairs(open)
    const long = 'z'.repeat(4000)
    for (const i of span(10, 20)) {
      await server.query(
        q.Create(q.Ref(q.Collection('c'), i), { data: { a: `${long}${i}`, b: i } }),
      )
    }
    const found: unknown[] = []
    let page = await server.query<Page<[string, number]>>(q.Paginate(q.Match('x'), { size: 2 }))
    for (;;) {
      found.push(...page.data.map(([, b]) => b))
      if (page.after === undefined) break
      page = await server.query(q.Paginate(q.Match('x'), { size: 2, after: page.after } as never))
    }
    expect(new Set(found.slice(0, 11))).toEqual(new Set(span(10, 20)))
    expect(found).toHaveLength(17)
  })
})
