/** How streams end, and that nothing is left of them (wire §7.2, §7.3). */
import { once } from 'node:events'
import http from 'node:http'
import { listen } from '@vivarium/http'
import { openTestStore } from '@vivarium/store/testing'
import { expect, it, onTestFinished } from 'vitest'
import { bodyBytesMax, createDataApi, faults } from '../index.ts'
import { describeStreams, type ListeningApi, listenFor } from '../testing/stream-client.ts'
import { q, rootSecret } from '../testing/test-data-api.ts'
import { createLocalFeed } from './change-feed.ts'
import { streamLimitsDefault } from './limits.ts'

const movies = q.Collection('movies')
const movie = q.Ref(movies, 1)

async function withMovies({ admin }: ListeningApi): Promise<void> {
  await admin.query(q.CreateCollection({ name: 'movies' }))
}

/** Waits until the data API holds so many streams, which it learns of through its sockets. */
async function untilOpen({ api }: ListeningApi, count: number): Promise<void> {
  while (api.openStreams !== count) await new Promise((resolve) => setImmediate(resolve))
}

const error = (code: string, description: string) => ({
  type: 'error',
  txn: 0,
  event: { code, description },
})

describeStreams('the end of streams', (open) => {
  it('comes when the client leaves, and leaves nothing behind', async () => {
    const api = await open()
    await withMovies(api)
    const streams = await Promise.all([1, 2, 3].map((id) => api.stream(q.Ref(movies, id))))
    expect(api.api.openStreams).toBe(3)
    streams[0]?.close()
    await untilOpen(api, 2)
    await api.admin.query(q.Create(q.Ref(movies, 2), {}))
    expect((await streams[1]?.next())?.event.action).toBe('create')
    for (const stream of streams) stream.close()
    await untilOpen(api, 0)
    const again = await api.stream(movie)
    await api.admin.query(q.Create(movie, {}))
    expect((await again.next()).event.action).toBe('create')
  })

  it('comes with the end of the server, which opens no more', async () => {
    const api = await open()
    await withMovies(api)
    const stream = await api.stream(movie)
    await api.api.close()
    expect((await stream.next()).event).toBeInstanceOf(TypeError)
    expect(api.api.openStreams).toBe(0)
    await expect(api.stream(movie)).rejects.toThrow('error')
    await expect(api.admin.query(1)).resolves.toBe(1)
  })

  it('comes at once where too many are open', async () => {
    const api = await open({ streamLimits: { streamsMax: 2 } })
    await withMovies(api)
    const streams = [await api.stream(movie), await api.stream(movie)]
    const refused = await fetch(`${api.url}/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rootSecret}:test:admin`, 'x-faunadb-api-version': '4' },
      body: JSON.stringify(movie),
    })
    expect(refused.status).toBe(200)
    expect(JSON.parse(await refused.text())).toEqual(
      error('too many requests', 'Too many open streams.'),
    )
    streams[0]?.close()
    await untilOpen(api, 1)
    await api.stream(movie)
  })
})

