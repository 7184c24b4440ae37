import { expect, it } from 'vitest'
import { describeDataApi, type Open } from '../testing/describe-data-api.ts'
import { q, type TestDataApi } from '../testing/test-data-api.ts'

/** The code and the description of every error of a query, and those of its failures. */
async function texts({ server, send }: TestDataApi, query: unknown, version: string) {
  const { body } = await send({
    headers: { authorization: `Bearer ${server.secret}`, 'x-faunadb-api-version': version },
    body: JSON.stringify(query),
  })
  const { errors } = JSON.parse(body)
  const textsOf = (error: { description: string; failures?: []; cause?: [] }): string[] => [
    error.description,
    ...(error.failures ?? []).flatMap(textsOf),
    ...(error.cause ?? []).flatMap(textsOf),
  ]
  return errors.flatMap(textsOf)
}

async function withCollection(open: Open) {
  const api = await open()
  await api.server.query(q.CreateCollection({ name: 'c' }))
  await api.server.query(q.Create(q.Ref(q.Collection('c'), 1), { data: { a: 1 } }))
  await api.server.query(
    q.CreateIndex({
      name: 'i',
      source: q.Collection('c'),
      terms: [{ field: ['data', 'a'] }],
      unique: true,
    }),
  )
  await api.server.query(
    q.CreateFunction({
      name: 'f',
      body: q.Query(q.Lambda([], q.Get(q.Ref(q.Collection('c'), 9)))),
    }),
  )
  return api
}

const c = { '@ref': 'classes/c' }
const document = (id: number) => ({ '@ref': `classes/c/${id}` })
const collections = { '@ref': 'classes' }
const nameless = { create_class: { object: { name: 'c' } } }

/** Queries, with what versions before 2.7 say, and what the others say. */
const rows: readonly (readonly [query: unknown, old: readonly string[], now: readonly string[]])[] =
  [
    [{ get: document(9) }, ['Instance not found.'], ['Document not found.']],
    [{ delete: collections }, ['Class not found.'], ['Collection not found.']],
    [
      { update: collections },
      ['Cannot update a schema meta class.'],
      ['Cannot update a schema meta collection.'],
    ],
    [{ create: document(1) }, ['Instance already exists.'], ['Document already exists.']],
    [nameless, ['Class already exists.'], ['Collection already exists.']],
    [
      { create: c, params: { object: { data: { object: { a: 1 } } } } },
      ['instance is not unique.'],
      ['document is not unique.'],
    ],
    [
      { create: c, params: { object: { data: 1 } } },
      ['instance data is not valid.', 'Invalid type Long, expected type Map.'],
      ['document data is not valid.', 'Invalid type Long, expected type Map.'],
    ],
    [
      { create_index: { object: { name: 'j', source: [c, '_'] } } },
      [
        'instance data is not valid.',
        'Cannot mix class refs and wildcards without providing bindings.',
      ],
      [
        'document data is not valid.',
        'Cannot mix collection refs and wildcards without providing bindings.',
      ],
    ],
    [
      { create_index: { object: { name: 'j', source: [c, c] } } },
      ['instance data is not valid.', 'A class ref may only match one binding.'],
      ['document data is not valid.', 'A collection ref may only match one binding.'],
    ],
    [
      { login: document(1), params: { object: { password: 'x' } } },
      ['The instance was not found or provided password was incorrect.'],
      ['The document was not found or provided password was incorrect.'],
    ],
    [
      { get: { '@ref': 'classes/none' } },
      ["Ref refers to undefined class 'none'"],
      ["Ref refers to undefined collection 'none'"],
    ],
    [
      { call: { '@ref': 'functions/f' }, arguments: [] },
      ['Calling the function resulted in an error.', 'Instance not found.'],
      ['Calling the function resulted in an error.', 'Document not found.'],
    ],
    [{ abort: 'Document not found.' }, ['Document not found.'], ['Document not found.']],
    [
      { get: { '@ref': 'indexes/none' } },
      ["Ref refers to undefined index 'none'"],
      ["Ref refers to undefined index 'none'"],
    ],
  ]

describeDataApi('errors', (open) => {
  it('speak of classes and instances before version 2.7, and of collections and documents since', async () => {
    const api = await withCollection(open)
    for (const [query, old, now] of rows) {
      for (const version of ['2.0', '2.1']) expect(await texts(api, query, version)).toEqual(old)
      for (const version of ['2.7', '4']) expect(await texts(api, query, version)).toEqual(now)
    }
  })
})
