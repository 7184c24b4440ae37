import { expect, it } from 'vitest'
import { describeDataApi, type Open } from '../../testing/describe-data-api.ts'
import {
  alreadyExists,
  failure,
  invalid,
  invalidArgument,
  notFound,
  wrongType,
} from '../../testing/refusals.ts'
import { q } from '../../testing/test-data-api.ts'

async function withCollection(open: Open, fields: object = {}) {
  const api = await open()
  await api.server.query(q.CreateCollection({ name: 'spells', ...fields }))
  return { ...api, spells: q.Collection('spells') }
}

describeDataApi('documents', (open) => {
  it('keep data and ttl, and drop every other field without a word', async () => {
    const { server, spells, clock } = await withCollection(open)
    const ttl = clock.time(60)
    const made = await server.query(
      q.Create(spells, {
        x: 1,
        ref: 2,
        ts: 3,
        delegates: {},
        permissions: {},
        ttl,
        data: { a: 1 },
      }),
    )
    expect(Object.keys(made)).toEqual(['ref', 'ts', 'ttl', 'data'])
    expect(await server.query(q.Get(made.ref))).toEqual(made)
  })

  it('answer 201 when they are what a query made and gives, else 200', async () => {
    const { server, spells } = await withCollection(open)
    const create = q.Create(spells, {})
    expect(await server.answer(create)).toMatchObject({ status: 201 })
    expect(await server.answer(q.Let({ a: 1 }, q.Do(1, create)))).toMatchObject({ status: 201 })
    expect(await server.answer([create])).toMatchObject({ status: 200 })
    expect(await server.answer({ a: create })).toMatchObject({ status: 200 })
    expect(await server.answer(q.Select('ref', create))).toMatchObject({ status: 200 })
    expect(await server.answer(q.Get(q.Select('ref', create)))).toMatchObject({ status: 200 })
    const { ref } = await server.query(create)
    expect(await server.answer(q.Update(ref, {}))).toMatchObject({ status: 200 })
    expect(await server.answer(q.Delete(ref))).toMatchObject({ status: 200 })
  })

  it('take every type of value, and give it back as it was', async () => {
    const { server, spells, send } = await withCollection(open)
    const sent =
      '{"create":{"collection":"spells"},"params":{"object":{"data":{"object":{' +
      '"integer":9007199254740993,"min":-9223372036854775808,"double":1.0,"tiny":1e-7,' +
      '"string":"é\\u0000\\"","yes":true,"time":{"@ts":"2020-01-01T00:00:00.123456789Z"},' +
      '"date":{"@date":"2020-02-29"},"bytes":{"@bytes":"AQID"},' +
      '"uuid":{"@uuid":"00000000-0000-4000-8000-000000000000"},' +
      '"list":[1,"a",[2.5]],"object":{"object":{"@nested":{"object":{}}}},' +
      '"query":{"query":{"lambda":"x","expr":{"var":"x"}}}}}}}}'
    const answer = await send({
      headers: { authorization: `Bearer ${server.secret}`, 'x-faunadb-api-version': '4' },
      body: sent,
    })
    expect(answer.status).toBe(201)
    expect(answer.body.slice(answer.body.indexOf('"data"'))).toBe(
      '"data":{"integer":9007199254740993,"min":-9223372036854775808,"double":1.0,"tiny":1.0E-7,' +
        '"string":"é\\u0000\\"","yes":true,"time":{"@ts":"2020-01-01T00:00:00.123456789Z"},' +
        '"date":{"@date":"2020-02-29"},"bytes":{"@bytes":"AQID"},' +
        '"uuid":{"@uuid":"00000000-0000-4000-8000-000000000000"},' +
        '"list":[1,"a",[2.5]],"object":{"@obj":{"@nested":{}}},' +
        '"query":{"@query":{"api_version":"4","lambda":"x","expr":{"var":"x"}}}}}}',
    )
    const read = q.Map(q.Paginate(q.Documents(spells)), q.Lambda('r', q.Get(q.Var('r'))))
    expect(await server.json(q.Select(['data', 0], read))).toBe(
      answer.body.slice('{"resource":'.length, -1),
    )
  })

  it('merge what an update gives; null removes, arrays replace', async () => {
    const { server, spells } = await withCollection(open)
    const { ref } = await server.query(
      q.Create(spells, { data: { a: 1, b: { c: 2, d: 3 }, list: [1, 2], gone: true } }),
    )
    const updated = await server.query(
      q.Update(ref, { data: { b: { c: null, e: 4 }, list: [3], gone: null, f: 5 } }),
    )
    expect(updated.data).toEqual({ a: 1, b: { d: 3, e: 4 }, list: [3], f: 5 })
    expect(await server.query(q.Get(ref))).toEqual(updated)
    expect((await server.query(q.Update(ref, {}))).data).toEqual(updated.data)
    expect(await server.query(q.Update(ref, { data: null }))).not.toHaveProperty('data')
  })

  it('lose the nulls in what is written', async () => {
    const { server, spells } = await withCollection(open)
    const made = await server.query(
      q.Create(spells, { data: { list: [null, 1, [null], { a: null }], b: { c: null }, d: null } }),
    )
    expect(made.data).toEqual({ list: [1, [], {}], b: {} })
    expect(await server.query(q.Create(spells, { data: {} }))).not.toHaveProperty('data')
    expect(await server.query(q.Create(spells, { data: { a: null } }))).not.toHaveProperty('data')
  })

  it('lose everything that a replace does not give', async () => {
    const { server, spells, clock } = await withCollection(open)
    const { ref } = await server.query(
      q.Create(spells, { data: { a: 1, b: { c: 2 } }, ttl: clock.time(60) }),
    )
    const replaced = await server.query(q.Replace(ref, { data: { b: { d: 3 } } }))
    expect(replaced).toEqual({ ref, ts: replaced.ts, data: { b: { d: 3 } } })
    const emptied = await server.query(q.Replace(ref, {}))
    expect(emptied).toEqual({ ref, ts: emptied.ts })
  })

  it('are given as they were by a delete, with the time of that version', async () => {
    const { server, spells } = await withCollection(open)
    const made = await server.query(q.Create(spells, { data: { a: 1 } }))
    expect(await server.query(q.Delete(made.ref))).toEqual(made)
    expect(await server.refusal(q.Get(made.ref))).toEqual(notFound('Document'))
    expect(await server.refusal(q.Delete(made.ref))).toEqual(notFound('Document'))
    expect(await server.refusal(q.Update(made.ref, {}))).toEqual(notFound('Document', 'update'))
    expect(await server.refusal(q.Replace(made.ref, {}))).toEqual(notFound('Document', 'replace'))
  })

  it('have an id of their own, or the one they are given', async () => {
    const { server, spells } = await withCollection(open)
    const { ref } = await server.query(q.Create(spells, {}))
    expect(ref.id).toMatch(/^\d{18}$/)
    const one = q.Ref(spells, 1)
    expect((await server.query(q.Create(one, { data: { a: 1 } }))).ref.id).toBe('1')
    expect(await server.refusal(q.Create(one, {}))).toEqual(alreadyExists('Document', 'create'))
    await server.query(q.Delete(one))
    await server.query(q.Create(one, {}))
    const largest = q.Ref(spells, '9223372036854775807')
    expect((await server.query(q.Create(largest, {}))).ref.id).toBe('9223372036854775807')
    expect(await server.refusal(q.Ref(spells, '9223372036854775808'))).toEqual(
      invalidArgument("The id provided is too large: '9223372036854775808'", 'id'),
    )
    const newId = await server.query<string>(q.NewId())
    expect(BigInt(newId) > BigInt(ref.id)).toBe(true)
  })

  it('check the types of their fields', async () => {
    const { server, spells, dump } = await withCollection(open)
    const before = await dump()
    expect(await server.refusal(q.Create(spells, { data: 1, ttl: 'x', credentials: 1 }))).toEqual(
      invalid(
        ['create'],
        wrongType('Long', 'Map', 'data'),
        wrongType('String', 'Time', 'ttl'),
        wrongType('Long', 'Map', 'credentials'),
      ),
    )
    expect(await server.refusal(q.Create(spells, 1))).toEqual(
      invalidArgument('Object expected, Integer provided.', 'params'),
    )
    expect(await dump()).toEqual(before)
  })

  it('refer to anything that exists in their database, and to documents that do not', async () => {
    const { server, admin, spells } = await withCollection(open)
    await server.query(
      q.Create(spells, { data: { friend: q.Ref(spells, 1), all: q.Collections() } }),
    )
    const unread = (...field: string[]) =>
      failure(field, 'invalid reference', 'Cannot read reference.')
    const nowhere = { data: { list: [1, q.Collection('no')], ref: q.Ref(q.Collection('no'), 1) } }
    expect(await server.refusal(q.Create(spells, nowhere))).toEqual(
      invalid([], unread('data', 'list', '1'), unread('data', 'ref')),
    )
    expect(await server.refusal(q.Let({ a: 1 }, [q.Create(spells, nowhere)]))).toEqual(
      invalid(['in', 0], unread('in', '0', 'data', 'list', '1'), unread('in', '0', 'data', 'ref')),
    )
    await admin.query(q.CreateDatabase({ name: 'child' }))
    const elsewhere = { data: { x: q.Collections(q.Database('child')) } }
    expect(await admin.refusal(q.Create(spells, elsewhere))).toEqual(
      invalid([], failure(['data', 'x'], 'invalid reference', 'Reference cannot be scoped.')),
    )
  })

  it('show no ref when their collection is gone', async () => {
    const { server, spells } = await withCollection(open)
    const { ts } = await server.query(q.Create(q.Ref(spells, 1), { data: { a: 1 } }))
    const query = q.Let({ document: q.Get(q.Ref(spells, 1)) }, [
      q.Select('name', q.Delete(spells)),
      q.Var('document'),
      q.Select('ref', q.Var('document')),
    ])
    expect(await server.json(query)).toBe(`["spells",{"ts":${ts},"data":{"a":1}}]`)
  })

  it('hold a question mark for half of a surrogate pair', async () => {
    const { server, spells } = await withCollection(open)
    await server.query(
      q.CreateIndex({
        name: 'by_text',
        source: spells,
        terms: [{ field: ['data', 'text'] }],
        values: [{ field: ['data', 'text'] }],
      }),
    )
    const text = 'a\ud800b\udc00c\u{1f600}'
    const { ref } = await server.query(q.Create(spells, { data: { text } }))
    const stored = 'a?b?c\u{1f600}'
    expect((await server.query(q.Get(ref))).data).toEqual({ text: stored })
    for (const term of [text, stored]) {
      expect(await server.data(q.Paginate(q.Match('by_text', term)))).toEqual([stored])
    }
  })

  it('drop refs to what is gone from what they render', async () => {
    const { server, spells } = await withCollection(open)
    const { ref } = await server.query(q.CreateCollection({ name: 'other' }))
    const made = await server.query(q.Create(spells, { data: { a: 1, x: ref, list: [ref, 2] } }))
    await server.query(q.Delete(ref))
    expect((await server.query(q.Get(made.ref))).data).toEqual({ a: 1, list: [2] })
    expect(await server.query(q.Select(['data', 'x'], q.Get(made.ref)))).toBe(null)
  })

  it('store a document, a page or a set as the object that it renders as', async () => {
    const { server, spells } = await withCollection(open)
    const { ref, ts } = await server.query(q.Create(spells, { data: { a: 1 } }))
    const made = await server.json(
      q.Create(spells, {
        data: {
          document: q.Get(ref),
          page: q.Paginate(q.Documents(spells), { size: 1 }),
          set: q.Documents(spells),
          native: q.Tokens(),
        },
      }),
    )
    const spellsRef = '{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}}}}'
    const docRef = `{"@ref":{"id":"${ref.id}","collection":${spellsRef}}}`
    expect(made.slice(made.indexOf('"data"'))).toBe(
      `"data":{"document":{"ref":${docRef},"ts":${ts},"data":{"a":1}},` +
        `"page":{"data":[${docRef}]},` +
        `"set":{"@obj":{"@set":{"documents":${spellsRef}}}},` +
        `"native":{"@ref":{"id":"tokens"}}}}`,
    )
  })

  it('of one transaction have its time for ts, wherever it is stored', async () => {
    const { server, spells } = await withCollection(open)
    const [a, b, same] = await server.query<[{ ts: number }, { data: object }, boolean]>(
      q.Let({ a: q.Create(spells, {}) }, [
        q.Var('a'),
        q.Create(spells, { data: { at: q.Select('ts', q.Var('a')) } }),
        q.Equals(q.Select('ts', q.Var('a')), q.Select('ts', q.Create(spells, {}))),
      ]),
    )
    expect(b).toMatchObject({ ts: a.ts, data: { at: a.ts } })
    expect(same).toBe(true)
  })

  it('end at their ttl, without a trace, and their id is free again', async () => {
    const { server, spells, clock } = await withCollection(open)
    const ttl = clock.time(60)
    const one = q.Ref(spells, 1)
    await server.query(q.Create(one, { data: { a: 1 }, ttl }))
    const before = Number(clock.micros)
    clock.advance({ seconds: 59 })
    expect(await server.query(q.Exists(one))).toBe(true)
    clock.advance({ seconds: 1 })
    expect(await server.query(q.Exists(one))).toBe(false)
    expect(await server.refusal(q.Get(one))).toEqual(notFound('Document'))
    expect(await server.refusal(q.Get(one, before))).toEqual(notFound('Document'))
    expect(await server.refusal(q.Update(one, {}))).toEqual(notFound('Document', 'update'))
    expect(await server.refusal(q.Delete(one))).toEqual(notFound('Document'))
    expect(await server.data(q.Paginate(q.Documents(spells)))).toEqual([])
    await server.query(q.Create(one, { data: { b: 2 } }))
    expect((await server.query(q.Get(one))).data).toEqual({ b: 2 })
  })

  it('with a ttl in the past are never seen', async () => {
    const { server, spells, clock } = await withCollection(open)
    const made = q.Create(spells, { ttl: clock.time(-1) })
    expect(await server.answer(made)).toMatchObject({ status: 201 })
    expect(await server.query(q.Exists(q.Select('ref', made)))).toBe(false)
  })

  it('get the ttl of their collection unless they have their own', async () => {
    const { server, spells, clock } = await withCollection(open, { ttl_days: 2 })
    const days = (count: number) => {
      const millis = Number(clock.micros / 1000n) + count * 86_400_000
      return { value: new Date(millis).toISOString().replace('.000', '') }
    }
    const made = await server.query(q.Create(spells, { data: { a: 1 } }))
    expect(String((made.ttl as { value: string }).value).slice(0, 19)).toBe(
      days(2).value.slice(0, 19),
    )
    const own = await server.query(q.Create(spells, { ttl: clock.time(60) }))
    expect(own.ttl).not.toEqual(made.ttl)
    clock.advance({ days: 1 })
    expect((await server.query(q.Update(made.ref, { data: { b: 2 } }))).ttl).toEqual(made.ttl)
    const reset = await server.query(q.Update(made.ref, { ttl: null }))
    expect(String((reset.ttl as { value: string }).value).slice(0, 19)).toBe(
      days(2).value.slice(0, 19),
    )
    clock.advance({ days: 1 })
    const replaced = await server.query(q.Replace(made.ref, {}))
    expect(String((replaced.ttl as { value: string }).value).slice(0, 19)).toBe(
      days(2).value.slice(0, 19),
    )
    await server.query(q.Update(spells, { ttl_days: null }))
    expect((await server.query(q.Get(made.ref))).ttl).toEqual(replaced.ttl)
    expect(await server.query(q.Create(spells, {}))).not.toHaveProperty('ttl')
  })
})
