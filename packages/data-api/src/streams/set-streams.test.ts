/** What streams of sets tell (wire §7.3, data-model §10.2). */
import { expect, it } from 'vitest'
import { describeStreams, type ListeningApi } from '../testing/stream-client.ts'
import { q, type Rendered } from '../testing/test-data-api.ts'

const movies = q.Collection('movies')
const movie = q.Ref(movies, 1)
const all = ['action', 'document', 'diff', 'prev', 'index']

async function withIndexes({ admin }: ListeningApi): Promise<void> {
  await admin.query(q.CreateCollection({ name: 'movies' }))
  const director = { field: ['data', 'director'] }
  await admin.query(
    q.Do(
      q.CreateIndex({ name: 'by_director', source: movies, terms: [director] }),
      q.CreateIndex({
        name: 'titles_by_director',
        source: movies,
        terms: [director],
        values: [{ field: ['data', 'title'] }, { field: ['data', 'year'], reverse: true }],
      }),
      q.CreateIndex({ name: 'titles', source: movies, values: [{ field: ['data', 'title'] }] }),
    ),
  )
}

const create = (data: object, id = 1) => q.Create(q.Ref(movies, id), { data })

describeStreams('set streams', (open) => {
  it('tell of the documents that enter and leave a collection', async () => {
    const api = await open()
    await withIndexes(api)
    const stream = await api.stream(q.Documents(movies), { fields: all })
    const { ref, ts } = await api.admin.query<Rendered>(create({ n: 1 }))
    expect(await stream.next()).toEqual({
      type: 'set',
      txn: ts,
      event: { action: 'add', document: { ref, ts } },
    })
    await api.admin.query(q.Update(movie, { data: { n: 2 } }))
    await api.admin.query(q.Delete(movie))
    const removed = await stream.next()
    expect(removed.event).toEqual({ action: 'remove', document: { ref, ts: removed.txn } })
  })

  it('tell of the tokens and credentials that come and go', async () => {
    const api = await open()
    await withIndexes(api)
    await api.admin.query(create({}))
    const tokens = await api.stream(q.Documents(q.Tokens()))
    const credentials = await api.stream(q.Documents(q.Credentials()))
    const token = await api.withToken(movie)
    expect((await tokens.next()).event).toMatchObject({
      action: 'add',
      document: { ref: token.ref },
    })
    await api.admin.query(q.Delete(token.ref))
    expect((await tokens.next()).event).toMatchObject({
      action: 'remove',
      document: { ref: token.ref },
    })
    await api.admin.query(q.Update(movie, { credentials: { password: 'sesame' } }))
    const { event } = await credentials.next()
    expect(event.action).toBe('add')
    await api.admin.query(q.Delete(event.document.ref))
    expect((await credentials.next()).event).toMatchObject({
      ...event,
      action: 'remove',
      document: { ref: event.document.ref },
    })
  })

  it('tell of the entries under the terms of a match, and what they cover', async () => {
    const api = await open()
    await withIndexes(api)
    const set = q.Match(q.Index('titles_by_director'), 'Kurosawa')
    const stream = await api.stream(set, { fields: all })
    const [index, ref] = await api.admin.query<[unknown, unknown]>([
      q.Index('titles_by_director'),
      movie,
    ])
    const event = (action: string, ts: number, ...values: unknown[]) => ({
      type: 'set',
      txn: ts,
      event: { action, document: { ref, ts }, index: { ref: index, terms: ['Kurosawa'], values } },
    })
    await api.admin.query(create({ title: 'Stalker', director: 'Tarkovsky' }, 2))
    const made = await api.admin.query<Rendered>(
      create({ title: 'Ran', director: 'Kurosawa', year: 1985 }),
    )
    expect(await stream.next()).toEqual(event('add', made.ts, 'Ran', 1985))
    await api.admin.query(q.Update(movie, { data: { seen: true } }))
    const changed = await api.admin.query<Rendered>(q.Update(movie, { data: { title: 'Dreams' } }))
    expect(await stream.take(2)).toEqual([
      event('remove', changed.ts, 'Ran', 1985),
      event('add', changed.ts, 'Dreams', 1985),
    ])
    const double = await api.admin.query<Rendered>(
      q.Update(movie, { data: { year: q.ToDouble(1985) } }),
    )
    expect(await stream.take(2)).toEqual([
      event('remove', double.ts, 'Dreams', 1985),
      event('add', double.ts, 'Dreams', 1985.0),
    ])
    const moved = await api.admin.query<Rendered>(
      q.Update(movie, { data: { director: 'Honda', year: null } }),
    )
    expect(await stream.next()).toEqual(event('remove', moved.ts, 'Dreams', 1985))
    await api.admin.query(q.Update(movie, { data: { director: 'Kurosawa' } }))
    expect((await stream.next()).event.index.values).toEqual(['Dreams', null])
  })

  it('tell each entry that a document has, and that terms and values are always arrays', async () => {
    const api = await open()
    await withIndexes(api)
    const stream = await api.stream(q.Match(q.Index('titles')), { fields: ['index', 'action'] })
    const index = await api.admin.query(q.Index('titles'))
    await api.admin.query(create({ title: ['Ran', 'Chaos'] }))
    const events = await stream.take(2)
    expect(events.map(({ event }) => event)).toEqual([
      { action: 'add', index: { ref: index, terms: [], values: ['Ran'] } },
      { action: 'add', index: { ref: index, terms: [], values: ['Chaos'] } },
    ])
  })

  it('tell entries without values by action and document', async () => {
    const api = await open()
    await withIndexes(api)
    const set = q.Match(q.Index('by_director'), 'Kurosawa')
    const bare = await api.stream(set)
    const full = await api.stream(set, { fields: ['index'] })
    const { ref, ts } = await api.admin.query<Rendered>(create({ director: 'Kurosawa' }))
    expect((await bare.next()).event).toEqual({ action: 'add', document: { ref, ts } })
    expect((await full.next()).event).toMatchObject({ index: { terms: ['Kurosawa'], values: [] } })
  })

  it('tell every write of one transaction, in order and with its time', async () => {
    const api = await open()
    await withIndexes(api)
    const stream = await api.stream(q.Documents(movies))
    await api.admin.query(
      q.Do(
        q.Map([3, 1, 2], q.Lambda('n', q.Create(q.Ref(movies, q.Var('n')), {}))),
        q.Create(q.Ref(movies, 9), {}),
        q.Delete(q.Ref(movies, 9)),
      ),
    )
    const events = await stream.take(3)
    expect(events.map(({ event }) => event.document.ref.id)).toEqual(['3', '1', '2'])
    expect(new Set(events.map(({ txn }) => txn)).size).toBe(1)
    await api.admin.query(q.Delete(q.Ref(movies, 1)))
    expect((await stream.next()).event).toMatchObject({ action: 'remove' })
  })

  it('tell of a document that takes the place of an expired one, which left without a word', async () => {
    const api = await open()
    await withIndexes(api)
    const documents = await api.stream(q.Documents(movies))
    const titles = await api.stream(q.Match(q.Index('titles')), { fields: ['action', 'index'] })
    const data = { title: 'Ran' }
    await api.admin.query(create(data))
    await api.admin.query(q.Update(movie, { ttl: q.Now() }))
    await api.admin.query(create({ title: 'Dreams' }))
    expect((await documents.take(3)).map(({ event }) => event.action)).toEqual([
      'add',
      'remove',
      'add',
    ])
    const told = (await titles.take(4)).map(({ event }) => [event.action, event.index.values[0]])
    expect(told).toEqual([
      ['add', 'Ran'],
      ['remove', 'Ran'],
      ['remove', 'Ran'],
      ['add', 'Dreams'],
    ])
    await api.admin.query(q.Update(movie, { ttl: q.Now() }))
    await api.admin.query(create({ title: 'Dreams' }))
    expect((await titles.take(2)).map(({ event }) => event.action)).toEqual(['remove', 'add'])
    // This one is never seen before it has expired.
    await api.admin.query(q.Create(q.Ref(movies, 2), { data: { title: 'Ikiru' }, ttl: q.Now() }))
    await api.admin.query(create({ title: 'Ikiru' }, 2))
    expect((await titles.next()).event).toMatchObject({
      action: 'add',
      index: { values: ['Ikiru'] },
    })
  })
})
