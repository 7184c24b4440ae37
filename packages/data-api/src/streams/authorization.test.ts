/** Who is told what, and what ends a stream (data-model §10.3). */
import { expect, it } from 'vitest'
import { describeStreams, type ListeningApi, type Recording } from '../testing/stream-client.ts'
import { q, type Rendered } from '../testing/test-data-api.ts'

const movies = q.Collection('movies')
const users = q.Collection('users')
const movie = q.Ref(movies, 1)
const user = q.Ref(users, 1)
const index = q.Index('by_n')

const lost = {
  type: 'error',
  txn: expect.any(Number),
  event: {
    code: 'permission denied',
    description: 'Authorization lost during stream evaluation.',
  },
}

/** A role of users, with these privileges, and the user's token. */
async function withRole(
  api: ListeningApi,
  privileges: readonly object[],
  predicate?: unknown,
): Promise<Rendered> {
  const { admin } = api
  await admin.query(
    q.Do(q.CreateCollection({ name: 'movies' }), q.CreateCollection({ name: 'users' })),
  )
  await admin.query(
    q.CreateIndex({ name: 'by_n', source: movies, terms: [{ field: ['data', 'n'] }] }),
  )
  const membership = [{ resource: users, ...(predicate === undefined ? {} : { predicate }) }]
  await admin.query(q.CreateRole({ name: 'viewer', privileges, membership } as never))
  await admin.query(q.Create(user, {}))
  return api.withToken(user)
}

const reads = { resource: movies, actions: { read: true } }

/** Whether a document is public. */
const isPublic = q.Query(q.Lambda('ref', q.Select(['data', 'public'], q.Get(q.Var('ref')))))
const create = (id: number, data: object) => q.Create(q.Ref(movies, id), { data })

/** The end of a stream: the error event, then what the driver makes of the end. */
async function expectLost(stream: Recording): Promise<void> {
  expect(await stream.next()).toEqual(lost)
  expect((await stream.next()).event).toBeInstanceOf(TypeError)
}

