/** Every limit of the specification, at it and just beyond it (wire §9, fql-v4 §1.12, data-model §9.3). */
import { openTestStore } from '@vivarium/store/testing'
import type { ExprArg } from 'faunadb'
import { describe, expect, it } from 'vitest'
import { refused } from './testing/refusals.ts'
import { q, TestClock, type TestDataApi, testDataApi } from './testing/test-data-api.ts'

async function open(options: Parameters<typeof testDataApi>[2] = {}): Promise<TestDataApi> {
  const clock = new TestClock()
  const api = await testDataApi(openTestStore({ now: clock.now }), clock, options)
  await api.server.query(q.CreateCollection({ name: 'c' }))
  return api
}

const collection = q.Collection('c')
const badRequest = (description: string) => ({
  status: 400,
  errors: [{ code: 'bad request', description }],
})
const badJson = refused(400, 'invalid expression', 'Request body is not valid JSON.', [])

/** A text of this length, made by the query itself. */
const text = (length: number) =>
  q.SubString(q.Repeat(q.Repeat('x'.repeat(1024), 1024), 8), 0, length)

/** An array of `2 ** doublings` numbers. */
const numbers = (doublings: number) =>
  q.Let(
    [
      { a0: [1] },
      ...Array.from({ length: doublings }, (_, i) => ({
        [`a${i + 1}`]: q.Append(q.Var(`a${i}`), q.Var(`a${i}`)),
      })),
    ],
    q.Var(`a${doublings}`),
  )

/** Sends JSON as it is. */
async function sendText({ send, admin }: TestDataApi, body: string) {
  const headers = { authorization: `Bearer ${admin.secret}`, 'x-faunadb-api-version': '4' }
  const answered = await send({ headers, body })
  return { status: answered.status, ...JSON.parse(answered.body) }
}

describe('a body', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

  it('is nested in 1000 levels', async () => {
    const api = await open()
    expect((await sendText(api, nested(1000))).status).toBe(200)
    expect(await sendText(api, nested(1001))).toEqual(
      refused(400, 'invalid expression', 'Request body JSON exceeds nesting limit.', []),
    )
  })

  it('has numbers of 1000 characters', async () => {
    const api = await open()
    expect(await sendText(api, `0.${'1'.repeat(998)}`)).toEqual({
      status: 200,
      resource: 0.1111111111111111,
    })
    expect(await sendText(api, `0.${'1'.repeat(999)}`)).toEqual(badJson)
  })

  it('has fields with names of 50000 characters', async () => {
    const api = await open()
    const object = (length: number) => `{"object":{"${'n'.repeat(length)}":1}}`
    expect((await sendText(api, object(50_000))).status).toBe(200)
    expect(await sendText(api, object(50_001))).toEqual(badJson)
  })
})

describe('an evaluation', () => {
  it('nests 200 applications', async () => {
    const { server } = await open()
    const body = q.Query(
      q.Lambda('n', q.If(q.LTE(q.Var('n'), 1), 'end', q.Call('fall', q.Subtract(q.Var('n'), 1)))),
    )
    await server.query(q.CreateFunction({ name: 'fall', body }))
    expect(await server.query(q.Call('fall', 200))).toBe('end')
    expect((await server.refusal(q.Call('fall', 201))).errors).toMatchObject([
      {
        code: 'stack overflow',
        description: 'Call stack reached the maximum limit of 200.',
        position: [],
      },
    ])
  })

  it('has 100000 branches', async () => {
    const { server } = await open()
    const width = (n: number) =>
      q.Count(q.Map(q.Take(n, numbers(17)), q.Lambda('x', q.Add(q.Var('x'), 1))))
    expect(await server.query(width(100_000))).toBe(100_000)
    expect(await server.refusal(width(100_001))).toEqual(
      badRequest('Query exceeds max width. Max: 100000, current: 100001.'),
    )
  })

  it('makes 8 Mi elements in all', async () => {
    const { server } = await open()
    expect(await server.query(q.Count(numbers(22)))).toBe(2 ** 22)
    expect(await server.refusal(q.Count(numbers(23)))).toEqual(
      badRequest('Transaction does too much compute: got 10485759, limit: 8388608'),
    )
  })

  it('makes texts of 8 Mi units', async () => {
    const { server } = await open()
    expect(await server.query(q.Length(text(8_388_608)))).toBe(8_388_608)
    expect(await server.refusal(q.Concat([text(8_388_608), 'x']))).toEqual(
      refused(400, 'invalid argument', 'string length must be <= 8388608', []),
    )
  })

  it('searches a text in 2^25 steps', async () => {
    const { server } = await open()
    // Compiled, the pattern has 16 instructions.
    const search = (length: number) => q.ContainsStrRegex(text(length), 'xxxxxxxxxxxx[yz]$')
    expect(await server.query(search(2 ** 21))).toBe(false)
    expect(await server.refusal(search(2 ** 21 + 1))).toEqual(
      badRequest('Transaction does too much compute: got 33554448, limit: 33554432'),
    )
  })

  it('compiles patterns of 10000 units', async () => {
    const { server } = await open()
    const search = (length: number) => q.ContainsStrRegex('x', 'x'.repeat(length))
    expect(await server.query(search(10_000))).toBe(false)
    expect(await server.refusal(search(10_001))).toEqual(
      refused(400, 'invalid argument', 'pattern length must be <= 10000', ['pattern']),
    )
  })

  it('ends when its time is over, whatever one function does', async () => {
    expect(await searched(await open(), { 'x-query-timeout': '200' })).toMatchObject(timedOut)
  })

  it('has no more time than the operator allows, whatever its client allows it', async () => {
    const api = await open({ queryTimeoutMsMax: 200 })
    expect(await searched(api, { 'x-query-timeout': '600000' })).toMatchObject(timedOut)
    expect(await searched(api, {})).toMatchObject(timedOut)
  })

  const timedOut = {
    status: 503,
    body: '{"errors":[{"code":"time out","description":"Read timed out"}]}',
  }

  /** The answer to a query of minutes. */
  function searched({ send, server }: TestDataApi, more: Record<string, string>) {
    const searches = q.Map(
      q.Take(2000, numbers(11)),
      q.Lambda('_', q.ReplaceStrRegex(text(100_000), 'x(x*y)?', 'z')),
    )
    const headers = { authorization: `Bearer ${server.secret}`, 'x-faunadb-api-version': '4' }
    return send({ headers: { ...headers, ...more }, body: JSON.stringify(searches) })
  }

  it('repeats a text and finds in it 1024 times at most', async () => {
    const { server } = await open()
    expect(await server.query(q.Length(q.Repeat('x', 1025)))).toBe(1024)
    expect(await server.query(q.Length(q.Space(1025)))).toBe(1024)
    const found = q.FindStrRegex(q.Repeat(q.Repeat('x', 1024), 2), 'x', 0, 2000)
    expect(await server.query(q.Count(found))).toBe(1024)
  })
})

