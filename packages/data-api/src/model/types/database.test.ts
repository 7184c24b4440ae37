import { expect, it } from 'vitest'
import { describeDataApi } from '../../testing/describe-data-api.ts'
import {
  alreadyExists,
  failure,
  invalid,
  invalidArgument,
  notFound,
  notUnique,
  refused,
  required,
  wrongType,
} from '../../testing/refusals.ts'
import { q } from '../../testing/test-data-api.ts'

describeDataApi('databases', (open) => {
  it('render their name and a global id, and nothing that was not given', async () => {
    const { admin } = await open()
    const made = await admin.query(q.CreateDatabase({ name: 'child', api_version: '4', ref: 1 }))
    expect(Object.keys(made)).toEqual(['ref', 'ts', 'name', 'global_id'])
    expect(made.global_id).toMatch(/^[ybndrfg8ejkmcpqxot1uwisza345h769]{13}$/)
    expect(await admin.query(q.Get(q.Database('child')))).toEqual(made)
  })

  it('are answered by their own ref, as every named thing, when they are deleted', async () => {
    const { admin } = await open()
    const body = q.Query(q.Lambda('x', 1))
    const made = [
      await admin.query(q.CreateCollection({ name: 'a' })),
      await admin.query(q.CreateIndex({ name: 'b', source: q.Collection('a') })),
      await admin.query(q.CreateFunction({ name: 'c', body })),
      await admin.query(q.CreateRole({ name: 'd' })),
      await admin.query(q.CreateDatabase({ name: 'e' })),
      await admin.query(
        q.CreateAccessProvider({ name: 'f', issuer: 'https://f', jwks_uri: 'https://f/keys' }),
      ),
    ]
    for (const document of made.reverse()) {
      expect(await admin.query(q.Delete(document.ref))).toEqual(document)
    }
  })

  it('keep their global id when they are renamed', async () => {
    const { admin } = await open()
    const made = await admin.query(q.CreateDatabase({ name: 'child' }))
    const renamed = await admin.query(q.Update(made.ref, { name: 'other', global_id: 'x' }))
    expect(renamed).toMatchObject({ name: 'other', global_id: made.global_id })
    expect(await admin.query(q.Exists(q.Database('child')))).toBe(false)
    expect(await admin.query(q.Exists(q.Database('other')))).toBe(true)
  })

  it('check the types of their fields, all at once', async () => {
    const { admin } = await open()
    const made = q.CreateDatabase({ name: 1, priority: 501, container: 'yes', data: [] })
    expect(await admin.refusal(made)).toEqual(
      invalid(
        ['create_database'],
        wrongType('Long', 'Name', 'name'),
        wrongType('Long', 'Priority', 'priority'),
        wrongType('String', 'Boolean', 'container'),
        wrongType('Array', 'Map', 'data'),
      ),
    )
    expect(await admin.refusal(q.CreateDatabase({}))).toEqual(
      invalid(['create_database'], required('name')),
    )
  })

  it('accept priorities from 1 to 500', async () => {
    const { admin } = await open()
    for (const priority of [1, 500]) {
      const name = `child-${priority}`
      expect(await admin.query(q.CreateDatabase({ name, priority }))).toMatchObject({ priority })
    }
    expect(await admin.refusal(q.CreateDatabase({ name: 'x', priority: 0 }))).toEqual(
      invalid(['create_database'], wrongType('Long', 'Priority', 'priority')),
    )
  })

  it('have names of their own among their siblings', async () => {
    const { admin } = await open()
    await admin.query(q.CreateDatabase({ name: 'a' }))
    await admin.query(q.CreateDatabase({ name: 'b' }))
    expect(await admin.refusal(q.CreateDatabase({ name: 'a' }))).toEqual(
      alreadyExists('Database', 'create_database'),
    )
    expect(await admin.refusal(q.Update(q.Database('b'), { name: 'a' }))).toEqual(notUnique())
  })

  it('that are containers hold no collections, indexes or functions', async () => {
    const { admin, as } = await open()
    await admin.query(q.CreateDatabase({ name: 'box', container: true }))
    const key = await admin.query(q.CreateKey({ role: 'admin', database: q.Database('box') }))
    const inside = as(key.secret)
    expect(await inside.refusal(q.CreateCollection({ name: 'c' }))).toEqual(
      refused(400, 'invalid object in container', 'Object is not allowed in a container', [
        'create_collection',
      ]),
    )
    await inside.query(q.CreateDatabase({ name: 'd' }))
    await inside.query(q.CreateKey({ role: 'server', database: q.Database('d') }))
    await inside.query(q.CreateRole({ name: 'r', privileges: [] }))
  })

  it('cannot become containers while they hold data', async () => {
    const { admin, as } = await open()
    await admin.query(q.CreateDatabase({ name: 'box' }))
    const key = await admin.query(q.CreateKey({ role: 'admin', database: q.Database('box') }))
    await as(key.secret).query(q.CreateCollection({ name: 'c' }))
    expect(await admin.refusal(q.Update(q.Database('box'), { container: true }))).toEqual(
      invalid(
        [],
        failure(
          ['container'],
          'container candidate contains data',
          'cannot make database a container while it contains collections, indexes, or user functions',
        ),
      ),
    )
  })

  it('take all that is below them along when they are deleted', async () => {
    const { admin, as } = await open()
    await admin.query(q.CreateDatabase({ name: 'a' }))
    const a = as(
      (await admin.query(q.CreateKey({ role: 'admin', database: q.Database('a') }))).secret,
    )
    await a.query(q.CreateDatabase({ name: 'b' }))
    const b = as((await a.query(q.CreateKey({ role: 'admin', database: q.Database('b') }))).secret)
    await b.query(q.CreateCollection({ name: 'c' }))
    const doc = await b.query(q.Create(q.Collection('c'), {}))
    const token = as((await b.query(q.Create(q.Tokens(), { instance: doc.ref }))).secret)
    expect(await token.query(1)).toBe(1)

    expect(await admin.query(q.Delete(q.Database('a')))).toMatchObject({ name: 'a' })

    for (const caller of [a, b, token])
      expect(await caller.refusal(1)).toMatchObject({ status: 401 })
    expect(await admin.refusal(q.Delete(q.Database('a')))).toMatchObject({ status: 400 })
    const again = await admin.query(q.CreateDatabase({ name: 'a' }))
    const key = await admin.query(q.CreateKey({ role: 'admin', database: again.ref }))
    expect(await as(key.secret).data(q.Paginate(q.Databases()))).toEqual([])
    for (const caller of [a, b, token])
      expect(await caller.refusal(1)).toMatchObject({ status: 401 })
  })

  it('are read from above by scoped refs, and never written', async () => {
    const { admin, as } = await open()
    await admin.query(q.CreateDatabase({ name: 'child' }))
    const key = await admin.query(q.CreateKey({ role: 'admin', database: q.Database('child') }))
    const child = as(key.secret)
    await child.query(q.CreateCollection({ name: 'spells' }))
    const doc = await child.query(q.Create(q.Collection('spells'), { data: { a: 1 } }))
    const scoped = q.Ref(q.Collection('spells', q.Database('child')), doc.ref.id)
    expect(await admin.query(q.Get(scoped))).toMatchObject({ ts: doc.ts, data: { a: 1 } })
    const spells = {
      '@ref': {
        id: 'spells',
        collection: { '@ref': { id: 'collections' } },
        database: { '@ref': { id: 'child', collection: { '@ref': { id: 'databases' } } } },
      },
    }
    expect(JSON.parse(await admin.json(q.Paginate(q.Collections(q.Database('child')))))).toEqual({
      data: [spells],
    })
    const refusal = (key: string) => invalidArgument('Cannot write a scoped ref.', key)
    expect(await admin.refusal(q.Update(scoped, {}))).toEqual(refusal('update'))
    expect(await admin.refusal(q.Replace(scoped, {}))).toEqual(refusal('replace'))
    expect(await admin.refusal(q.Delete(scoped))).toEqual(refusal('delete'))
    expect(await admin.refusal(q.Create(scoped, {}))).toEqual(refusal('create'))
    expect(await child.refusal(q.Get(q.Database('child')))).toMatchObject({ status: 400 })
    expect(await admin.refusal(q.Get(q.Ref(q.Collection('spells'), 1)))).toMatchObject({
      errors: [{ code: 'invalid ref' }],
    })
    expect(await child.refusal(q.Get(q.Ref(q.Collection('spells'), 1)))).toEqual(
      notFound('Document'),
    )
  })
})
