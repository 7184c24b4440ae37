import { openTestStore } from '@vivarium/store/testing'
import { describe, expect, it } from 'vitest'
import type { SentRequest } from './testing/send.ts'
import { q, TestClock, testDataApi } from './testing/test-data-api.ts'

const version = { 'x-faunadb-api-version': '4' }

async function open() {
  const clock = new TestClock()
  const api = await testDataApi(openTestStore({ now: clock.now }), clock)
  const authorization = `Bearer ${api.server.secret}`
  const sent = async (request: SentRequest) => {
    const { status, headers, body } = await api.send(request)
    return { status, headers, json: body === '' ? undefined : JSON.parse(body), body }
  }
  return { ...api, authorization, sent }
}

const refusal = (code: string, description: string) => ({ errors: [{ code, description }] })
const unauthorized = refusal('unauthorized', 'Unauthorized')
const queryRefusal = (description: string) => ({
  errors: [{ position: [], code: 'invalid expression', description }],
})

const metrics = [
  'x-compute-ops',
  'x-byte-read-ops',
  'x-byte-write-ops',
  'x-query-time',
  'x-query-bytes-in',
  'x-query-bytes-out',
  'x-storage-bytes-read',
  'x-storage-bytes-write',
  'x-txn-retries',
]

describe('routes', () => {
  it('run the query of a POST, at the root or linearized', async () => {
    const { sent, authorization } = await open()
    for (const path of ['/', '', '/linearized']) {
      const { status, json, headers } = await sent({
        path,
        headers: { authorization, ...version },
        body: '{"add":[1,2]}',
      })
      expect([status, json]).toEqual([200, { resource: 3 }])
      expect(headers['content-type']).toBe('application/json;charset=utf-8')
    }
  })

  it('run the query of a GET', async () => {
    const { sent, authorization } = await open()
    const get = (query: string) =>
      sent({ method: 'GET', query, headers: { authorization, ...version } })
    expect((await get('q=%7B%22add%22%3A%5B1%2C2%5D%7D')).json).toEqual({ resource: 3 })
    expect((await get('')).json).toEqual(queryRefusal('No query provided.'))
    expect((await get('q=')).json).toEqual(queryRefusal('Request body is not valid JSON.'))
  })

  it('that do not exist are 404 for everybody', async () => {
    const { sent, authorization } = await open()
    for (const path of ['/nothing', '/query/1', '/Ping', '//', '/%2e']) {
      for (const headers of [{}, { authorization }]) {
        const { status, json } = await sent({ path, headers, body: '1' })
        expect([status, json]).toEqual([404, refusal('not found', 'Not Found')])
      }
    }
  })

  it('know the methods that they take', async () => {
    const { sent, authorization } = await open()
    const refused = async (path: string, method: string) => {
      const { status, json, headers } = await sent({ path, method, headers: { authorization } })
      return [status, json.errors[0].code, json.errors[0].description, headers.allow]
    }
    const only = (methods: string) => [
      405,
      'method not allowed',
      `Allowed methods are ${methods}.`,
      methods,
    ]
    for (const method of ['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']) {
      expect(await refused('/', method)).toEqual(only('GET, POST'))
    }
    expect(await refused('/linearized', 'GET')).toEqual(only('POST'))
    expect(await refused('/ping', 'POST')).toEqual(only('GET, HEAD'))
  })

  it('ask who is calling before they look at the method or the body', async () => {
    const { sent } = await open()
    for (const method of ['PUT', 'POST', 'GET', 'OPTIONS']) {
      const { status, json, headers } = await sent({ method, body: 'garbage' })
      expect([status, json]).toEqual([401, unauthorized])
      expect(headers['www-authenticate']).toBe('Basic realm="Unauthorized"')
      expect(headers['x-txn-time']).toMatch(/^\d+$/)
      for (const name of metrics) expect(headers).not.toHaveProperty(name)
    }
  })

  it('say whose database a secret opens', async () => {
    const { sent, authorization, root } = await open()
    const { global_id } = await root.query(q.Get(q.Database('test')))
    const { status, json } = await sent({
      method: 'GET',
      path: '/authorized',
      headers: { authorization },
    })
    expect([status, json]).toEqual([200, { account: expect.any(String), global_id }])
    const nobody = await sent({ method: 'GET', path: '/authorized' })
    expect([nobody.status, nobody.json]).toEqual([401, unauthorized])
  })

  it('answer a ping to anybody', async () => {
    const { sent } = await open()
    const scopes = {
      '': 'write',
      'scope=all': 'all',
      'scope=write': 'write',
      'scope=global': 'write',
      'scope=read': 'read',
      'scope=local': 'read',
      'scope=node': 'node',
      'scope=anything&timeout=1': 'node',
    }
    for (const [query, scope] of Object.entries(scopes)) {
      const { status, json } = await sent({ method: 'GET', path: '/ping', query })
      expect([status, json]).toEqual([200, { resource: `Scope ${scope} is OK` }])
    }
  })
})

