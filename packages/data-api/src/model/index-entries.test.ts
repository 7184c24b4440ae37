import type { ExprArg } from 'faunadb'
import { expect, it } from 'vitest'
import { describeDataApi, type Open } from '../testing/describe-data-api.ts'
import { notUnique } from '../testing/refusals.ts'
import { nil, q } from '../testing/test-data-api.ts'

/** A collection `c` with an index `x`; documents are named by their id. */
async function withIndex(open: Open, index: object, collections: readonly string[] = ['c']) {
  const api = await open()
  const { server } = api
  for (const name of collections) await server.query(q.CreateCollection({ name }))
  await server.query(q.CreateIndex({ name: 'x', source: q.Collection('c'), ...index } as never))
  const at = (id: number, collection = 'c') => q.Ref(q.Collection(collection), id)
  return {
    ...api,
    at,
    put: (id: number, data: object, more: object = {}) =>
      server.query(q.Create(at(id), { data, ...more } as never)),
    /** The ids of the documents under some terms. */
    ids: async (...terms: ExprArg[]) => {
      const refs = await server.data<{ id: string }>(q.Paginate(q.Match('x', ...terms)))
      return refs.map(({ id }) => Number(id))
    },
    /** The elements under some terms. */
    elements: (...terms: ExprArg[]) => server.data(q.Paginate(q.Match('x', ...terms))),
  }
}

const field = (...path: (string | number)[]) => ({ field: ['data', ...path] })

