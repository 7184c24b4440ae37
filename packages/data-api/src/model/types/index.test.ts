import { expect, it } from 'vitest'
import { describeDataApi, type Open } from '../../testing/describe-data-api.ts'
import {
  alreadyExists,
  failure,
  invalid,
  invalidRef,
  notFound,
  notUnique,
  required,
  wrongType,
} from '../../testing/refusals.ts'
import { q } from '../../testing/test-data-api.ts'

async function withCollections(open: Open) {
  const api = await open()
  for (const name of ['a', 'b']) await api.server.query(q.CreateCollection({ name }))
  const [a, b] = [q.Collection('a'), q.Collection('b')]
  const failures = async (fields: object) => {
    const { errors } = await api.server.refusal(q.CreateIndex({ name: 'x', ...fields } as never))
    expect(errors).toMatchObject([{ code: 'validation failed', position: ['create_index'] }])
    return (errors[0] as { failures: unknown }).failures
  }
  return { ...api, a, b, failures }
}

const ref = (id: string) => ({ '@ref': { id, collection: { '@ref': { id: 'collections' } } } })
const pure = q.Query(q.Lambda('d', q.Select(['data', 'x'], q.Var('d'))))

describeDataApi('index documents', (open) => {
  it('render as they were written, with their defaults', async () => {
    const { server, a } = await withCollections(open)
    const made = await server.json(q.CreateIndex({ name: 'x', source: a }))
    expect(JSON.parse(made)).toMatchObject({
      name: 'x',
      source: ref('a'),
      serialized: true,
      active: true,
      partitions: 8,
    })
    expect(JSON.parse(made)).not.toHaveProperty('unique')
    expect(await server.json(q.Get(q.Index('x')))).toBe(made)
    const other = JSON.parse(
      await server.json(
        q.CreateIndex({
          name: 'y',
          source: [{ class: a, fields: { f: pure } }],
          terms: [{ field: ['data', 'a'], transform: 'casefold', x: 1 }, { binding: 'f' }],
          values: { field: 'ref', reverse: true },
          unique: true,
          serialized: false,
        } as never),
      ),
    )
    expect(other).toMatchObject({
      source: [{ collection: ref('a') }],
      terms: [{ field: ['data', 'a'], transform: 'casefold' }, { binding: 'f' }],
      values: { field: 'ref', reverse: true },
      unique: true,
      serialized: false,
      partitions: 1,
    })
    expect(other.terms[0]).not.toHaveProperty('x')
    expect(other.source[0]).not.toHaveProperty('class')
  })

  it('have 8 partitions without terms or by class, else 1, or what is asked', async () => {
    const { server, a } = await withCollections(open)
    const partitions = async (fields: object) => {
      const made = q.CreateIndex({ name: q.NewId(), source: a, ...fields } as never)
      return (await server.query(made)).partitions
    }
    expect(await partitions({ terms: [{ field: 'class' }] })).toBe(8)
    expect(await partitions({ terms: [{ field: ['data', 'a'] }] })).toBe(1)
    expect(await partitions({ terms: [{ field: ['data', 'a'] }], partitions: 3 })).toBe(3)
  })

  it('refuse what is not an index', async () => {
    const { a, b, failures, server } = await withCollections(open)
    await server.query(q.Create(q.Ref(a, 1), {}))
    expect(await failures({})).toEqual([required('source')])
    expect(await failures({ source: [] })).toEqual([required('source')])
    expect(await failures({ source: 'a' })).toMatchObject([{ code: 'invalid type' }])
    expect(await failures({ source: q.Ref(a, 1) })).toMatchObject([
      { field: ['source'], code: 'invalid type' },
    ])
    expect(await failures({ source: { collection: [a, '_'] } })).toMatchObject([
      { field: ['class'], code: 'invalid type' },
    ])
    expect(await failures({ source: q.Databases() })).toEqual([
      failure(['source'], 'invalid reference', 'Cannot read reference.'),
    ])
    expect(await failures({ source: [a, { collection: a }] })).toEqual([
      failure(['source'], 'multiple bindings', 'A collection ref may only match one binding.'),
    ])
    expect(await failures({ source: [a, '_'] })).toEqual([
      failure(
        ['source'],
        'mixed wildcards',
        'Cannot mix collection refs and wildcards without providing bindings.',
      ),
    ])
    expect(await failures({ source: a, partitions: 9 })).toEqual([
      failure(['partitions'], 'bounds error', 'Value 9 is not in expected range 1 to 8.'),
    ])
    expect(await failures({ source: a, unique: 1, serialized: 'x', active: 1 })).toEqual([
      wrongType('Long', 'Boolean', 'unique'),
      wrongType('String', 'Boolean', 'serialized'),
      wrongType('Long', 'Boolean', 'active'),
    ])
    expect(await failures({ source: [a, b], terms: [{}] })).toEqual([
      failure([], 'value required', 'Must provide one of the following: field, binding'),
    ])
    expect(await failures({ source: a, terms: 1 })).toEqual([wrongType('Long', 'Term', 'terms')])
    expect(await failures({ source: a, values: [{ field: true }] })).toMatchObject([
      { field: ['field'], code: 'invalid type' },
    ])
    expect(await failures({ source: a, terms: [{ field: 'x', transform: 'upper' }] })).toEqual([
      failure(['transform'], 'invalid value', 'Invalid value `upper` at `transform`'),
    ])
  })

  it('have bindings that are pure and used', async () => {
    const { a, failures } = await withCollections(open)
    const terms = [{ binding: 'f' }]
    const impure = q.Query(q.Lambda('d', q.Exists(q.Select('ref', q.Var('d')))))
    const path = ['source', '0', 'fields', '0', 'f']
    expect(await failures({ source: { collection: a, fields: { f: impure } }, terms })).toEqual([
      failure(path, 'invalid binding', 'Field binding must be a pure unary function.'),
    ])
    expect(await failures({ source: { collection: a, fields: { f: pure } } })).toEqual([
      failure(path, 'unused binding', 'Source binding is not used as a term or value.'),
    ])
    expect(await failures({ source: { collection: a, fields: { f: 1 } }, terms })).toMatchObject([
      { code: 'invalid type' },
    ])
  })

  it('never change what they index', async () => {
    const { server, a, b } = await withCollections(open)
    const definition = { name: 'x', source: a, terms: [{ field: ['data', 'a'] }] }
    await server.query(q.CreateIndex(definition))
    const x = q.Index('x')
    await server.query(q.Update(x, { ...definition, serialized: false, data: { a: 1 } }))
    expect(await server.query(q.Update(x, { active: false }))).toMatchObject({
      active: true,
      serialized: false,
      data: { a: 1 },
    })
    const refusal = (what: string) =>
      invalid(
        [],
        failure(
          [],
          'invalid index',
          `Index sources, terms, and values may not be updated (${what})`,
        ),
      )
    expect(await server.refusal(q.Update(x, { source: b }))).toEqual(refusal('source'))
    expect(await server.refusal(q.Update(x, { terms: null }))).toEqual(refusal('terms'))
    expect(await server.refusal(q.Update(x, { values: [{ field: 'ref' }] }))).toEqual(
      refusal('values'),
    )
    const partitions = (from: number, to: number) =>
      invalid(
        [],
        failure(
          [],
          'invalid index',
          `Index partition count may not be updated (${from} -> ${to}).`,
        ),
      )
    expect(await server.refusal(q.Update(x, { partitions: 2 }))).toEqual(partitions(1, 2))
    expect(await server.query(q.Update(x, { unique: true }))).toMatchObject({ unique: true })
    await server.query(q.CreateIndex({ name: 'all', source: a }))
    expect(await server.refusal(q.Update(q.Index('all'), { unique: true }))).toEqual(
      partitions(8, 1),
    )
  })

  it('keep their name and entries when they are renamed', async () => {
    const { server, a } = await withCollections(open)
    await server.query(q.CreateIndex({ name: 'x', source: a, terms: [{ field: ['data', 'a'] }] }))
    const doc = await server.query(q.Create(a, { data: { a: 1 } }))
    await server.query(q.Update(q.Index('x'), { name: 'y' }))
    expect(await server.data(q.Paginate(q.Match('y', 1)))).toEqual([doc.ref])
    expect(await server.refusal(q.Match('x', 1))).toEqual(invalidRef('index', 'x', 'index'))
    await server.query(q.CreateIndex({ name: 'z', source: a }))
    expect(await server.refusal(q.Update(q.Index('z'), { name: 'y' }))).toEqual(notUnique())
    expect(await server.refusal(q.CreateIndex({ name: 'y', source: a }))).toEqual(
      alreadyExists('Index', 'create_index'),
    )
    expect(await server.refusal(q.Create(q.Index('y'), {}))).toEqual(
      alreadyExists('Index', 'create'),
    )
  })

  it('that were deleted have no entries, and never lend them to another', async () => {
    const { server, a } = await withCollections(open)
    const make = q.CreateIndex({ name: 'x', source: a, terms: [{ field: ['data', 'a'] }] })
    const { ref: index } = await server.query(make)
    const doc = await server.query(q.Create(a, { data: { a: 1 } }))
    const inOne = q.Let(
      { i: index },
      q.Do(q.Delete(q.Var('i')), q.Paginate(q.Match(q.Var('i'), 1))),
    )
    expect(await server.refusal(inOne)).toEqual(
      notFound('Index', 'in', 'do', 1, 'paginate', 'index'),
    )
    await server.query(q.Delete(index))
    await server.query(q.Delete(doc.ref))
    await server.query(make)
    expect(await server.data(q.Paginate(q.Match('x', 1)))).toEqual([])
  })

  it('made in a query are used by their ref, and cover what it writes afterwards', async () => {
    const { server, a } = await withCollections(open)
    const made = await server.query<{ data: unknown[] }>(
      q.Let(
        {
          x: q.CreateIndex({ name: 'x', source: a, terms: [{ field: ['data', 'a'] }] }),
          doc: q.Create(a, { data: { a: 1 } }),
        },
        q.Paginate(q.Match(q.Select('ref', q.Var('x')), 1)),
      ),
    )
    expect(made.data).toHaveLength(1)
    const named = q.Do(q.CreateIndex({ name: 'y', source: a }), q.Paginate(q.Match('y')))
    expect(await server.refusal(named)).toEqual(
      invalidRef('index', 'y', 'do', 1, 'paginate', 'index'),
    )
  })
})