describe('the authorization header', () => {
  it('is Bearer with a secret, or Basic with a secret and a colon', async () => {
    const { sent, server } = await open()
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    const accepted = [
      `Bearer ${server.secret}`,
      `Bearer   ${server.secret}  `,
      `Basic ${base64(server.secret)}`,
      `Basic ${base64(`${server.secret}:`)}`,
      `Basic ${base64(`${server.secret}:`)}:`,
      `Basic ${base64(` ${server.secret}: `)}`,
      `Basic ${base64(`${server.secret}:password`)}`,
    ]
    for (const authorization of accepted) {
      const { status } = await sent({ headers: { authorization, ...version }, body: '1' })
      expect([authorization, status]).toEqual([authorization, 200])
    }
    const refused = [
      '',
      'Bearer',
      'Basic',
      server.secret,
      `bearer ${server.secret}`,
      `BASIC ${base64(server.secret)}`,
      `Bearer ${server.secret} x`,
      `Basic ${server.secret}!`,
      'Basic ====',
      `Digest ${server.secret}`,
      `Basic ${base64('ey.a.b')}`,
      'Bearer ey.a.b',
      'Bearer a/b',
      `Bearer ${'x'.repeat(10_000)}`,
      'Bearer \u0000\u0001',
      'Bearer fnAAAA',
    ]
    for (const authorization of refused) {
      const { status, json } = await sent({ headers: { authorization, ...version }, body: '1' })
      expect([authorization, status, json]).toEqual([authorization, 401, unauthorized])
    }
  })
})

