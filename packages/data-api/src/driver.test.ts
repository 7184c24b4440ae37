import { listen } from '@vivarium/http'
import { openTestStore } from '@vivarium/store/testing'
import faunadb from 'faunadb'
import { expect, it, onTestFinished } from 'vitest'
import { bodyBytesMax, createDataApi, faults } from './index.ts'

const q = faunadb.query
const rootSecret = 'secret'

/** A listening data API, and how to make an unmodified driver for it. */
async function open() {
  const store = openTestStore()
  const handler = createDataApi({ store, rootSecrets: [rootSecret] })
  const options = { host: '127.0.0.1', port: 0, bodyBytesMax, faults }
  const listener = await listen(handler, options)
  onTestFinished(async () => {
    await listener.close({ drainMs: 0 })
    await store.close()
  })
  const driver = (more: object = {}) => {
    const client = new faunadb.Client({ secret: rootSecret, endpoint: listener.url, ...more })
    onTestFinished(() => client.close({ force: true }))
    return client
  }
  return { url: listener.url, driver }
}

/** Node's own, without the driver's stand-in for an AbortSignal, which Node 24 refuses. */
const fetchForDriver: typeof fetch = (input, init) => {
  const { signal: _, ...rest } = { ...init }
  return fetch(input, rest)
}

for (const [protocol, options] of Object.entries({
  'HTTP/2 with prior knowledge': {},
  'HTTP/1.1': { fetch: fetchForDriver },
})) {
  it(`the driver speaks ${protocol}`, async () => {
    const { driver } = await open()
    const client = driver(options)
    expect(await client.ping('node')).toBe('Scope node is OK')
    await client.query(q.CreateCollection({ name: 'spells' }))
    const data = { name: 'Feuer', at: q.Time('2020-01-01T00:00:00Z'), n: 1.5 }
    const made = await client.query<{ ref: faunadb.values.Ref; ts: number }>(
      q.Create(q.Collection('spells'), { data }),
    )
    expect(made.ref).toBeInstanceOf(faunadb.values.Ref)
    expect(await client.query(q.Get(made.ref))).toEqual(made)
    expect(await client.query(q.Paginate(q.Documents(q.Collection('spells'))))).toEqual({
      data: [made.ref],
    })
    await expect(client.query(q.Get(q.Ref(q.Collection('spells'), 1)))).rejects.toBeInstanceOf(
      faunadb.errors.NotFound,
    )
    await expect(driver({ ...options, secret: 'no' }).query(1)).rejects.toBeInstanceOf(
      faunadb.errors.Unauthorized,
    )
    const many = await Promise.all(
      Array.from({ length: 50 }, (_, n) => client.query(q.Create('spells', { data: { n } }))),
    )
    expect(many).toHaveLength(50)
  })

  it(`the driver's page helper goes through a set over ${protocol}`, async () => {
    const { driver } = await open()
    const client = driver(options)
    await client.query(q.CreateCollection({ name: 'spells' }))
    const numbers = Array.from({ length: 100 }, (_, i) => i)
    await client.query(
      q.Foreach(
        numbers,
        q.Lambda('n', q.Create(q.Collection('spells'), { data: { n: q.Var('n') } })),
      ),
    )
    const set = q.Documents(q.Collection('spells'))
    const seen: number[] = []
    await client
      .paginate(set, { size: 30 })
      .map((ref) => q.Select(['data', 'n'], q.Get(ref)))
      .each((page) => {
        seen.push(...(page as unknown as number[]))
      })
    expect(seen).toEqual(numbers)
    const backwards: number[] = []
    await client
      .paginate(set, { size: 30, before: null })
      .map((ref) => q.Select(['data', 'n'], q.Get(ref)))
      .eachReverse((page) => {
        backwards.unshift(...(page as unknown as number[]))
      })
    expect(backwards).toEqual(numbers)
  })
}

it('the driver reads the metrics of a query', async () => {
  const { driver } = await open()
  const { metrics, value } = await driver().queryWithMetrics(q.Add(1, 2))
  expect(value).toBe(3)
  expect(metrics).toMatchObject({ 'x-compute-ops': 1, 'x-byte-read-ops': 0, 'x-txn-retries': 0 })
})

it('a body over HTTP/2 that is empty is no JSON', async () => {
  const { url } = await open()
  const { connect } = await import('node:http2')
  const session = connect(url)
  onTestFinished(() => {
    session.destroy()
  })
  const stream = session.request({
    ':method': 'POST',
    ':path': '/',
    authorization: `Bearer ${rootSecret}`,
  })
  stream.end()
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += chunk
  expect(JSON.parse(text).errors[0].description).toBe('Request body is not valid JSON.')
})

it('garbage on the wire does not stop the server', async () => {
  const { url, driver } = await open()
  const { connect } = await import('node:net')
  const { hostname, port } = new URL(url)
  const garbage = [
    'GET / HTTP/9.9\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n',
    '\u0000\u0001\r\n\r\n',
  ]
  for (const bytes of garbage) {
    const socket = connect(Number(port), hostname)
    await new Promise<void>((resolve) => {
      socket.on('close', () => resolve()).on('error', () => resolve())
      socket.on('data', () => {})
      socket.end(bytes)
    })
  }
  expect(await driver().query(q.Add(1, 2))).toBe(3)
})
