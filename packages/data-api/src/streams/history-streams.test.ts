/** What streams tell of a past that changes (wire §7.3, data-model §10.2). */
import { expect, it } from 'vitest'
import { describeStreams, type ListeningApi } from '../testing/stream-client.ts'
import { q, type Rendered } from '../testing/test-data-api.ts'

const movies = q.Collection('movies')
const movie = q.Ref(movies, 1)
const all = ['action', 'document', 'diff', 'prev']

/** A movie, and the time an hour before it was made. */
async function withMovie({ admin }: ListeningApi): Promise<{ movie: Rendered; earlier: number }> {
  await admin.query(q.CreateCollection({ name: 'movies', history_days: 30 }))
  const made = await admin.query<Rendered>(q.Create(movie, { data: { n: 1 } }))
  return { movie: made, earlier: made.ts - 3_600_000_000 }
}

const insert = (ts: number, data: object) => q.Insert(movie, ts, 'create', { data })

describeStreams('streams of a past that changes', (open) => {
  it('tell of a version before the first, and of the first, which follows it now', async () => {
    const api = await open()
    const { movie: made, earlier } = await withMovie(api)
    const { ref, ts } = made
    const stream = await api.stream(movie, { fields: all })
    await api.admin.query(insert(earlier, { n: 0, old: true }))
    const [first, second] = await stream.take(2)
    const inserted = { ref, ts: earlier, data: { n: 0, old: true } }
    const document = { ref, ts, data: { n: 1 } }
    expect(first).toEqual({
      type: 'history_rewrite',
      txn: expect.any(Number),
      event: {
        action: 'update',
        document,
        diff: { ref, ts, data: { n: 1, old: null } },
        prev: inserted,
      },
    })
    expect(second).toEqual({
      type: 'history_rewrite',
      txn: first?.txn,
      event: {
        action: 'create',
        document: inserted,
        diff: inserted,
        prev: { ref, ts: earlier },
      },
    })
    expect(first?.txn).toBeGreaterThan(ts)
    await api.admin.query(q.Remove(movie, earlier, 'create'))
    expect((await stream.take(2)).map(({ type, event }) => [type, event])).toEqual([
      ['history_rewrite', { action: 'create', document: { ref, ts: earlier } }],
      ['history_rewrite', { action: 'create', document, diff: document, prev: { ref, ts } }],
    ])
  })

  it('tell of a deletion in the past what it deleted', async () => {
    const api = await open()
    const { movie: made, earlier } = await withMovie(api)
    const { ref } = made
    await api.admin.query(insert(earlier, { n: 0 }))
    const stream = await api.stream(movie, { fields: all })
    await api.admin.query(q.Insert(movie, earlier + 1, 'delete', {}))
    const [next, deletion] = await stream.take(2)
    expect(next?.event).toMatchObject({ action: 'create', document: { data: { n: 1 } } })
    const deleted = { ref, ts: earlier, data: { n: 0 } }
    expect(deletion?.event).toEqual({
      action: 'delete',
      document: deleted,
      diff: { ref, ts: earlier + 1 },
      prev: deleted,
    })
  })

  it('are told to who may read the history', async () => {
    const api = await open()
    const { earlier } = await withMovie(api)
    const role = (name: string, actions: object) =>
      api.admin.query(q.CreateRole({ name, privileges: [{ resource: movies, actions }] } as never))
    await role('reader', { read: true })
    await role('historian', { history_read: true })
    const streamOf = async (name: string) =>
      api.stream(movie, { client: api.as((await api.withRole(q.Role(name))).secret) })
    const [reader, historian] = [await streamOf('reader'), await streamOf('historian')]
    await api.admin.query(insert(earlier, { n: 0 }))
    await api.admin.query(q.Update(movie, { data: { n: 2 } }))
    await api.admin.query(q.Remove(movie, earlier, 'create'))
    expect((await reader.next()).event).toMatchObject({ document: { data: { n: 2 } } })
    expect((await historian.take(4)).map(({ type }) => type)).toEqual(
      Array.from({ length: 4 }, () => 'history_rewrite'),
    )
  })

  it('tell the sets of its entries what is no more of their histories, and what is now', async () => {
    const api = await open()
    const { movie: made, earlier } = await withMovie(api)
    const { ref, ts } = made
    const term = { field: ['data', 'n'] }
    await api.admin.query(q.CreateIndex({ name: 'by_n', source: movies, terms: [term] }))
    const documents = await api.stream(q.Documents(movies))
    const ones = await api.stream(q.Match('by_n', 1))
    const twos = await api.stream(q.Match('by_n', 2))
    const event = (action: string, at: number) => ({ action, document: { ref, ts: at } })
    const told = async (stream: typeof ones, count: number) =>
      (await stream.take(count)).map((one) => [one.type, one.event])
    const set = (action: string, at: number) => ['set', event(action, at)]

    await api.admin.query(insert(earlier, { n: 2 }))
    expect(await told(documents, 2)).toEqual([set('add', ts), set('add', earlier)])
    expect(await told(twos, 2)).toEqual([set('add', earlier), set('remove', ts)])

    await api.admin.query(q.Remove(movie, ts, 'update'))
    expect(await told(twos, 1)).toEqual([set('remove', ts)])
    expect(await told(ones, 1)).toEqual([set('add', ts)])

    await api.admin.query(q.Insert(movie, earlier + 1, 'delete', {}))
    expect(await told(twos, 1)).toEqual([set('remove', earlier + 1)])
    expect(await told(documents, 1)).toEqual([set('remove', earlier + 1)])
  })
})