describeDataApi('index entries', (open) => {
  it('of one term leave out documents without it', async () => {
    const { put, ids } = await withIndex(open, { terms: [field('a')] })
    await put(1, { a: 1 })
    await put(2, { b: 1 })
    await put(3, { a: { b: 1 } })
    await put(4, { a: [] })
    await put(5, { a: 'x' })
    expect(await ids(1)).toEqual([1])
    expect(await ids('x')).toEqual([5])
    expect(await ids(nil)).toEqual([])
  })

  it('of two terms can be matched by a null in one of them, not in both', async () => {
    const { put, ids } = await withIndex(open, { terms: [field('a'), field('b')] })
    await put(1, { a: 1, b: 2 })
    await put(2, { a: 1 })
    await put(3, { b: 2 })
    await put(4, {})
    expect(await ids(1, 2)).toEqual([1])
    expect(await ids(1, nil)).toEqual([2])
    expect(await ids(nil, 2)).toEqual([3])
    expect(await ids(nil, nil)).toEqual([])
  })

  it('leave out documents of which every value is missing', async () => {
    const { put, elements } = await withIndex(open, { terms: [field('a')], values: [field('b')] })
    await put(1, { a: 1, b: 'x' })
    await put(2, { a: 1 })
    expect(await elements(1)).toEqual(['x'])
  })

  it('of which one value is missing hold a null for it', async () => {
    const { put, elements, at, server } = await withIndex(open, {
      values: [field('b'), { field: 'ref' }],
    })
    await put(1, { b: 'x' })
    await put(2, {})
    const [one, two] = await server.query<unknown[]>([at(1), at(2)])
    expect(await elements()).toEqual([
      ['x', one],
      [null, two],
    ])
  })

  it('are made for each distinct element of an array, nested ones too', async () => {
    const { put, ids } = await withIndex(open, { terms: [field('a')] })
    await put(1, { a: [1, 2, [2, 3, [4]]] })
    for (const term of [1, 2, 3, 4]) expect(await ids(term)).toEqual([1])
    expect(await ids([[1, 2]])).toEqual([])
  })

  it('of arrays as values are one for each element, of several arrays one for each pair', async () => {
    const { put, elements } = await withIndex(open, { values: [field('a'), field('b')] })
    await put(1, { a: [2, 1, 2], b: ['y', 'x'] })
    expect(await elements()).toEqual([
      [1, 'x'],
      [1, 'y'],
      [2, 'x'],
      [2, 'y'],
    ])
  })

  it('hold a whole array where it is not flattened', async () => {
    const { put, elements, ids } = await withIndex(open, {
      terms: [{ ...field('a'), mva: false }],
    })
    await put(1, { a: [1, 2] })
    await put(2, { a: 1 })
    expect(await ids([[1, 2]])).toEqual([1])
    expect(await elements(1)).toHaveLength(1)
    expect(await ids(2)).toEqual([])
  })

  it('follow paths through objects, arrays of objects, and positions', async () => {
    const { put, ids } = await withIndex(open, { terms: [field('a', 'b')] })
    await put(1, { a: { b: 1 } })
    await put(2, { a: [{ b: 1 }, { b: 2 }, { c: 3 }, 4] })
    expect(await ids(1)).toEqual([1, 2])
    expect(await ids(2)).toEqual([2])
    const other = await withIndex(open, { terms: [field('a', 1)] })
    await other.put(1, { a: ['x', 'y'] })
    expect(await other.ids('y')).toEqual([1])
    expect(await other.ids('x')).toEqual([])
  })

  it('are made of refs, their ids and collections, and the class', async () => {
    const { server, put, ids, at } = await withIndex(open, {
      terms: [{ field: ['ref', 'id'] }, { field: 'class' }, { field: ['ref', 'collection'] }],
    })
    await put(7, {})
    expect(await ids('7', q.Collection('c'), q.Collection('c'))).toEqual([7])
    await server.query(
      q.CreateIndex({ name: 'friends', source: q.Collection('c'), terms: [field('f')] }),
    )
    await put(8, { f: at(7) })
    expect(await server.data(q.Paginate(q.Match('friends', at(7))))).toHaveLength(1)
  })

  it('fold case where asked', async () => {
    const { put, ids } = await withIndex(open, {
      terms: [{ ...field('a'), transform: 'casefold' }],
    })
    await put(1, { a: 'ÉLAN' })
    await put(2, { a: 5 })
    await put(3, { a: 'Straße' })
    expect(await ids(q.Casefold('STRASSE'))).toEqual([3])
    expect(await ids('élan')).toEqual([1])
    expect(await ids('ÉLAN')).toEqual([])
    expect(await ids(5)).toEqual([2])
  })

  it('come from bindings: a scalar, the elements of an array, or nothing', async () => {
    const select = (...path: ExprArg[]) => q.Select(['data', ...path], q.Var('d'))
    const binding = q.Query(
      q.Lambda(
        'd',
        q.If(
          q.Equals(select('kind'), 'list'),
          [select('a'), { b: 1 }, [1], q.Collection('no')],
          q.If(q.Equals(select('kind'), 'object'), { a: 1 }, select('a')),
        ),
      ),
    )
    const { put, ids } = await withIndex(open, {
      source: { collection: q.Collection('c'), fields: { f: binding } },
      terms: [{ binding: 'f' }, field('kind')],
    })
    await put(1, { kind: 'scalar', a: 1 })
    await put(2, { kind: 'list', a: 1 })
    await put(3, { kind: 'object', a: 1 })
    await put(4, { kind: 'error' })
    expect(await ids(1, 'scalar')).toEqual([1])
    expect(await ids(1, 'list')).toEqual([2])
    expect(await ids(nil, 'list')).toEqual([2])
    expect(await ids(nil, 'object')).toEqual([3])
    expect(await ids(nil, 'error')).toEqual([4])
  })

  it('know the time of their version as a value, and as a term only by null', async () => {
    const { put, elements, server, at } = await withIndex(open, {
      terms: [field('a')],
      values: [{ field: 'ts' }],
    })
    await put(1, { a: 1 })
    const { ts } = await server.query(q.Update(at(1), {}))
    expect(await elements(1)).toEqual([ts])
    const time = q.Query(q.Lambda('d', q.Select('ts', q.Var('d'))))
    const source = { collection: q.Collection('c'), fields: { time } }
    await server.query(
      q.CreateIndex({ name: 'by_ts', source: q.Collection('c'), terms: [{ field: 'ts' }] }),
    )
    await server.query(
      q.CreateIndex({ name: 'by_time', source, terms: [{ binding: 'time' }] } as never),
    )
    for (const index of ['by_ts', 'by_time']) {
      expect(await server.data(q.Paginate(q.Match(index, nil)))).toHaveLength(1)
      expect(await server.data(q.Paginate(q.Match(index, ts)))).toHaveLength(0)
    }
    await server.query(q.Update(at(1), { data: { a: 2 } }))
    for (const index of ['by_ts', 'by_time']) {
      expect(await server.data(q.Paginate(q.Match(index, nil)))).toHaveLength(1)
    }
    await server.query(q.Delete(at(1)))
    for (const index of ['by_ts', 'by_time']) {
      expect(await server.data(q.Paginate(q.Match(index, nil)))).toHaveLength(0)
    }
  })

  it('tell the integer 1 from the double 1.0 in terms, not in the order of values', async () => {
    const { put, ids, server } = await withIndex(open, { terms: [field('a')] })
    await put(1, { a: 1 })
    await put(2, { a: q.ToDouble(1) })
    expect(await ids(1)).toEqual([1])
    expect(await ids(q.ToDouble(1))).toEqual([2])
    await server.query(
      q.CreateIndex({ name: 'v', source: q.Collection('c'), values: [field('a')] }),
    )
    expect(await server.json(q.Paginate(q.Match('v')))).toBe('{"data":[1,1.0]}')
  })

  it('sort by type, then by value, then by document', async () => {
    const { put, elements } = await withIndex(open, { values: [field('a')] })
    const values = [
      -1e300,
      -2,
      q.ToDouble(-1),
      0,
      1.5,
      2,
      1e300,
      '',
      '1',
      'a',
      'ab',
      'A',
      'b',
      q.Collections(),
      q.Time('1969-12-31T23:59:59Z'),
      q.Time('2020-01-01T00:00:00Z'),
      q.Date('1969-12-31'),
      q.Date('2020-01-01'),
      false,
      true,
    ]
    for (const [i, value] of [...values.entries()].reverse()) await put(i + 1, { a: value })
    await put(100, { a: 2 })
    const found = await elements()
    expect(found).toHaveLength(values.length + 1)
    expect(found.slice(0, 13)).toEqual([
      -1e300,
      -2,
      -1,
      0,
      1.5,
      2,
      2,
      1e300,
      '',
      '1',
      'a',
      'A',
      'ab',
    ])
    expect(found.slice(-2)).toEqual([false, true])
  })

  it('descend by the values that say so', async () => {
    const { put, elements } = await withIndex(open, {
      values: [{ ...field('a'), reverse: true }, field('b')],
    })
    await put(1, { a: 1, b: 'x' })
    await put(2, { a: 2, b: 'y' })
    await put(3, { a: 2, b: 'x' })
    await put(4, { b: 'z' })
    await put(5, { a: 'a', b: 'z' })
    await put(6, { a: 'ab', b: 'z' })
    expect(await elements()).toEqual([
      [null, 'z'],
      ['ab', 'z'],
      ['a', 'z'],
      [2, 'x'],
      [2, 'y'],
      [1, 'x'],
    ])
  })

  it('follow updates, replaces and deletes', async () => {
    const { put, ids, server, at } = await withIndex(open, { terms: [field('a')] })
    await put(1, { a: [1, 2] })
    await server.query(q.Update(at(1), { data: { a: [2, 3] } }))
    expect([await ids(1), await ids(2), await ids(3)]).toEqual([[], [1], [1]])
    await server.query(q.Replace(at(1), { data: { a: 4 } }))
    expect([await ids(2), await ids(3), await ids(4)]).toEqual([[], [], [1]])
    await server.query(q.Delete(at(1)))
    expect(await ids(4)).toEqual([])
  })

  it('are seen by the query that writes them', async () => {
    const { server, at } = await withIndex(open, { terms: [field('a')] })
    const page = (term: number) => q.Select('data', q.Paginate(q.Match('x', term)))
    const found = await server.query<unknown[][]>(
      q.Do(
        q.Create(at(1), { data: { a: 1 } }),
        q.Create(at(2), { data: { a: 1 } }),
        q.Update(at(1), { data: { a: 2 } }),
        q.Delete(at(2)),
        q.Create(at(3), { data: { a: 1 } }),
        [page(1), page(2)],
      ),
    )
    expect(found.map((refs) => refs.map((ref) => (ref as { id: string }).id))).toEqual([
      ['3'],
      ['1'],
    ])
  })

  it('end with the ttl of their document', async () => {
    const { put, ids, clock, server, at } = await withIndex(open, { terms: [field('a')] })
    await put(1, { a: 1 }, { ttl: clock.time(60) })
    await put(2, { a: 1 })
    expect(await ids(1)).toEqual([1, 2])
    clock.advance({ seconds: 60 })
    expect(await ids(1)).toEqual([2])
    expect(await server.query(q.Exists(q.Match('x', 1)))).toBe(true)
    await server.query(q.Update(at(2), { ttl: clock.time(60) }))
    clock.advance({ seconds: 60 })
    expect(await ids(1)).toEqual([])
  })

  it('are built over the documents that are there', async () => {
    const { maintain, put, server } = await withIndex(open, { terms: [field('a')] })
    for (let i = 1; i <= 150; i++) await put(i, { a: i % 3, b: i })
    const made = await server.query(
      q.CreateIndex({
        name: 'late',
        source: q.Collection('c'),
        terms: [field('a')],
        values: [field('b')],
      }),
    )
    expect(made.active).toBe(false)
    await maintain()
    expect(await server.data(q.Paginate(q.Match('late', 0)))).toEqual(
      Array.from({ length: 50 }, (_, i) => (i + 1) * 3),
    )
  })

  it('of several collections stand together, and those of all cover later ones too', async () => {
    const { server, at, maintain } = await withIndex(
      open,
      { source: [q.Collection('c'), q.Collection('d')], terms: [field('a')] },
      ['c', 'd', 'e'],
    )
    await server.query(q.CreateIndex({ name: 'all', source: '_', terms: [field('a')] }))
    await maintain()
    await server.query(q.CreateCollection({ name: 'f' }))
    for (const name of ['c', 'd', 'e', 'f']) {
      await server.query(q.Create(at(1, name), { data: { a: 1 } }))
    }
    const collections = async (index: string) =>
      (await server.data<{ collection: { id: string } }>(q.Paginate(q.Match(index, 1)))).map(
        ({ collection }) => collection.id,
      )
    expect(await collections('x')).toEqual(['c', 'd'])
    expect(await collections('all')).toEqual(['c', 'd', 'e', 'f'])
  })

  it('match nothing for a wrong number of terms', async () => {
    const { put, ids } = await withIndex(open, { terms: [field('a')] })
    await put(1, { a: 1 })
    expect(await ids()).toEqual([])
    expect(await ids(1, 2)).toEqual([])
  })

  it('whose terms are long are told apart', async () => {
    const { put, ids } = await withIndex(open, { terms: [field('a')] })
    const long = 'x'.repeat(20_000)
    await put(1, { a: `${long}1` })
    await put(2, { a: `${long}2` })
    expect(await ids(`${long}1`)).toEqual([1])
    expect(await ids(`${long}2`)).toEqual([2])
  })

  it('that are too large are left out, or refuse the write', async () => {
    const { put, elements, server, dump, at } = await withIndex(open, {
      terms: [field('a')],
      values: [field('b')],
    })
    await put(1, { a: 'x'.repeat(33_000), b: 1 })
    await put(2, { a: 1, b: 'x'.repeat(33_000) })
    expect(await elements('x'.repeat(33_000))).toEqual([])
    expect(await elements(1)).toEqual([])
    const before = await dump()
    const data = { a: 'x'.repeat(32_500), b: 'x'.repeat(32_500) }
    const refusal = await server.refusal(q.Create(at(3), { data }))
    expect(refusal).toMatchObject({ status: 400, errors: [{ code: 'bad request' }] })
    expect(JSON.stringify(refusal)).toMatch(/Key bytes \(\d+\) exceeds threshold \(64000\)/)
    expect(await dump()).toEqual(before)
  })
})

