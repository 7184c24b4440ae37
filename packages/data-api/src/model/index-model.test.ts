/**
 * Index maintenance against a model: whatever happened to the documents, every index holds exactly the
 * entries that follow from the documents that are there, and held those that followed from what was.
 */
import { openMemoryStore } from '@vivarium/store'
import fc from 'fast-check'
import type { ExprArg } from 'faunadb'
import { expect, it } from 'vitest'
import { nil, q, TestClock, testDataApi } from '../testing/test-data-api.ts'

type Scalar = number | string | boolean
type Field = Scalar | null | (Scalar | null)[]

/** A document of the model: its fields, and the second at which it expires. */
interface Model {
  readonly a: Field
  readonly b: Field
  readonly expires: number | undefined
}

const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  fc.integer({ min: 0, max: 2 }),
  fc.constantFrom('x', 'y', 'xy'),
  fc.boolean(),
)
const field: fc.Arbitrary<Field> = fc.oneof(
  scalar,
  fc.constant(null),
  fc.array(fc.oneof(scalar, fc.constant(null)), { maxLength: 3 }),
)
const id = fc.integer({ min: 1, max: 5 })
const ttl = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined, freq: 4 })

const step = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), id, a: field, b: field, ttl }),
  fc.record({ kind: fc.constant('replace' as const), id, a: field, b: field, ttl }),
  fc.record({ kind: fc.constant('update' as const), id, a: field }),
  fc.record({ kind: fc.constant('delete' as const), id }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 3 }) }),
)

/** What a field stores: null nothing, an array without its nulls. */
const stored = (value: Field): Field =>
  Array.isArray(value) ? value.filter((one) => one !== null) : value

/** The parts that a field contributes to entries (data-model §5.1). */
function parts(value: Field): (Scalar | null)[] {
  const list = Array.isArray(stored(value)) ? (stored(value) as Scalar[]) : [value as Scalar]
  const distinct = [...new Set(list)]
  return distinct.length === 0 ? [null] : distinct
}

const typeRank = (value: Scalar | null) =>
  value === null ? 4 : { number: 0, string: 1, boolean: 2 }[typeof value as 'number']

function compare(a: Scalar | null, b: Scalar | null): number {
  const byType = typeRank(a) - typeRank(b)
  if (byType !== 0 || a === null || b === null) return byType
  return a < b ? -1 : a > b ? 1 : 0
}

/** The entries that follow from documents, in the order of an index over both fields. */
function keptOf(documents: readonly (readonly [number, Model])[]) {
  return documents
    .flatMap(([id, { a, b }]) => parts(a).flatMap((x) => parts(b).map((y) => ({ id, x, y }))))
    .filter(({ x, y }) => x !== null || y !== null)
    .toSorted((s, t) => compare(s.x, t.x) || compare(s.y, t.y) || s.id - t.id)
}

const elementsOf = (entries: ReturnType<typeof keptOf>) => entries.map(({ x, y }) => [x, y])

const collection = q.Collection('c')
const on = (name: string) => ({ field: ['data', name] })

it('holds what follows from the documents', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const clock = new TestClock()
      const { server } = await testDataApi(openMemoryStore({ now: clock.now }), clock)
      await server.query(q.CreateCollection({ name: 'c' }))
      const terms = { name: 'terms', source: collection, terms: [on('a'), on('b')] }
      const values = { name: 'values', source: collection, values: [on('a'), on('b')] }
      await server.query(q.CreateIndex(terms))
      await server.query(q.CreateIndex(values))
      const model = new Map<number, Model>()
      const moments: { readonly micros: number; readonly documents: [number, Model][] }[] = []
      let now = 0
      const live = () =>
        [...model].filter(([, { expires }]) => expires === undefined || expires > now)

      for (const one of steps) {
        moments.push({ micros: Number(clock.micros), documents: live() })
        clock.advance({ seconds: 1 })
        now += 1
        if (one.kind === 'wait') {
          clock.advance({ seconds: one.seconds })
          now += one.seconds
          continue
        }
        const ref = q.Ref(collection, one.id)
        const exists = live().some(([id]) => id === one.id)
        if (one.kind === 'create' ? exists : !exists) continue
        if (one.kind === 'delete') {
          await server.query(q.Delete(ref))
          model.delete(one.id)
        } else if (one.kind === 'update') {
          await server.query(q.Update(ref, { data: { a: one.a } } as never))
          const before = model.get(one.id) as Model
          model.set(one.id, { ...before, a: one.a })
        } else {
          const expires = one.ttl === undefined ? undefined : now + one.ttl
          const fields = {
            data: { a: one.a, b: one.b },
            ...(one.ttl === undefined ? {} : { ttl: clock.time(one.ttl) }),
          } as never
          await server.query(one.kind === 'create' ? q.Create(ref, fields) : q.Replace(ref, fields))
          model.set(one.id, { a: one.a, b: one.b, expires })
        }
      }

      const kept = keptOf(live())
      const elements = async (index: string, ts?: number) =>
        server.data(q.Paginate(q.Match(index), { size: 1000, ...(ts === undefined ? {} : { ts }) }))
      expect(await elements('values')).toEqual(elementsOf(kept))
      const pairs = new Set(kept.map(({ x, y }) => JSON.stringify([x, y])))
      for (const pair of pairs) {
        const [x, y] = JSON.parse(pair) as [Scalar | null, Scalar | null]
        const term = (value: Scalar | null): ExprArg => value ?? nil
        const found = await server.data<{ id: string }>(
          q.Paginate(q.Match('terms', term(x), term(y))),
        )
        const expected = kept.filter((one) => one.x === x && one.y === y).map((one) => one.id)
        expect(found.map((ref) => Number(ref.id))).toEqual(expected.toSorted((s, t) => s - t))
      }
      // An index made now over the same documents agrees with the one that followed them.
      await server.query(q.CreateIndex({ ...values, name: 'later' }))
      expect(await elements('later')).toEqual(elementsOf(kept))
      for (const { micros, documents } of moments) {
        const then = documents.filter(([, { expires }]) => expires === undefined || expires > now)
        const expected = elementsOf(keptOf(then))
        expect(await elements('values', micros)).toEqual(expected)
        expect(await elements('later', micros)).toEqual(expected)
        const refs = await server.data<{ id: string }>(
          q.Paginate(q.Documents(collection), { ts: micros }),
        )
        expect(refs.map(({ id }) => Number(id))).toEqual(
          then.map(([id]) => id).toSorted((s, t) => s - t),
        )
      }
    }),
    { numRuns: 60 },
  )
}, 240_000)
