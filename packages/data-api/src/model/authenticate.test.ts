import { expect, it } from 'vitest'
import { describeDataApi, type Open } from '../testing/describe-data-api.ts'
import { permissionDenied, refused } from '../testing/refusals.ts'
import { q, rootSecret } from '../testing/test-data-api.ts'

const unauthorized = {
  status: 401,
  errors: [{ code: 'unauthorized', description: 'Unauthorized' }],
}
const noToken = refused(400, 'invalid token', 'Token metadata is not accessible.', [])
const noIdentity = refused(
  400,
  'missing identity',
  'Authentication does not contain an identity',
  [],
)

/** `test` holds a user 1, a role, and the databases `a` and `a/b`, in which there is a user 1 too. */
async function withFamily(open: Open) {
  const api = await open()
  const { admin, as, root } = api
  const child = async (parent: typeof admin, name: string) => {
    await parent.query(q.CreateDatabase({ name }))
    const key = await parent.query(q.CreateKey({ role: 'admin', database: q.Database(name) }))
    return as(key.secret)
  }
  const a = await child(admin, 'a')
  const b = await child(a, 'b')
  for (const database of [admin, b]) {
    await database.query(q.CreateCollection({ name: 'users' }))
    await database.query(q.Create(q.Ref(q.Collection('users'), 1), {}))
    await database.query(
      q.CreateRole({
        name: 'reader',
        privileges: [{ resource: q.Collection('users'), actions: { read: true } }],
      }),
    )
  }
  const own = await admin.query(q.CreateKey({ role: 'admin' }))
  const server = await admin.query(q.CreateKey({ role: 'server' }))
  return { ...api, root, a, b, own, serverKey: server }
}

const user = q.Ref(q.Collection('users'), 1)

describeDataApi('the suffix of a secret', (open) => {
  it('of an admin key leads down a path, into a role', async () => {
    const { as, own } = await withFamily(open)
    const collections = q.Paginate(q.Collections())
    const count = async (suffix: string) => (await as(own.secret + suffix).data(collections)).length
    expect(await count('')).toBe(1)
    expect(await count(':a:admin')).toBe(0)
    expect(await count(':a/b:admin')).toBe(1)
    expect(await count(':a/b:server')).toBe(1)
    expect(await count(':server-readonly')).toBe(1)
    expect(await as(`${own.secret}:a/b:client`).refusal(collections)).toEqual(
      permissionDenied('paginate'),
    )
    expect(await as(`${own.secret}:server`).refusal(q.Paginate(q.Keys()))).toEqual(
      permissionDenied('paginate'),
    )
    const reader = as(`${own.secret}:a/b:@role/reader`)
    expect(await reader.query(q.Exists(user))).toBe(true)
    expect(await reader.refusal(q.Delete(user))).toEqual(permissionDenied())
  })

  it('of an admin key may act as a document', async () => {
    const { as, own } = await withFamily(open)
    for (const doc of [
      '@doc/users/1',
      'collections/users/1',
      'classes/users/1',
      'a/b:@doc/users/1',
    ]) {
      const caller = as(`${own.secret}:${doc}`)
      const identity = await caller.query<{ id: string }>(q.CurrentIdentity())
      expect(identity.id).toBe('1')
      expect(await caller.refusal(q.Paginate(q.Collections()))).toEqual(
        permissionDenied('paginate'),
      )
    }
    expect(await as(`${own.secret}:@doc/users/1`).query(q.CurrentToken())).toEqual(own.ref)
    expect(await as(`${own.secret}:a/b:@doc/users/1`).refusal(q.CurrentToken())).toEqual(noToken)
  })

  it('that leads nowhere is refused', async () => {
    const { as, own } = await withFamily(open)
    const nowhere = [
      'no:admin',
      'a/no:admin',
      '@role/no',
      '@doc/users/2',
      '@doc/no/1',
      'a:@doc/users/1',
      'adminx',
      'a:adminx',
      'server-readonlyx',
      '@doc/users/1x',
    ]
    for (const suffix of nowhere) {
      expect(await as(`${own.secret}:${suffix}`).refusal(1)).toEqual(unauthorized)
    }
  })

  it('that names no role is ignored', async () => {
    const { as, own, serverKey } = await withFamily(open)
    for (const suffix of ['', 'x', 'a/b:bogus', 'client:whatever', 'password']) {
      expect(await as(`${own.secret}:${suffix}`).data(q.Paginate(q.Keys()))).not.toEqual([])
      expect(await as(`${serverKey.secret}:${suffix}`).query(1)).toBe(1)
    }
  })

  it('of a server key may only act as a document of its own database', async () => {
    const { as, serverKey } = await withFamily(open)
    const caller = as(`${serverKey.secret}:@doc/users/1`)
    expect(await caller.query(q.HasCurrentIdentity())).toBe(true)
    for (const suffix of [
      'admin',
      'server',
      'client',
      '@role/reader',
      'a:server',
      'a/b:@doc/users/1',
    ]) {
      expect(await as(`${serverKey.secret}:${suffix}`).refusal(1)).toEqual(unauthorized)
    }
  })

  it('of any other key is refused', async () => {
    const { as, admin } = await withFamily(open)
    for (const role of ['server-readonly', 'client', q.Role('reader')]) {
      const { secret } = await admin.query(q.CreateKey({ role }))
      expect(await as(secret).query(1)).toBe(1)
      for (const suffix of ['client', 'server', '@doc/users/1', '@role/reader']) {
        expect(await as(`${secret}:${suffix}`).refusal(1)).toEqual(unauthorized)
      }
    }
  })

  it('of the root secret starts at the root', async () => {
    const { as } = await withFamily(open)
    const names = await as(rootSecret).data<{ id: string }>(q.Paginate(q.Databases()))
    expect(names.map(({ id }) => id)).toEqual(['test'])
    expect(await as(`${rootSecret}:test/a/b:admin`).data(q.Paginate(q.Collections()))).toHaveLength(
      1,
    )
    expect(await as(`${rootSecret}:test:@doc/users/1`).query(q.HasIdentity())).toBe(true)
    expect(await as(`${rootSecret}:a:admin`).refusal(1)).toEqual(unauthorized)
  })

  it('acts for a document only while it lives', async () => {
    const { as, own, admin } = await withFamily(open)
    const caller = as(`${own.secret}:@doc/users/1`)
    expect(await caller.query(1)).toBe(1)
    await admin.query(q.Delete(user))
    expect(await caller.refusal(1)).toEqual(unauthorized)
  })
})