describeDataApi('unique indexes', (open) => {
  const unique = { unique: true, terms: [field('a')] }

  it('hold each entry once', async () => {
    const { put, server, at, dump } = await withIndex(open, unique)
    await put(1, { a: 1 })
    await put(2, { a: 2 })
    const before = await dump()
    expect(await server.refusal(q.Create(at(3), { data: { a: 1 } }))).toEqual(notUnique('create'))
    expect(await server.refusal(q.Create(q.Collection('c'), { data: { a: [3, 1] } }))).toEqual(
      notUnique('create'),
    )
    expect(await server.refusal(q.Update(at(2), { data: { a: 1 } }))).toEqual(notUnique())
    expect(await server.refusal(q.Replace(at(2), { data: { a: 1 } }))).toEqual(notUnique())
    expect(await dump()).toEqual(before)
    await server.query(q.Update(at(1), { data: { b: 1 } }))
    await put(4, {})
    await put(5, {})
    await put(6, { a: q.ToDouble(1) })
  })

  it('free an entry with its document, in the same query too', async () => {
    const { put, server, at, clock } = await withIndex(open, unique)
    await put(1, { a: 1 })
    await server.query(q.Do(q.Delete(at(1)), q.Create(at(2), { data: { a: 1 } })))
    await server.query(
      q.Do(q.Update(at(2), { data: { a: 2 } }), q.Create(at(3), { data: { a: 1 } })),
    )
    const twice = q.Do(q.Create(at(4), { data: { a: 9 } }), q.Create(at(5), { data: { a: 9 } }))
    expect(await server.refusal(twice)).toEqual(notUnique('do', 1, 'create'))
    await server.query(q.Update(at(3), { ttl: clock.time(60) }))
    clock.advance({ seconds: 60 })
    await put(6, { a: 1 })
  })

  it('constrain terms and values together', async () => {
    const { put, server, at } = await withIndex(open, { ...unique, values: [field('b')] })
    await put(1, { a: 1, b: 1 })
    await put(2, { a: 1, b: 2 })
    await put(3, { a: 1 })
    await put(4, { a: 1 })
    expect(await server.refusal(q.Create(at(5), { data: { a: 1, b: [3, 2] } }))).toEqual(
      notUnique('create'),
    )
    await put(6, { a: 1, b: 'a' })
    await put(7, { a: 1, b: 'ab' })
    await put(8, { a: 1, b: '' })
  })

  it('tell values apart that are longer than a key', async () => {
    const { put, server, at } = await withIndex(open, {
      ...unique,
      values: [field('b'), field('c')],
    })
    const long = 'x'.repeat(5000)
    await put(1, { a: 1, b: `${long}1`, c: 1 })
    await put(2, { a: 1, b: `${long}2`, c: 1 })
    await put(3, { a: 1, b: `${long}1`, c: 2 })
    expect(await server.refusal(q.Create(at(4), { data: { a: 1, b: `${long}2`, c: 1 } }))).toEqual(
      notUnique('create'),
    )
  })

  it('may be made over duplicates, which then stay', async () => {
    const { put, server, ids, at } = await withIndex(open, { terms: [field('a')] })
    await put(1, { a: 1 })
    await put(2, { a: 1 })
    const late = { name: 'late', source: q.Collection('c'), ...unique }
    await server.query(q.CreateIndex(late))
    expect(await ids(1)).toEqual([1, 2])
    expect(await server.data(q.Paginate(q.Match('late', 1)))).toHaveLength(2)
    expect(await server.refusal(q.Create(at(3), { data: { a: 1 } }))).toEqual(notUnique('create'))
    await server.query(q.Update(at(1), { data: { b: 1 } }))
  })
})

describeDataApi('limits of what is written', (open) => {
  it('refuse a document of more than 8 MiB, and a transaction of more than 16', async () => {
    const { server, dump, at } = await withIndex(open, { terms: [field('a')] })
    const before = await dump()
    const mib = 'x'.repeat(1024 * 1024)
    const many = q.Let({ m: mib }, q.Create(at(1), { data: { list: Array(9).fill(q.Var('m')) } }))
    const refusal = await server.refusal(many)
    expect(refusal).toMatchObject({ status: 400, errors: [{ code: 'bad request' }] })
    expect(JSON.stringify(refusal)).toMatch(/Version bytes \(\d+\) exceeds threshold \(8388608\)/)
    const five = { data: { list: Array(5).fill(q.Var('m')) } }
    const four = q.Let({ m: mib }, q.Do(...[1, 2, 3, 4].map((id) => q.Create(at(id), five))))
    expect(JSON.stringify(await server.refusal(four))).toMatch(
      /Transaction exceeded limit: got \d+ bytes, limit 16777216 bytes/,
    )
    expect(await dump()).toEqual(before)
  })
})