describe('header parameters', () => {
  const wrong = [
    ['x-faunadb-api-version', '6', "Unsupported or invalid API version '6'."],
    ['x-faunadb-api-version', '', "Unsupported or invalid API version ''."],
    ['x-last-seen-txn', 'soon', "Invalid timestamp 'soon'."],
    ['x-last-seen-txn', '1.5', "Invalid timestamp '1.5'."],
    ['x-query-timeout', 'x', "Invalid number 'x'."],
    ['x-query-timeout', '0', 'Must be greater than 0.'],
    ['x-query-timeout', '-5', 'Must be greater than 0.'],
    ['x-query-timeout', '600001', 'Must be less than or equal to 600000.'],
    ['x-max-retries-on-contention', '1e1', "Invalid number '1e1'."],
    ['x-max-retries-on-contention', '-1', 'Must be between 0 and 7.'],
    ['x-max-retries-on-contention', '8', 'Must be between 0 and 7.'],
  ] as const

  it('are checked before anything else, on every path', async () => {
    const { sent } = await open()
    for (const [name, value, why] of wrong) {
      for (const path of ['/', '/nothing', '/ping']) {
        const { status, json, headers } = await sent({ path, headers: { [name]: value } })
        expect([status, json]).toEqual([
          400,
          refusal('bad request', `Invalid header '${name}': ${why}`),
        ])
        expect(Object.keys(headers).toSorted()).toEqual([
          'content-type',
          'traceparent',
          'x-faunadb-build',
          'x-request-id',
        ])
      }
    }
  })

  it('are accepted within their bounds', async () => {
    const { sent, authorization } = await open()
    const right = [
      ['x-faunadb-api-version', '2.1'],
      ['x-faunadb-api-version', '5'],
      ['x-last-seen-txn', '0'],
      ['x-last-seen-txn', '-1'],
      ['x-query-timeout', '600000'],
      ['x-max-retries-on-contention', '0'],
      ['x-max-retries-on-contention', '7'],
    ] as const
    for (const [name, value] of right) {
      const { status } = await sent({ headers: { authorization, [name]: value }, body: '1' })
      expect([name, value, status]).toEqual([name, value, 200])
    }
  })

  it('choose the words of a version', async () => {
    const { sent, authorization, admin } = await open()
    await admin.query(q.CreateCollection({ name: 'c' }))
    const body = '{"get":{"ref":{"@ref":"classes/c"},"id":"1"}}'
    const words = async (headers: Record<string, string>) =>
      (await sent({ headers: { authorization, ...headers }, body })).json.errors[0].description
    expect(await words({ 'x-faunadb-api-version': '4' })).toBe('Document not found.')
    const ref = await sent({ headers: { authorization }, body: '{"class":"c"}' })
    expect(ref.json.resource).toEqual({ '@ref': { id: 'c', class: { '@ref': { id: 'classes' } } } })
  })

  it('may be tags, which come back in reverse', async () => {
    const { sent, authorization } = await open()
    const tagged = (tags: string) =>
      sent({ headers: { authorization, 'x-fauna-tags': tags }, body: '1' })
    expect((await tagged('a=1,b=2,c=3')).headers['x-fauna-tags']).toBe('c=3,b=2,a=1')
    expect((await tagged('')).headers).not.toHaveProperty('x-fauna-tags')
    const many = Array.from({ length: 26 }, (_, i) => `k${i}=v`).join(',')
    const refused = {
      [`a=${'x'.repeat(3000)}`]: 'header is too long',
      a: 'invalid tags',
      'a=b=c': 'invalid tags',
      [many]: 'too many tags',
      'a b=c': 'invalid key',
      '=c': 'invalid key',
      [`${'k'.repeat(41)}=v`]: 'invalid key',
      'a=b c': 'invalid value',
      [`k=${'v'.repeat(81)}`]: 'invalid value',
      'a=1,a=2': 'duplicate key',
    }
    for (const [tags, why] of Object.entries(refused)) {
      const { status, json, headers } = await tagged(tags)
      expect([status, json]).toEqual([
        400,
        refusal('bad request', `Invalid header 'x-fauna-tags': ${why}`),
      ])
      expect(headers).not.toHaveProperty('x-fauna-tags')
      expect(headers['x-txn-time']).toMatch(/^\d+$/)
      expect(headers['x-compute-ops']).toBe('1')
    }
  })
})