describe('what is stored', () => {
  const create = (length: number) => q.Create(collection, { data: { text: text(length) } })

  it('is a version of 8 MiB at most', async () => {
    const { server, dump } = await open()
    const refusal = await server.refusal(create(8_388_608))
    const bytes = Number(/\((\d+)\)/.exec(JSON.stringify(refusal.errors))?.[1])
    expect(refusal).toEqual(badRequest(`Version bytes (${bytes}) exceeds threshold (8388608)`))
    const before = await dump()
    const longest = 8_388_608 - (bytes - 8_388_608)
    expect((await server.refusal(create(longest + 1))).errors).toMatchObject([
      { description: 'Version bytes (8388609) exceeds threshold (8388608)' },
    ])
    expect(await dump()).toEqual(before)
    expect((await server.answer(q.Do(create(longest), 1))).status).toBe(200)
  })

  it('is 16 MiB a transaction at most', async () => {
    const api = await open()
    const { server, dump } = api
    const three = (last: number): ExprArg =>
      q.Do(create(8_000_000), create(8_000_000), create(last), 1)
    const bytes = await bytesWritten(api, three(500_000))
    const rest = 500_000 + 16 * 1024 * 1024 - bytes
    expect(await bytesWritten(api, three(rest))).toBe(16 * 1024 * 1024)
    const before = await dump()
    expect(await server.refusal(three(rest + 1))).toEqual(
      badRequest('Transaction exceeded limit: got 16777217 bytes, limit 16777216 bytes'),
    )
    expect(await dump()).toEqual(before)
  })

  /** What a query writes, by the header of its answer. */
  async function bytesWritten({ send, server }: TestDataApi, query: ExprArg): Promise<number> {
    const headers = { authorization: `Bearer ${server.secret}`, 'x-faunadb-api-version': '4' }
    const answered = await send({ headers, body: JSON.stringify(query) })
    return Number(answered.headers['x-storage-bytes-write'])
  }
})

it('a page has 100000 elements at most, whatever is asked for', async () => {
  const { server } = await open()
  await server.query(
    q.CreateIndex({ name: 'x', source: collection, values: [{ field: ['data', 'numbers'] }] }),
  )
  const distinct = Array.from({ length: 50_001 }, (_, i) => i)
  for (const offset of [0, 100_000]) {
    const data = { numbers: distinct.map((n) => n + offset) }
    await server.query(q.Do(q.Create(collection, { data }), 1))
  }
  const page = (size: number) => q.Paginate(q.Match(q.Index('x')), { size })
  const shape = (size: number) =>
    q.Let({ page: page(size) }, [
      q.Count(q.Select('data', q.Var('page'))),
      q.ContainsField('after', q.Var('page')),
    ])
  expect(await server.query(shape(99_999))).toEqual([99_999, true])
  expect(await server.query(shape(100_001))).toEqual([100_000, true])
})