describeStreams('the authorisation of streams', (open) => {
  it('lets anybody open one, and tells nothing that may not be read', async () => {
    const api = await open()
    const { secret } = await withRole(api, [])
    const client = api.as(secret)
    const hidden = [
      await api.stream(movie, { client }),
      await api.stream(q.Documents(movies), { client }),
      await api.stream(user, { client }),
    ]
    const server = api.as((await api.withRole('server')).secret)
    const seen = await api.stream(movie, { client: server })
    await api.admin.query(create(1, {}))
    await api.admin.query(q.Update(user, { data: { n: 1 } }))
    await api.admin.query(q.Delete(movie))
    expect(await seen.take(2)).toHaveLength(2)
    await api.admin.query(q.Delete(user))
    for (const stream of hidden) await expectLost(stream)
  })

  it('asks the predicate for each event, as things are then', async () => {
    const api = await open()
    const { secret } = await withRole(api, [{ resource: movies, actions: { read: isPublic } }])
    const client = api.as(secret)
    const document = await api.stream(movie, { client })
    const set = await api.stream(q.Documents(movies), { client })
    await api.admin.query(create(1, { public: false }))
    await api.admin.query(q.Update(movie, { data: { public: true } }))
    expect((await document.next()).event).toMatchObject({ action: 'update' })
    await api.admin.query(q.Update(movie, { data: { public: false } }))
    await api.admin.query(create(2, { public: true }))
    expect((await set.next()).event).toMatchObject({ document: { ref: { id: '2' } } })
    await api.admin.query(q.Update(movie, { data: { public: true, n: 2 } }))
    expect((await document.next()).event).toMatchObject({ document: { data: { n: 2 } } })
  })

  it('tells sets of an index to who may read it and the documents, or all of it', async () => {
    const api = await open()
    const one = q.Query(q.Lambda('terms', q.Equals(q.Var('terms'), [1])))
    const { secret } = await withRole(api, [
      { resource: index, actions: { read: true, unrestricted_read: one } },
      { resource: movies, actions: { read: isPublic } },
    ])
    const client = api.as(secret)
    const unrestricted = await api.stream(q.Match(index, 1), { client })
    const restricted = await api.stream(q.Match(index, 2), { client })
    await api.admin.query(create(1, { n: 1, public: false }))
    expect((await unrestricted.next()).event.document.ref.id).toBe('1')
    await api.admin.query(create(2, { n: 2, public: false }))
    await api.admin.query(create(3, { n: 2, public: true }))
    expect((await restricted.next()).event.document.ref.id).toBe('3')
  })

  it('tells the documents of a collection that may be read without restriction', async () => {
    const api = await open()
    const actions = { unrestricted_read: true }
    const { secret } = await withRole(api, [{ resource: movies, actions }])
    const client = api.as(secret)
    const set = await api.stream(q.Documents(movies), { client })
    const document = await api.stream(movie, { client })
    await api.admin.query(create(1, {}))
    expect((await set.next()).event.action).toBe('add')
    await api.admin.query(q.Delete(movie))
    expect((await set.next()).event.action).toBe('remove')
    await api.admin.query(q.Delete(user))
    await expectLost(document)
  })

  it('asks who is a member for each event, and goes on when the answer is no', async () => {
    const api = await open()
    const isActive = q.Query(
      q.Lambda('ref', q.Select(['data', 'active'], q.Get(q.Var('ref')), false)),
    )
    const { secret } = await withRole(api, [reads], isActive)
    const stream = await api.stream(movie, { client: api.as(secret) })
    await api.admin.query(create(1, { n: 1 }))
    await api.admin.query(q.Update(user, { data: { active: true } }))
    await api.admin.query(q.Update(movie, { data: { n: 2 } }))
    expect((await stream.next()).event.document.data.n).toBe(2)
  })

  it('ends at once when the token is deleted, logged out or changed', async () => {
    const api = await open()
    const tokens = [
      await withRole(api, [reads]),
      await api.withToken(user),
      await api.withToken(user),
    ]
    const streams = await Promise.all(
      tokens.map(({ secret }) => api.stream(movie, { client: api.as(secret) })),
    )
    const [first, second, third] = tokens
    await api.admin.query(q.Delete(first?.ref ?? ''))
    await expectLost(streams[0] as Recording)
    await api.admin.query(q.Update(second?.ref ?? '', { data: { n: 1 } }))
    await expectLost(streams[1] as Recording)
    await api.as(third?.secret ?? '').query(q.Logout(true))
    await expectLost(streams[2] as Recording)
  })

  it('ends at once when the identity, its collection or its database is gone', async () => {
    const api = await open()
    const { secret } = await withRole(api, [reads])
    await api.admin.query(q.CreateDatabase({ name: 'child' }))
    const inChild = { role: 'server', database: q.Database('child') }
    const child = api.as((await api.admin.query<Rendered>(q.CreateKey(inChild))).secret)
    await child.query(q.CreateCollection({ name: 'movies' }))
    const byIdentity = await api.stream(movie, { client: api.as(secret) })
    const byChild = await api.stream(movie, { client: child })
    await api.admin.query(q.Delete(user))
    await expectLost(byIdentity)
    await api.admin.query(q.Delete(q.Database('child')))
    await expectLost(byChild)
    await api.admin.query(q.Create(user, {}))
    const byCollection = await api.stream(movie, { client: api.as(secret) })
    await api.admin.query(q.Delete(users))
    await expectLost(byCollection)
  })

  it('ends at once when a role of the caller changes, comes or goes', async () => {
    const api = await open()
    const { secret } = await withRole(api, [reads])
    const client = api.as(secret)
    const first = await api.stream(movie, { client })
    await api.admin.query(q.Update(q.Role('viewer'), { privileges: [] }))
    await expectLost(first)
    const second = await api.stream(movie, { client })
    const more = { name: 'more', privileges: [reads], membership: [{ resource: users }] }
    await api.admin.query(q.CreateRole(more))
    await expectLost(second)
    const third = await api.stream(movie, { client })
    const other = { name: 'other', privileges: [reads], membership: [{ resource: movies }] }
    await api.admin.query(q.CreateRole(other))
    await api.admin.query(create(1, {}))
    expect((await third.next()).event.action).toBe('create')
    await api.admin.query(q.Delete(q.Role('more')))
    await expectLost(third)
  })

  it('ends when a key with a role is deleted, not when another is', async () => {
    const api = await open()
    await withRole(api, [reads])
    const [key, other] = [await api.withRole(q.Role('viewer')), await api.withRole('server')]
    const stream = await api.stream(movie, { client: api.as(key.secret) })
    const kept = await api.stream(movie, { client: api.as(other.secret) })
    await api.admin.query(q.Delete(key.ref))
    await expectLost(stream)
    await api.admin.query(create(1, {}))
    expect((await kept.next()).event.action).toBe('create')
  })

  it('ends by itself when the token or the identity expires', async () => {
    const api = await open()
    await withRole(api, [reads])
    const soon = q.TimeAdd(q.Now(), 700, 'milliseconds')
    const token = await api.withToken(user, { ttl: soon })
    const stream = await api.stream(movie, { client: api.as(token.secret) })
    await expectLost(stream)
    await expect(api.as(token.secret).query(1)).rejects.toThrow('unauthorized')
    const lasting = await api.stream(movie, {
      client: api.as((await api.withToken(user)).secret),
    })
    await api.admin.query(q.Update(user, { ttl: soon }))
    await expectLost(lasting)
  })

  it('ends the streams of one secret alone, and tells the others', async () => {
    const api = await open()
    const first = await withRole(api, [reads])
    const second = await api.withToken(user)
    const streams = await Promise.all(
      [first, first, second].map(({ secret }) => api.stream(movie, { client: api.as(secret) })),
    )
    await api.admin.query(q.Do(q.Delete(first.ref), create(1, {})))
    await expectLost(streams[0] as Recording)
    await expectLost(streams[1] as Recording)
    expect((await streams[2]?.next())?.event.action).toBe('create')
  })
})
