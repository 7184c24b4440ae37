/** How streams are opened and refused (wire §1.2, §7.1, §7.2, data-model §10.1). */
import http from 'node:http'
import { openTestStore } from '@vivarium/store/testing'
import type { ExprArg } from 'faunadb'
import { expect, it } from 'vitest'
import { type ListeningApi, listenFor } from '../testing/stream-client.ts'
import { q, type Rendered, rootSecret } from '../testing/test-data-api.ts'

const movies = q.Collection('movies')
const movie = q.Ref(movies, 1)

async function open(options = {}): Promise<ListeningApi> {
  const api = await listenFor(openTestStore(), options)
  await api.admin.query(q.CreateCollection({ name: 'movies' }))
  await api.admin.query(q.CreateIndex({ name: 'all', source: movies }))
  await api.admin.query(q.CreateFunction({ name: 'f', body: q.Query(q.Lambda([], movie)) }))
  return api
}

/** Asks for a stream by hand, as an admin of `test`. */
async function ask(
  api: ListeningApi,
  expression: ExprArg | undefined,
  { path = '/stream', method = 'POST', secret = `${rootSecret}:test:admin`, headers = {} } = {},
) {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${secret}`, 'x-faunadb-api-version': '4', ...headers },
    ...(expression === undefined ? {} : { body: JSON.stringify(expression) }),
  })
  const { status } = response
  if (status === 200) {
    await response.body?.cancel()
    return { status, headers: response.headers, errors: [] }
  }
  const { errors } = (await response.json()) as { errors: unknown[] }
  return { status, headers: response.headers, errors }
}

const refusal = (description: string, code = 'invalid argument', position: unknown[] = []) => [
  { position, code, description },
]
const notFollowed = (type: string) =>
  refusal(`Expected a Document Ref or Version, or a Set Ref, got ${type}.`)

it.each<[string, ExprArg]>([
  ['a ref', movie],
  ['a ref of a function’s making', q.Call('f')],
  ['an index', q.Match(q.Index('all'))],
  ['a collection', q.Documents(movies)],
  ['the tokens', q.Documents(q.Tokens())],
  ['the credentials', q.Documents(q.Credentials())],
])('%s can be followed', async (_, expression) => {
  expect((await ask(await open(), expression)).status).toBe(200)
})

it.each<[string, ExprArg, unknown]>([
  ['Collection Ref', q.Collections(), notFollowed('Collection Ref')],
  ['Collection Ref', q.Tokens(), notFollowed('Collection Ref')],
  ['Collection Ref', movies, notFollowed('Collection Ref')],
  ['Index Ref', q.Index('all'), notFollowed('Index Ref')],
  ['User Function Ref', q.Function('f'), notFollowed('User Function Ref')],
  ['Ref', q.Ref(q.Tokens(), 1), notFollowed('Ref')],
  ['Object', q.Get(movies), notFollowed('Object')],
  ['Set', q.Documents(q.Collections()), notFollowed('Set')],
  ['Set', q.Documents(q.Keys()), notFollowed('Set')],
  ['Set', q.Union(q.Match(q.Index('all'))), notFollowed('Set')],
  ['Set', q.Reverse(q.Documents(movies)), notFollowed('Set')],
  ['Set', q.Events(movie), notFollowed('Set')],
  ['Page', q.Paginate(q.Documents(movies)), notFollowed('Page')],
  ['Integer', 1, notFollowed('Integer')],
  ['Array', [movie], notFollowed('Array')],
  ['Object', { object: { a: 1 } }, notFollowed('Object')],
  ['Null', JSON.parse('null'), notFollowed('Null')],
  [
    'unresolved ref',
    q.Ref(q.Collection('none'), 1),
    refusal("Ref refers to undefined collection 'none'", 'invalid ref'),
  ],
  [
    'write',
    q.Create(movies, {}),
    refusal(
      'Call performs a write, which is not allowed in stream requests.',
      'invalid expression',
    ),
  ],
])('a value of type %s cannot be followed', async (_, expression, errors) => {
  const answer = await ask(await open(), expression)
  expect(answer).toMatchObject({ status: 400, errors })
})

it('an error of the expression is answered as a query’s is', async () => {
  const api = await open()
  expect(await ask(api, q.Get(movie))).toMatchObject({
    status: 404,
    errors: [{ code: 'instance not found', position: [] }],
  })
  expect(await ask(api, q.Add('a'))).toMatchObject({ status: 400 })
  expect(await ask(api, undefined)).toMatchObject({
    status: 400,
    errors: refusal('No query provided.', 'invalid expression'),
  })
})

it('fields are checked by name, after who asks', async () => {
  const api = await open()
  const path = (fields: string) => `/stream?fields=${encodeURIComponent(fields)}`
  const all = ' action, document,prev ,diff,index,action'
  expect((await ask(api, movie, { path: path(all) })).status).toBe(200)
  for (const [fields, name] of [
    ['action,x', 'x'],
    ['', ''],
    ['action,', ''],
    ['Action', 'Action'],
  ]) {
    const text = `Invalid url parameter fields. Invalid field name '${name}'.`
    expect(await ask(api, movie, { path: path(fields ?? '') })).toMatchObject({
      status: 400,
      errors: refusal(text, 'invalid url parameter'),
    })
  }
  expect((await ask(api, movie, { path: path('x'), secret: 'no' })).status).toBe(401)
})

it('only those who are known learn that the method is wrong', async () => {
  const api = await open()
  for (const method of ['GET', 'PUT', 'DELETE']) {
    expect((await ask(api, undefined, { method, secret: 'no' })).status).toBe(401)
    const answer = await ask(api, undefined, { method })
    expect(answer).toMatchObject({
      status: 405,
      errors: [{ code: 'method not allowed', description: 'Allowed methods are POST.' }],
    })
    expect(answer.headers.get('allow')).toBe('POST')
  }
  const { headers, status } = await ask(api, movie, { secret: 'no' })
  expect([status, headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Unauthorized"'])
})

it('a stream has the headers of a query, an id of its own and no length', async () => {
  const api = await open()
  const { headers } = await ask(api, movie, { headers: { origin: 'http://movies' } })
  expect(headers.get('content-type')).toBe('application/json;charset=utf-8')
  expect(headers.get('content-length')).toBeNull()
  expect(headers.get('transfer-encoding')).toBe('chunked')
  expect(headers.get('x-query-bytes-out')).toBe('0')
  expect(headers.get('x-compute-ops')).toBe('1')
  expect(headers.get('access-control-allow-origin')).toBe('http://movies')
  expect(headers.get('access-control-expose-headers')).toContain('x-fauna-stream-id')
  const id = headers.get('x-fauna-stream-id')
  expect(id).toMatch(/^\d+$/)
  expect((await ask(api, movie)).headers.get('x-fauna-stream-id')).not.toBe(id)
})

it('each event is one line and one chunk, and the start tells the time of the answer', async () => {
  const api = await open()
  const request = http.request(`${api.url}/stream`, {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${rootSecret}:test:admin`,
      'x-faunadb-api-version': '4',
      'x-faunadb-formatted-json': '1',
    },
  })
  request.end(JSON.stringify(movie))
  const response = await new Promise<http.IncomingMessage>((resolve) => {
    request.on('response', resolve)
  })
  const chunks = response[Symbol.asyncIterator]()
  const next = async () => String((await chunks.next()).value)
  const time = response.headers['x-txn-time']
  expect(await next()).toBe(`{"type":"start","txn":${time},"event":${time}}\r\n`)
  const { ts } = await api.admin.query<Rendered>(q.Create(movie, { data: { text: 'a\r\nb' } }))
  expect(ts).toBeGreaterThan(Number(time))
  const ref =
    '{"@ref":{"id":"1","collection":{"@ref":{"id":"movies","collection":{"@ref":{"id":"collections"}}}}}}'
  expect(await next()).toBe(
    `{"type":"version","txn":${ts},"event":{"action":"create","document":{"ref":${ref},"ts":${ts},"data":{"text":"a\\r\\nb"}}}}\r\n`,
  )
  request.destroy()
})

it('a stream begins no earlier than what its client has seen', async () => {
  const api = await open()
  const seen = Date.now() * 1000 + 2_000_000
  const { headers } = await ask(api, movie, { headers: { 'x-last-seen-txn': String(seen) } })
  expect(Number(headers.get('x-txn-time'))).toBeGreaterThanOrEqual(seen)
})

it('values are told in the version of whoever follows', async () => {
  const api = await open()
  const response = await fetch(`${api.url}/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rootSecret}:test:admin`, 'x-faunadb-api-version': '2.1' },
    body: JSON.stringify({ ref: { class: 'movies' }, id: '1' }),
  })
  const reader = response.body?.getReader()
  await reader?.read()
  await api.admin.query(q.Create(movie, {}))
  const chunk = await reader?.read()
  expect(Buffer.from(chunk?.value ?? []).toString()).toContain(
    '{"@ref":{"id":"1","class":{"@ref":{"id":"movies","class":{"@ref":{"id":"classes"}}}}}}',
  )
  await reader?.cancel()
})
