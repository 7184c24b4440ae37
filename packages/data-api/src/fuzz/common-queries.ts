/** What applications ask all day; random forms alone rarely write a document or read a page of them. */
import fc, { type Arbitrary } from 'fast-check'
import type { Json } from './samples.ts'

const name = (collection: string, id: string): Json => ({
  '@ref': { id, collection: { '@ref': { id: collection } } },
})
const pet = fc.constantFrom('1', '2', '3', '4').map(
  (id): Json => ({
    '@ref': { id, collection: name('collections', 'pets') },
  }),
)
const collection = fc.constantFrom(name('collections', 'pets'), name('collections', 'owners'))
const action = fc.constantFrom<Json>('create', 'update', 'delete')
const time = fc.constantFrom<Json>(
  { '@ts': '2023-11-14T22:13:25Z' },
  { '@ts': '2023-11-14T22:13:28.000001Z' },
  { time: 'now' },
)

/** Common queries over the seeded database, made of these documents, sets and values. */
export function commonQueries(parts: {
  readonly document: Arbitrary<Json>
  readonly set: Arbitrary<Json>
  readonly value: Arbitrary<Json>
}): Arbitrary<Json> {
  const { document, set, value } = parts
  const page = fc.record({ paginate: set, size: fc.constantFrom<Json>(1, 2, 100) })
  const reading = fc.constantFrom<Json>(
    { lambda: 'x', expr: { get: { var: 'x' } } },
    { lambda: 'x', expr: { exists: { var: 'x' } } },
    { lambda: 'x', expr: { delete: { var: 'x' } } },
    { lambda: 'x', expr: { var: 'x' } },
  )
  return fc.oneof(
    fc.record({ create: collection, params: document }),
    fc.record({ update: pet, params: document }),
    fc.record({ replace: pet, params: document }),
    fc.record({ delete: pet }),
    fc.record({ insert: pet, ts: time, action, params: document }),
    fc.record({ remove: pet, ts: time, action }),
    page,
    fc.record({ map: reading, collection: page }),
    fc.record({ paginate: set, events: fc.constant<Json>(true) }),
    fc.record({ paginate: pet, events: fc.constant<Json>(true) }),
    fc.record({ at: time, expr: page }),
    fc.record({ at: time, expr: fc.record({ get: pet }) }),
    fc.record({
      call: fc.constantFrom(...['twice', 'adopt', 'fall'].map((id) => name('functions', id))),
      arguments: value,
    }),
  )
}