describe('response headers', () => {
  it('tell the time and the cost of whatever is answered', async () => {
    const { sent, authorization } = await open()
    const answers = await Promise.all([
      sent({ headers: { authorization }, body: '1' }),
      sent({ headers: { authorization }, body: '{"divide":[1,0]}' }),
      sent({ headers: { authorization }, body: 'garbage' }),
      sent({ path: '/nothing' }),
      sent({ path: '/ping', method: 'GET' }),
      sent({ method: 'PUT', headers: { authorization } }),
    ])
    for (const { headers } of answers) {
      expect(headers['x-txn-time']).toMatch(/^\d{16}$/)
      for (const name of metrics) expect(headers[name]).toMatch(/^\d+$/)
      expect(headers['x-faunadb-build']).toBe('test')
    }
    expect(answers[0]?.headers['x-query-bytes-in']).toBe('1')
    expect(answers[0]?.headers['x-query-bytes-out']).toBe('14')
  })

  it('continue a trace, or begin one', async () => {
    const { sent } = await open()
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const ping = (traceparent: string) =>
      sent({ method: 'GET', path: '/ping', headers: { traceparent } })
    const continued = (await ping(`00-${trace}-b7ad6b7169203331-01`)).headers.traceparent
    expect(continued).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`))
    expect(continued).not.toContain('b7ad6b7169203331')
    for (const given of ['', 'x', `00-${trace}-b7ad6b7169203331-01-x`, 'z'.repeat(55)]) {
      const { headers } = await ping(given)
      expect(headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
      expect(headers.traceparent).not.toContain(trace)
    }
  })
})

describe('requests from another origin', () => {
  const origin = 'http://app.example'

  it('are asked about first', async () => {
    const { sent } = await open()
    for (const path of ['/', '/nothing']) {
      const { status, headers, body } = await sent({ method: 'OPTIONS', path, headers: { origin } })
      expect([status, body]).toEqual([200, ''])
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-max-age': '86400',
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
        'access-control-expose-headers': '',
      })
      expect(headers['access-control-allow-headers']?.split(', ')).toEqual(
        expect.arrayContaining(['authorization', 'x-faunadb-api-version', 'x-last-seen-txn']),
      )
    }
  })

  it('may read the headers of every answer', async () => {
    const { sent, authorization } = await open()
    const exposed = async (request: SentRequest) => {
      const { headers } = await sent({
        ...request,
        headers: { ...request.headers, origin },
      })
      expect(headers['access-control-allow-origin']).toBe(origin)
      expect(headers['access-control-allow-credentials']).toBe('true')
      expect(headers).not.toHaveProperty('vary')
      return headers['access-control-expose-headers']
    }
    const all = ['x-txn-time', ...metrics].join(', ')
    expect(await exposed({ headers: { authorization }, body: '1' })).toBe(all)
    expect(await exposed({ headers: { authorization }, body: 'garbage' })).toBe(all)
    expect(await exposed({ body: '1' })).toBe('x-txn-time')
    expect(await exposed({ headers: { 'x-query-timeout': '0' } })).toBe('')
  })

  it('from none get no such headers', async () => {
    const { sent, authorization } = await open()
    const { headers } = await sent({ headers: { authorization }, body: '1' })
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('bodies', () => {
  it('that are no query are refused as the reference does', async () => {
    const { sent, authorization } = await open()
    const post = (body?: string | Uint8Array) =>
      sent({ headers: { authorization, ...version }, ...(body === undefined ? {} : { body }) })
    const bad = queryRefusal('Request body is not valid JSON.')
    expect((await post()).json).toEqual(queryRefusal('No query provided.'))
    for (const body of [
      '',
      ' ',
      'x',
      '{',
      '[1',
      '{"a"}',
      '01',
      '1 2',
      "'a'",
      'NaN',
      '9223372036854775808',
    ]) {
      const { status, json } = await post(body)
      expect([body, status, json]).toEqual([body, 400, bad])
    }
    expect((await post(Uint8Array.of(0xff, 0xfe, 0x00))).json).toEqual(bad)
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect((await post(nested(1000))).status).toBe(200)
    expect((await post(nested(1001))).json).toEqual(
      queryRefusal('Request body JSON exceeds nesting limit.'),
    )
    expect((await post('{"a":'.repeat(100_000))).json).toEqual(
      queryRefusal('Request body JSON exceeds nesting limit.'),
    )
  })

  it('of more than 8 MiB are refused', async () => {
    const { sent, authorization } = await open()
    const large = Buffer.alloc(8 * 1024 * 1024 + 1, ' ')
    const { status, json } = await sent({ headers: { authorization }, body: large })
    expect([status, json]).toEqual([
      413,
      refusal('request too large', 'Request entity is too large'),
    ])
    large.write('1')
    expect((await sent({ headers: { authorization }, body: large.subarray(1) })).status).toBe(400)
    expect((await sent({ headers: { authorization }, body: large.subarray(0, -1) })).status).toBe(
      200,
    )
  })

  it('are printed for people who ask', async () => {
    const { sent, authorization } = await open()
    const pretty =
      '{\n  "resource": [\n    {\n      "a:\\"b,{": 1.0\n    },\n    [],\n    {}\n  ]\n}'
    const body = '[{"object":{"a:\\"b,{":1.0}},[],{"object":{}}]'
    for (const extra of [
      { 'x-faunadb-formatted-json': '' },
      { 'user-agent': 'curl/8.0' },
      { 'user-agent': 'HTTPie/3' },
    ]) {
      const answer = await sent({ headers: { authorization, ...version, ...extra }, body })
      expect(answer.body).toBe(pretty)
    }
  })
})
