import { expect, it } from 'vitest'
import { describeDataApi } from '../../testing/describe-data-api.ts'
import {
  alreadyExists,
  failure,
  invalid,
  invalidArgument,
  invalidRef,
  notFound,
  notUnique,
  refused,
  required,
  wrongType,
} from '../../testing/refusals.ts'
import { q } from '../../testing/test-data-api.ts'

const badName = (name: string) =>
  failure(
    ['name'],
    'invalid characters',
    `The name ${name} uses invalid characters. Valid characters must match: [;@+$\\-_.!~%\\w]+`,
  )

describeDataApi('collections', (open) => {
  it('keep no history unless told otherwise, and say so', async () => {
    const { server } = await open()
    const made = await server.query(q.CreateCollection({ name: 'spells', permissions: 1, x: 2 }))
    expect(made).toEqual({ ref: made.ref, ts: made.ts, name: 'spells', history_days: 0 })
    expect(await server.query(q.Get(q.Collection('spells')))).toEqual(made)
    const forever = await server.query(q.CreateCollection({ name: 'x', history_days: null }))
    expect(forever).not.toHaveProperty('history_days')
  })

  it('check the types of their fields, all at once', async () => {
    const { server } = await open()
    const made = q.CreateCollection({ name: 'a', history_days: 1.5, ttl_days: 'x', data: 1 })
    expect(await server.refusal(made)).toEqual(
      invalid(
        ['create_collection'],
        wrongType('Double', 'Long', 'history_days'),
        wrongType('String', 'Long', 'ttl_days'),
        wrongType('Long', 'Map', 'data'),
      ),
    )
    expect(await server.refusal(q.CreateCollection({ name: 'a', history_days: -1 }))).toEqual(
      invalid(
        ['create_collection'],
        failure(['history_days'], 'non-negative value required', 'Value must be non-negative.'),
      ),
    )
    expect(await server.refusal(q.CreateCollection({}))).toEqual(
      invalid(['create_collection'], required('name')),
    )
  })

  it('have names of certain characters', async () => {
    const { server } = await open()
    for (const name of ['events', 'self', ';@+$-_.!~%', 'Zauberspruch_ß', '呪文', '1']) {
      expect(await server.query(q.CreateCollection({ name }))).toMatchObject({ name })
    }
    for (const name of ['', 'a b', 'a/b', 'a#', 'ab\n']) {
      expect(await server.refusal(q.CreateCollection({ name }))).toEqual(
        invalid(['create_collection'], badName(name)),
      )
    }
    expect(await server.refusal(q.CreateCollection({ name: '_' }))).toEqual(
      invalid(
        ['create_collection'],
        failure(['name'], 'reserved name', 'Invalid name _. Reserved names: _.'),
      ),
    )
  })

  it('share a name with an index and a function, not with one another', async () => {
    const { server } = await open()
    await server.query(q.CreateCollection({ name: 'x' }))
    await server.query(q.CreateIndex({ name: 'x', source: q.Collection('x') }))
    await server.query(q.CreateFunction({ name: 'x', body: q.Query(q.Lambda('_', 1)) }))
    expect(await server.refusal(q.CreateCollection({ name: 'x' }))).toEqual(
      alreadyExists('Collection', 'create_collection'),
    )
    expect(await server.refusal(q.Create(q.Collections(), { name: 'x' }))).toEqual(
      alreadyExists('Collection', 'create'),
    )
    await server.query(q.CreateCollection({ name: 'y' }))
    expect(await server.refusal(q.Update(q.Collection('y'), { name: 'x' }))).toEqual(notUnique())
  })

  it('free their name when they are renamed or deleted, in the same query too', async () => {
    const { server } = await open()
    await server.query(q.CreateCollection({ name: 'x' }))
    await server.query(
      q.Do(q.Update(q.Collection('x'), { name: 'y' }), q.CreateCollection({ name: 'x' })),
    )
    await server.query(q.Do(q.Delete(q.Collection('x')), q.CreateCollection({ name: 'x' })))
    expect(await server.query(q.Exists(q.Collection('y')))).toBe(true)
  })

  it('keep their documents, and refs to them, when they are renamed', async () => {
    const { server } = await open()
    await server.query(q.CreateCollection({ name: 'x' }))
    const doc = await server.query(q.Create(q.Collection('x'), { data: { a: 1 } }))
    await server.query(q.Create(q.Collection('x'), { data: { friend: doc.ref } }))
    await server.query(q.Update(q.Collection('x'), { name: 'y' }))
    const [, friend] = await server.data(
      q.Map(q.Paginate(q.Documents(q.Collection('y'))), q.Lambda('r', q.Get(q.Var('r')))),
    )
    expect(friend).toMatchObject({
      data: { friend: { value: { collection: { value: { id: 'y' } } } } },
    })
  })

  it('keep their name and history_days when they are replaced', async () => {
    const { server } = await open()
    await server.query(
      q.CreateCollection({ name: 'x', history_days: 3, ttl_days: 4, data: { a: 1 } }),
    )
    const replaced = await server.query(q.Replace(q.Collection('x'), { data: { b: 2 } }))
    expect(replaced).toEqual({
      ref: replaced.ref,
      ts: replaced.ts,
      name: 'x',
      history_days: 3,
      data: { b: 2 },
    })
  })

  it('take the indexes along that have no other source', async () => {
    const { server, maintain } = await open()
    for (const name of ['x', 'y']) await server.query(q.CreateCollection({ name }))
    const both = { collection: [q.Collection('x'), q.Collection('y')] }
    await server.query(q.CreateIndex({ name: 'own', source: q.Collection('x') }))
    await server.query(
      q.CreateIndex({ name: 'own_object', source: { collection: q.Collection('x') } }),
    )
    await server.query(q.CreateIndex({ name: 'both', source: both }))
    await server.query(q.CreateIndex({ name: 'all', source: '_' }))
    await maintain()
    const doc = await server.query(q.Create(q.Collection('x'), {}))
    const other = await server.query(q.Create(q.Collection('y'), {}))
    expect(await server.data(q.Paginate(q.Match('both')))).toHaveLength(2)

    await server.query(q.Delete(q.Collection('x')))

    const names = ['own', 'own_object', 'both', 'all']
    expect(await server.query(names.map((name) => q.Exists(q.Index(name))))).toEqual([
      false,
      false,
      true,
      true,
    ])
    expect(await server.refusal(q.Match('own'))).toEqual(invalidRef('index', 'own', 'index'))
    expect(await server.data(q.Paginate(q.Match('both')))).toEqual([other.ref])
    expect(await server.data(q.Paginate(q.Match('all')))).toEqual([other.ref])

    await server.query(q.CreateCollection({ name: 'x' }))
    expect(await server.data(q.Paginate(q.Documents(q.Collection('x'))))).toEqual([])
    expect(await server.refusal(q.Get(q.Ref(q.Collection('x'), doc.ref.id)))).toEqual(
      notFound('Document'),
    )
  })

  it('cannot be updated or deleted as the built-in ones', async () => {
    const { admin } = await open()
    const text = 'Cannot update a schema meta collection.'
    expect(await admin.refusal(q.Update(q.Collections(), {}))).toEqual(
      invalidArgument(text, 'update'),
    )
    expect(await admin.refusal(q.Replace(q.Tokens(), {}))).toEqual(invalidArgument(text, 'replace'))
    expect(await admin.refusal(q.Delete(q.Indexes()))).toEqual(notFound('Collection'))
  })

  it('that are made cannot be named in the same query, but used by their ref', async () => {
    const { server } = await open()
    const named = q.Do(q.CreateCollection({ name: 'x' }), q.Create(q.Collection('x'), {}))
    expect(await server.refusal(named)).toEqual(invalidRef('collection', 'x', 'do', 1, 'create'))
    const made = q.Create(q.Select('ref', q.CreateCollection({ name: 'x' })), { data: { a: 1 } })
    expect(await server.answer(made)).toMatchObject({ status: 201, value: { data: { a: 1 } } })
    expect(await server.data(q.Paginate(q.Documents(q.Collection('x'))))).toHaveLength(1)
  })

  it('of a missing name cannot be used', async () => {
    const { server } = await open()
    expect(await server.refusal(q.Create(q.Collection('no'), {}))).toEqual(
      invalidRef('collection', 'no', 'create'),
    )
    expect(await server.refusal(q.Create('no', {}))).toEqual(
      invalidRef('collection', 'no', 'create'),
    )
    expect(await server.refusal(q.Get(q.Collection('no')))).toEqual(
      refused(400, 'invalid ref', "Ref refers to undefined collection 'no'", ['get']),
    )
    expect(await server.query(q.Exists(q.Collection('no')))).toBe(false)
  })
})