describeDataApi('who is calling', (open) => {
  it('is told by the identity and the token', async () => {
    const { root, admin, own, as, a, withToken } = await withFamily(open)
    const token = await withToken(user)
    const about = [q.HasCurrentIdentity(), q.HasIdentity(), q.HasCurrentToken()]
    expect(await token.query(about)).toEqual([true, true, true])
    expect(await as(own.secret).query(about)).toEqual([false, false, true])
    expect(await a.query(about)).toEqual([false, false, false])
    expect(await root.query(about)).toEqual([false, false, false])
    expect(await token.query(q.Identity())).toMatchObject({ value: { id: '1' } })
    expect(await as(own.secret).query(q.CurrentToken())).toEqual(own.ref)
    for (const caller of [root, a, admin]) {
      expect(await caller.refusal(q.CurrentIdentity())).toEqual(noIdentity)
      expect(await caller.refusal(q.Identity())).toEqual(noIdentity)
    }
    for (const caller of [root, a, admin]) {
      expect(await caller.refusal(q.CurrentToken())).toEqual(noToken)
    }
  })

  it('may be named as self', async () => {
    const { server, withToken, send, serverKey } = await withFamily(open)
    const { ref: credentials } = await server.query(
      q.Create(q.Credentials(), { instance: user, password: 'x' }),
    )
    const token = await withToken(user)
    const self = async (secret: string, literal: unknown) => {
      const headers = { authorization: `Bearer ${secret}`, 'x-faunadb-api-version': '4' }
      return send({ headers, body: JSON.stringify(literal) })
    }
    const inUsers = { '@ref': { id: 'self', collection: { '@ref': 'collections/users' } } }
    for (const literal of [{ '@ref': 'collections/users/self' }, inUsers]) {
      const { body } = await self(token.secret, literal)
      expect(JSON.parse(body).resource['@ref'].id).toBe('1')
    }
    expect(
      JSON.parse((await self(token.secret, { '@ref': 'credentials/self' })).body),
    ).toMatchObject({
      resource: { '@ref': { id: credentials.id } },
    })
    const own = await token.query<{ id: string }>(q.CurrentToken())
    expect(JSON.parse((await self(token.secret, { '@ref': 'tokens/self' })).body)).toMatchObject({
      resource: { '@ref': { id: own.id } },
    })
    const scoped = `${serverKey.secret}:@doc/users/1`
    expect((await self(scoped, { '@ref': 'collections/users/self' })).status).toBe(200)
    for (const [secret, literal] of [
      [scoped, 'tokens/self'],
      [scoped, 'credentials/self'],
      [serverKey.secret, 'collections/users/self'],
      [token.secret, 'keys/self'],
    ] as const) {
      const { status, body } = await self(secret, { '@ref': literal })
      expect([status, JSON.parse(body)]).toEqual([
        400,
        { errors: [{ position: [], code: 'invalid expression', description: 'Invalid ref.' }] },
      ])
    }
  })
})
