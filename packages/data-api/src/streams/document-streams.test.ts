/** What streams of documents tell (wire §7.3, data-model §10.2). */
import { expect, it } from 'vitest'
import { describeStreams, type ListeningApi } from '../testing/stream-client.ts'
import { q, type Rendered } from '../testing/test-data-api.ts'

const movies = q.Collection('movies')
const movie = q.Ref(movies, 1)
const all = ['action', 'document', 'diff', 'prev', 'index']

async function withMovies({ admin }: ListeningApi): Promise<void> {
  await admin.query(q.CreateCollection({ name: 'movies', history_days: 30 }))
}

describeStreams('document streams', (open) => {
  it('tell of a document that does not exist yet, and all that becomes of it', async () => {
    const api = await open()
    await withMovies(api)
    const stream = await api.stream(movie, { fields: all })
    const { ref, ts } = await api.admin.query<Rendered>(
      q.Create(movie, { data: { title: 'Ran', cast: { a: 1, b: [1, 2] } } }),
    )
    const first = { ref, ts, data: { title: 'Ran', cast: { a: 1, b: [1, 2] } } }
    expect(await stream.next()).toEqual({
      type: 'version',
      txn: ts,
      event: { action: 'create', document: first, diff: first, prev: { ref, ts } },
    })
    const changed = await api.admin.query<Rendered>(
      q.Update(movie, { data: { cast: { a: null, b: [1], c: 1.5 } } }),
    )
    const second = { ref, ts: changed.ts, data: { title: 'Ran', cast: { b: [1], c: 1.5 } } }
    expect(await stream.next()).toEqual({
      type: 'version',
      txn: changed.ts,
      event: {
        action: 'update',
        document: second,
        diff: { ref, ts: changed.ts, data: { cast: { a: null, b: [1], c: 1.5 } } },
        prev: first,
      },
    })
    const replaced = await api.admin.query<Rendered>(q.Replace(movie, { data: { year: 1985 } }))
    const third = { ref, ts: replaced.ts, data: { year: 1985 } }
    const gone = { title: null, cast: null }
    expect(await stream.next()).toEqual({
      type: 'version',
      txn: replaced.ts,
      event: {
        action: 'update',
        document: third,
        diff: { ref, ts: replaced.ts, data: { year: 1985, ...gone } },
        prev: second,
      },
    })
    await api.admin.query(q.Delete(movie))
    const last = await stream.next()
    expect(last).toEqual({
      type: 'version',
      txn: expect.any(Number),
      event: { action: 'delete', document: third, diff: { ref, ts: last.txn }, prev: third },
    })
    expect(last.txn).toBeGreaterThan(replaced.ts)
    await api.admin.query(q.Create(movie, {}))
    expect((await stream.next()).event.action).toBe('create')
  })

  it('tell action and document where nothing else is asked for, and only what is asked for', async () => {
    const api = await open()
    await withMovies(api)
    const fields = [undefined, ['document'], ['prev', 'action'], ['index']]
    const streams = await Promise.all(
      fields.map((asked) => api.stream(movie, asked === undefined ? {} : { fields: asked })),
    )
    const { ref, ts } = await api.admin.query<Rendered>(q.Create(movie, {}))
    const document = { ref, ts }
    expect(await Promise.all(streams.map(async (stream) => (await stream.next()).event))).toEqual([
      { action: 'create', document },
      { document },
      { action: 'create', prev: document },
      {},
    ])
  })

  it('are opened by a document as well as by its ref', async () => {
    const api = await open()
    await withMovies(api)
    await api.admin.query(q.Create(movie, {}))
    const stream = await api.stream(q.Get(movie))
    await api.admin.query(q.Update(movie, { data: { n: 1 } }))
    expect((await stream.next()).event).toMatchObject({
      action: 'update',
      document: { data: { n: 1 } },
    })
  })

  it('tell the writes of one transaction as one, and nothing of what it undoes', async () => {
    const api = await open()
    await withMovies(api)
    const stream = await api.stream(movie, { fields: ['action', 'diff'] })
    await api.admin.query(q.Do(q.Create(movie, { data: { n: 1 } }), q.Delete(movie)))
    await api.admin.query(
      q.Do(q.Create(movie, { data: { n: 1 } }), q.Update(movie, { data: { n: 2 } })),
    )
    expect((await stream.next()).event).toMatchObject({
      action: 'create',
      diff: { data: { n: 2 } },
    })
    await expect(
      api.admin.query(q.Do(q.Update(movie, { data: { n: 3 } }), q.Abort('no'))),
    ).rejects.toThrow()
    await api.admin.query(q.Do(q.Delete(movie), q.Create(movie, { data: { n: 2, m: 1 } })))
    expect((await stream.next()).event).toMatchObject({
      action: 'update',
      diff: { data: { m: 1 } },
    })
    await api.admin.query(q.Do(q.Update(movie, { data: { n: 4 } }), q.Delete(movie)))
    expect((await stream.next()).event.action).toBe('delete')
  })

  it('tell a document that takes the place of an expired one as new', async () => {
    const api = await open()
    await withMovies(api)
    await api.admin.query(q.Create(movie, { data: { n: 1 }, ttl: q.Now() }))
    const stream = await api.stream(movie, { fields: all })
    const { ref, ts } = await api.admin.query<Rendered>(q.Create(movie, { data: { n: 2 } }))
    const document = { ref, ts, data: { n: 2 } }
    expect((await stream.next()).event).toEqual({
      action: 'create',
      document,
      diff: document,
      prev: { ref, ts },
    })
  })

  it('tell nothing of other documents, of the same id in other collections or databases', async () => {
    const api = await open()
    await withMovies(api)
    await api.admin.query(q.CreateCollection({ name: 'books' }))
    await api.admin.query(q.CreateDatabase({ name: 'other' }))
    const key = { role: 'admin', database: q.Database('other') }
    const other = api.as((await api.admin.query<Rendered>(q.CreateKey(key))).secret)
    await other.query(q.CreateCollection({ name: 'movies' }))
    const stream = await api.stream(movie)
    await api.admin.query(q.Create(q.Ref(movies, 2), {}))
    await api.admin.query(q.Create(q.Ref(q.Collection('books'), 1), {}))
    await other.query(q.Create(movie, {}))
    const { ts } = await api.admin.query<Rendered>(q.Create(movie, {}))
    expect((await stream.next()).txn).toBe(ts)
  })

  it('name refs from the database of whoever follows', async () => {
    const api = await open()
    await api.admin.query(q.CreateDatabase({ name: 'child' }))
    const key = { role: 'admin', database: q.Database('child') }
    const child = api.as((await api.admin.query<Rendered>(q.CreateKey(key))).secret)
    await child.query(q.CreateCollection({ name: 'movies' }))
    const scoped = q.Ref(q.Collection('movies', q.Database('child')), 1)
    const [outside, inside] = await Promise.all([
      api.stream(scoped),
      api.stream(movie, { client: child }),
    ])
    await child.query(q.Create(movie, {}))
    expect((await outside.next()).event.document.ref).toEqual(await api.admin.query(scoped))
    expect((await inside.next()).event.document.ref).toEqual(await child.query(movie))
  })

  it('serve the driver’s document helper: a snapshot, then what comes after it', async () => {
    const api = await open()
    await withMovies(api)
    await api.admin.query(q.Create(movie, { data: { n: 1 } }))
    const seen: unknown[] = []
    await new Promise<void>((resolve, reject) => {
      const stream = api.admin.stream
        .document(movie as never)
        .on('error', reject)
        .on('snapshot', async (document) => {
          seen.push(document)
          await api.admin.query(q.Update(movie, { data: { n: 2 } }))
        })
        .on('version', (event) => {
          seen.push(event.document)
          stream.close()
          resolve()
        })
        .start()
    })
    expect(seen).toMatchObject([{ data: { n: 1 } }, { data: { n: 2 } }])
  })
})
