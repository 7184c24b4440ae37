/** Sets made of sets over stored documents: the same answers wherever the store is, and few trips to it. */
import { openMemoryStore } from '@vivarium/store'
import type { ExprArg } from 'faunadb'
import { describe, expect, test } from 'vitest'
import { nil, type Page, q, TestClock, testDataApi } from './testing/test-data-api.ts'

const spells = q.Collection('spells')
const byElement = (element: string) => q.Match('by_element', element)
const powers = q.Match('by_power')

async function open(suspendReads: boolean) {
  const clock = new TestClock()
  const store = openMemoryStore({ now: clock.now, suspendReads })
  const { admin, server } = await testDataApi(store, clock)
  await admin.query(q.CreateCollection({ name: 'spells' }))
  const index = (name: string, terms: ExprArg[], values: ExprArg[]) =>
    admin.query(q.CreateIndex({ name, source: spells, terms, values }))
  await index('by_element', [{ field: ['data', 'element'] }], [])
  await index('by_power', [], [{ field: ['data', 'power'] }])
  await index('by_ref', [{ field: 'ref' }], [{ field: ['data', 'name'] }])
  const elements = ['fire', 'water', 'air']
  for (let id = 1; id <= 30; id++) {
    const data = { name: `spell ${id % 10}`, element: elements[id % 3] ?? '', power: id % 7 }
    await server.query(q.Create(q.Ref(spells, id), { data }))
  }
  /** All of a set, page by page in one direction; and how often the first page waits for the store. */
  const read = async (set: ExprArg, direction: 'after' | 'before', end: unknown = nil) => {
    const all: unknown[] = []
    await server.query(1)
    const before = store.roundTrips
    let trips: number | undefined
    let cursor = direction === 'after' ? undefined : end
    for (;;) {
      const options = { size: 7, ...(cursor === undefined ? {} : { [direction]: cursor }) }
      const page: Page = await server.query<Page>(q.Paginate(set, options))
      trips ??= store.roundTrips - before
      if (direction === 'after') all.push(...page.data)
      else all.unshift(...page.data)
      cursor = page[direction]
      if (cursor === undefined) return { data: all.map(String), trips }
    }
  }
  return { read, server }
}

const isStrong = (x: ExprArg) => q.GT(x, 3)
const ofFire = (ref: ExprArg) => q.Equals(q.Select(['data', 'element'], q.Get(ref)), 'fire')
const strongest = (power: ExprArg) => q.If(q.Equals(power, 6), byElement('fire'), byElement('air'))

const sets: Readonly<Record<string, readonly [set: ExprArg, count: number]>> = {
  'a union': [q.Union(byElement('fire'), byElement('water')), 20],
  'an intersection': [q.Intersection(q.Documents(spells), byElement('fire')), 10],
  'a difference': [q.Difference(q.Documents(spells), byElement('fire'), byElement('air')), 10],
  'distinct values': [q.Distinct(powers), 7],
  'a range': [q.Range(powers, 2, 3), 9],
  'a reversed set': [q.Reverse(q.Documents(spells)), 30],
  'a filtered index': [q.Filter(powers, isStrong), 12],
  'a filter that reads': [q.Filter(q.Documents(spells), ofFire), 10],
  'a join with an index': [q.Join(byElement('fire'), q.Index('by_ref')), 10],
  'a join with a lambda': [q.Join(powers, strongest), 20],
  'a reversed union': [q.Reverse(q.Union(byElement('fire'), byElement('air'))), 20],
}

describe.each([false, true])('with reads that suspend: %j', (suspendReads) => {
  test('pages in either direction are the same set', async () => {
    const { read, server } = await open(suspendReads)
    for (const [name, [set, count]] of Object.entries(sets)) {
      const forward = await read(set, 'after')
      // Null is the end of an ascending set, and the beginning of a descending one.
      const backward = await read(set, 'before', name.includes('reversed') ? 0 : nil)
      expect({ name, data: backward.data }).toEqual({ name, data: forward.data })
      expect({ name, count: forward.data.length }).toEqual({ name, count })
      expect({ name, counted: await server.query<number>(q.Count(set)) }).toEqual({
        name,
        counted: count,
      })
      if (suspendReads) expect({ name, few: forward.trips <= 6 }).toEqual({ name, few: true })
    }
  })
})