/** A stream whose client reads nothing until it is told to. */
async function openUnread(api: ListeningApi): Promise<http.IncomingMessage> {
  const request = http.request(`${api.url}/stream`, {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${rootSecret}:test:admin`, 'x-faunadb-api-version': '4' },
  })
  request.end(JSON.stringify(movie))
  onTestFinished(() => void request.destroy())
  const [response]: http.IncomingMessage[] = await once(request, 'response')
  if (response === undefined) throw new Error('no response')
  return response
}

const slow = { queue: { eventsMax: 20, bytesMax: 1_000_000_000 } }

it('a reader that is too slow is told so, and nobody else is kept waiting', async () => {
  const api = await listenFor(openTestStore(), { streamLimits: slow })
  await withMovies(api)
  const unread = await openUnread(api)
  const read = await api.stream(movie)
  await api.admin.query(q.Create(movie, {}))
  expect((await read.next()).event.action).toBe('create')
  const text = 'x'.repeat(200_000)
  // Until the buffers of the sockets are full, and then the queue.
  for (let n = 0; api.api.openStreams === 2; n++) {
    await api.admin.query(q.Update(movie, { data: { n, text } }))
    expect((await read.next()).event.document.data.n).toBe(n)
  }
  const chunks: Buffer[] = []
  for await (const chunk of unread) chunks.push(chunk)
  const lines = Buffer.concat(chunks).toString().trimEnd().split('\r\n')
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual(
    error('time out', 'Stream closed due to congestion after accumulating 20 items.'),
  )
})

it('a reader with too many bytes to come is told so', async () => {
  const bytesMax = 2_000_000
  const streamLimits = { queue: { eventsMax: 1_000_000, bytesMax } }
  const api = await listenFor(openTestStore(), { streamLimits })
  await withMovies(api)
  const unread = await openUnread(api)
  await api.admin.query(q.Create(movie, {}))
  const text = 'x'.repeat(600_000)
  while (api.api.openStreams === 1) await api.admin.query(q.Update(movie, { data: { text } }))
  const chunks: Buffer[] = []
  for await (const chunk of unread) chunks.push(chunk)
  const last = Buffer.concat(chunks).toString().trimEnd().split('\r\n').at(-1)
  expect(JSON.parse(last ?? '').event.description).toBe(
    'Stream closed due to congestion after accumulating 3 items.',
  )
})

it('one event may be larger than what may wait', async () => {
  const streamLimits = { queue: { eventsMax: 10, bytesMax: 1_000 } }
  const api = await listenFor(openTestStore(), { streamLimits })
  await withMovies(api)
  const stream = await api.stream(movie)
  await api.admin.query(q.Create(movie, { data: { text: 'x'.repeat(100_000) } }))
  expect((await stream.next()).event.document.data.text).toHaveLength(100_000)
})

it('a listener does not wait for streams that its data API has ended', async () => {
  const store = openTestStore()
  const api = createDataApi({ store, rootSecrets: [rootSecret] })
  const listener = await listen(api, { host: '127.0.0.1', port: 0, bodyBytesMax, faults })
  const authorization = `Bearer ${rootSecret}`
  await fetch(listener.url, {
    method: 'POST',
    headers: { authorization },
    body: JSON.stringify(q.CreateCollection({ name: 'movies' })),
  })
  const response = await fetch(`${listener.url}/stream`, {
    method: 'POST',
    headers: { authorization, 'x-faunadb-api-version': '4' },
    body: JSON.stringify(movie),
  })
  const reader = response.body?.getReader()
  await reader?.read()
  await api.close()
  // A drain without end would never resolve if the stream were open.
  await listener.close({ drainMs: 2 ** 31 - 1 })
  expect((await reader?.read())?.done).toBe(true)
  await store.close()
})

it('a predicate that takes too long ends its own streams alone', async () => {
  const streamLimits = { evaluationMs: 20 }
  const api = await listenFor(openTestStore(), { streamLimits })
  await withMovies(api)
  const numbers = Array.from({ length: 1000 }, (_, i) => i)
  const busy = q.Map(numbers, q.Lambda('_', q.Map(numbers, q.Lambda('n', q.Add(q.Var('n'), 1)))))
  const privileges = [
    {
      resource: movies,
      actions: { read: q.Query(q.Lambda('_', q.Let({ busy }, true))) },
    },
  ]
  await api.admin.query(q.CreateRole({ name: 'busy', privileges } as never))
  const { secret } = await api.withRole(q.Role('busy'))
  const blocked = await api.stream(movie, { client: api.as(secret) })
  const free = await api.stream(movie)
  await api.admin.query(q.Create(movie, {}))
  expect(await blocked.next()).toEqual(error('time out', 'Stream timed out while synchronizing.'))
  expect((await free.next()).event.action).toBe('create')
})

it('a feed records for nobody once its last follower has gone', async () => {
  const feed = createLocalFeed()
  const seen: bigint[] = []
  const follow = () => feed.subscribe(1n, ({ timestamp }) => seen.push(timestamp))
  expect(feed.isWatched(1n)).toBe(false)
  const [first, second] = [await follow(), await follow()]
  expect([feed.isWatched(1n), feed.isWatched(2n)]).toEqual([true, false])
  first()
  first()
  expect(feed.isWatched(1n)).toBe(true)
  feed.publish({ timestamp: 5n, changes: [] })
  expect(seen).toEqual([])
  second()
  expect(feed.isWatched(1n)).toBe(false)
})

it('a process holds as many streams as the reference does', () => {
  expect(streamLimitsDefault.streamsMax).toBe(50_000)
})
