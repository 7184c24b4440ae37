import type { HttpHandler } from '@vivarium/http'
import { openTestStore } from '@vivarium/store/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { send } from './testing/send.ts'
import { q, TestClock, testDataApi } from './testing/test-data-api.ts'

async function open() {
  const clock = new TestClock()
  const api = await testDataApi(openTestStore({ now: clock.now }), clock)
  await api.server.query(q.CreateCollection({ name: 'c' }))
  await api.server.query(q.Create(q.Ref(q.Collection('c'), 1), { data: { a: 1 } }))
  await api.server.query(
    q.CreateIndex({ name: 'x', source: q.Collection('c'), terms: [{ field: ['data', 'a'] }] }),
  )
  return api
}

/** What any answer has: JSON with a resource, or with errors that each have a code and a description. */
async function expectProtocol(handler: HttpHandler, secret: string, body: string | Uint8Array) {
  const headers = { authorization: `Bearer ${secret}`, 'x-faunadb-api-version': '4' }
  const answer = await send(handler, { headers, body })
  const json = JSON.parse(answer.body)
  if (answer.status < 300) {
    expect(json).toHaveProperty('resource')
    return answer
  }
  expect([400, 401, 403, 404, 503]).toContain(answer.status)
  expect(json.errors.length).toBeGreaterThan(0)
  for (const error of json.errors) {
    expect(error).toMatchObject({ code: expect.any(String), description: expect.any(String) })
  }
  return answer
}

/** Keys that mean something, so that random objects are often forms. */
const word = fc.constantFrom(
  ...['get', 'create', 'params', 'collection', 'ref', 'id', 'paginate', 'match', 'terms', 'index'],
  ...['update', 'delete', 'replace', 'data', 'object', 'let', 'in', 'var', 'map', 'lambda', 'expr'],
  ...['do', 'if', 'then', 'else', 'call', 'arguments', 'login', 'exists', 'documents', 'select'],
  ...[
    'from',
    'at',
    'ts',
    'after',
    'before',
    'size',
    'cursor',
    'quote',
    'query',
    'add',
    'create_key',
  ],
  ...['create_collection', 'create_index', 'create_role', 'create_function', 'create_database'],
  ...['name', 'source', 'body', 'role', 'privileges', 'membership', 'resource', 'actions', 'ttl'],
  ...['@ref', '@set', '@ts', '@date', '@bytes', '@uuid', '@query', '@obj', 'events', 'instance'],
  ...[
    'c',
    'x',
    'admin',
    'fields',
    'binding',
    'field',
    'values',
    'unique',
    'credentials',
    'password',
  ],
)

const { literal } = fc.letrec((tie) => ({
  literal: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.constantFrom(null, true, false, 0, 1, -1, 1.5, 2 ** 53, '', 'c', 'x', '1', 'now', '\u0000'),
    fc.constant({ '@ref': 'collections/c/1' }),
    fc.constant({ '@ref': { id: 'c', collection: { '@ref': { id: 'collections' } } } }),
    fc.array(tie('literal'), { maxLength: 4 }),
    fc.dictionary(word, tie('literal'), { maxKeys: 4 }),
    fc.record({ create: tie('literal'), params: tie('literal') }),
    fc.record({ update: tie('literal'), params: tie('literal') }),
    fc.record({ object: fc.dictionary(word, tie('literal'), { maxKeys: 5 }) }),
    fc.record({ paginate: tie('literal'), after: tie('literal'), size: tie('literal') }),
    fc.record({ match: tie('literal'), terms: tie('literal') }),
    ...['create_index', 'create_role', 'create_key', 'create_function', 'create_collection'].map(
      (key) =>
        fc
          .dictionary(word, tie('literal'), { maxKeys: 5 })
          .map((fields) => ({ [key]: { object: fields } })),
    ),
  ),
}))

it('random bytes are answered by the protocol', async () => {
  const { handler, server, dump } = await open()
  const before = await dump()
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      const { status } = await expectProtocol(handler, server.secret, bytes)
      expect([200, 400]).toContain(status)
    }),
    { numRuns: 300 },
  )
  expect(await dump()).toEqual(before)
})

it('random queries are answered by the protocol, and write nothing when they are refused', async () => {
  const { handler, admin, dump } = await open()
  await fc.assert(
    fc.asyncProperty(literal, async (query) => {
      const before = await dump()
      const { status } = await expectProtocol(handler, admin.secret, JSON.stringify(query))
      if (status >= 400) expect(await dump()).toEqual(before)
    }),
    { numRuns: 3000 },
  )
}, 120_000)

it('random secrets open nothing', async () => {
  const { handler, admin } = await open()
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.uint8Array({ minLength: 28, maxLength: 40 }).map((bytes) => {
      const forged = Buffer.from(bytes)
      forged[0] = 0x7e
      forged[1] = bytes.length % 2 === 0 ? 0x70 : 0x71
      return forged.toString('base64url')
    }),
    fc.nat({ max: 39 }).map((length) => admin.secret.slice(0, length)),
  )
  await fc.assert(
    fc.asyncProperty(text, async (secret) => {
      const { status } = await expectProtocol(handler, secret, '1')
      expect(status).toBe(401)
    }),
    { numRuns: 500 },
  )
})
