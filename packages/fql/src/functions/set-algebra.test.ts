import fc from 'fast-check'
import faunadb, { type Expr, type ExprArg } from 'faunadb'
import { expect, test } from 'vitest'
import { cases, failure, invalidArgument, json, together } from '../testing/cases.ts'
import type { Listing } from '../testing/library.ts'
import { type RunOptions, run, serialised } from '../testing/run.ts'
import type { Value } from '../values/value.ts'

const { query: q } = faunadb

const ref = (id: number) =>
  `{"@ref":{"id":"${id}","collection":{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}}}}}}`
const refs = (...ids: number[]) => json(`{"data":[${ids.map(ref).join()}]}`)
const fire = q.Match('spells_by_element', 'fire')
const water = q.Match('spells_by_element', 'water')
const all = q.Match('all_spells')
const powers = q.Match('spells_by_power')
const descending = q.Match('spells_by_power_desc')
const forbidden = q.Match('forbidden')
const page = (set: ExprArg, options?: object) => q.Paginate(set, options)
const denied = (...position: string[]) =>
  failure('permission denied', 'Insufficient privileges to perform the action.', position)
const notIterable = (key: string, ...more: number[]) =>
  invalidArgument('Array, Set, or Page expected, Integer provided.', [key, ...more])

cases('Union, Intersection, Difference of arrays', [
  [q.Union([2, 2], [2, 2, 2]), [2, 2, 2]],
  [q.Union([3, 2, 2, 1], [6, 5, 9, 1]), [3, 2, 2, 1, 6, 5, 9]],
  [q.Union([1, 2, 1], [2]), [1, 1, 2]],
  [json('{"union":[[1,2,1]]}'), [1, 2, 1]],
  [q.Union([1, 2]), together(notIterable('union', 0), notIterable('union', 1))],
  [json('{"union":[[1],[1.0]]}'), json('[1,1.0]')],
  [json('{"union":[[0.0],[-0.0]]}'), json('[0.0]')],
  [q.Union([{ a: 1, b: 2 }], [{ b: 2, a: 1 }]), [{ a: 1, b: 2 }]],
  [q.Intersection([3, 2, 2, 1], [2, 2, 1, 0]), [2, 2, 1]],
  [q.Intersection([1], [2]), []],
  [q.Difference([3, 2, 2, 1, 3], [3]), [2, 2, 1, 3]],
  [q.Difference([1, 2, 3], [1], [3]), [2]],
  ...(['union', 'intersection', 'difference'] as const).flatMap((name) => [
    [json(`{"${name}":[]}`), invalidArgument('Non-empty array expected.', [name])] as const,
    [json(`{"${name}":[[1],1]}`), notIterable(name, 1)] as const,
    [
      json(`{"${name}":[{"match":"all_spells"},[1]]}`),
      invalidArgument('Arguments cannot be of different types, expected Set or Array.', [name]),
    ] as const,
    [
      json(`{"${name}":[{"paginate":{"match":"all_spells"}},[1]]}`),
      invalidArgument('Set or Array expected, Page provided.', [name, 0]),
    ] as const,
  ]),
])

cases('Union of sets', [
  [page(q.Union(fire, water)), refs(1, 2, 3, 5)],
  [
    page(q.Union(fire, all), { size: 2 }),
    json(`{"after":[${ref(3)}],"data":[${ref(1)},${ref(2)}]}`),
  ],
  [
    page(q.Union(fire, water), { after: [q.Ref(q.Collection('spells'), 3)] }),
    json(`{"before":[${ref(3)}],"data":[${ref(3)},${ref(5)}]}`),
  ],
  [
    page(q.Union(fire, water), { before: [q.Ref(q.Collection('spells'), 5)], size: 2 }),
    json(`{"before":[${ref(2)}],"after":[${ref(5)}],"data":[${ref(2)},${ref(3)}]}`),
  ],
  [q.Count(q.Union(fire, water)), 4],
  [page(q.Union(fire)), refs(1, 5)],
  [page(q.Union(fire, forbidden)), refs(1, 5)],
  [page(q.Union(forbidden)), denied('paginate')],
  [
    page(q.Union(powers, descending)),
    invalidArgument('Sets are not compatible.', ['paginate', 'union']),
  ],
  [
    page(q.Union(all, descending)),
    invalidArgument('Sets are not compatible.', ['paginate', 'union']),
  ],
  [q.Count(q.Union(all, powers)), 10],
  [page(q.Union(powers, powers)), json('{"data":[5,10,20,20,30]}')],
  [
    page(q.Union(fire, q.Match('spells_by_element', 'air')), { sources: true, size: 1 }),
    json(
      `{"after":[${ref(4)}],"data":[{"value":${ref(1)},"sources":[{"@set":{"match":{"@ref":{"id":"spells_by_element","collection":{"@ref":{"id":"indexes"}}}},"terms":"fire"}}]}]}`,
    ),
  ],
])

cases('Intersection and Difference of sets', [
  [page(q.Intersection(all, fire)), refs(1, 5)],
  [page(q.Intersection(fire, water)), refs()],
  [page(q.Intersection(fire, forbidden)), refs(1, 5)],
  [page(q.Intersection(forbidden, forbidden)), denied('paginate')],
  [page(q.Difference(all, fire)), refs(2, 3, 4)],
  [page(q.Difference(all, fire, water)), refs(4)],
  [page(q.Difference(all, forbidden)), refs(1, 2, 3, 4, 5)],
  [page(q.Difference(forbidden, all)), denied('paginate')],
  [q.IsEmpty(q.Intersection(fire, water)), true],
  [q.Exists(q.Difference(all, fire)), true],
])

const numbers = {
  a: listing([1, 2, 2, 3, 3, 3]),
  b: listing([1, 2, 2, 2, 3, 3]),
}
function listing(values: readonly number[]): Listing {
  return { reversed: [false], entries: values.map((value, i) => [[value], i + 1]) }
}
cases(
  'sets are matched by their values, whatever the document',
  [
    [page(q.Union(q.Match('a'), q.Match('b'))), json('{"data":[1,2,2,2,3,3,3]}')],
    [page(q.Intersection(q.Match('a'), q.Match('b'))), json('{"data":[1,2,2,3,3]}')],
    [page(q.Difference(q.Match('a'), q.Match('b'))), json('{"data":[]}')],
    [page(q.Distinct(q.Match('a'))), json('{"data":[1,2,3]}')],
  ],
  { listings: numbers },
)

cases('Distinct', [
  [q.Distinct([3, 1, 3, 1, 2]), [3, 1, 2]],
  [json('{"distinct":[1,1.0]}'), json('[1,1.0]')],
  [q.Distinct(page(powers)), json('{"data":[5,10,20,30]}')],
  [page(q.Distinct(powers)), json('{"data":[5,10,20,30]}')],
  [page(q.Distinct(powers), { size: 3 }), json(`{"after":[30,${ref(5)}],"data":[5,10,20]}`)],
  [
    page(q.Distinct(powers), { before: 30, size: 1 }),
    json(`{"before":[20,${ref(2)}],"after":[30],"data":[20]}`),
  ],
  [page(q.Distinct(all)), refs(1, 2, 3, 4, 5)],
  [q.Distinct(1), notIterable('distinct')],
])

cases('Reverse', [
  [q.Reverse([1, 2, 3]), [3, 2, 1]],
  [q.Reverse(page(powers)), json('{"data":[30,20,20,10,5]}')],
  [page(q.Reverse(powers)), json('{"data":[30,20,20,10,5]}')],
  [
    page(q.Reverse(powers), { after: 20, size: 2 }),
    json(`{"before":[20],"after":[10,${ref(1)}],"data":[20,20]}`),
  ],
  [
    page(q.Reverse(powers), { before: 10, size: 2 }),
    json(`{"before":[20,${ref(3)}],"after":[10],"data":[20,20]}`),
  ],
  // Without values, the ref stands in the cursor twice.
  [
    page(q.Reverse(all), { size: 2 }),
    json(`{"after":[${ref(3)},${ref(3)}],"data":[${ref(5)},${ref(4)}]}`),
  ],
  [
    page(q.Reverse(all), { after: [q.Ref(q.Collection('spells'), 2)] }),
    json(`{"before":[${ref(2)}],"data":[${ref(2)},${ref(1)}]}`),
  ],
  [page(q.Reverse(q.Reverse(all))), refs(1, 2, 3, 4, 5)],
  [page(q.Reverse(descending)), json('{"data":[5,10,20,20,30]}')],
  [
    page(q.Union(all, q.Reverse(all))),
    invalidArgument('Sets are not compatible.', ['paginate', 'union']),
  ],
  [
    page(q.Union(q.Reverse(all), q.Reverse(fire))),
    json(`{"data":[${[5, 4, 3, 2, 1].map(ref).join()}]}`),
  ],
  [q.Reverse(1), notIterable('reverse')],
])

cases('Range', [
  [page(q.Range(powers, 10, 20)), json('{"data":[10,20,20]}')],
  [page(q.Range(powers, [10], [])), json('{"data":[10,20,20,30]}')],
  [page(q.Range(powers, [], 10)), json('{"data":[5,10]}')],
  [page(q.Range(powers, [20, q.Ref(q.Collection('spells'), 3)], [])), json('{"data":[20,30]}')],
  [page(q.Range(powers, 20, 10)), json('{"data":[]}')],
  [page(q.Range(powers, 10, q.Select('x', { x: null }))), json('{"data":[10,20,20,30]}')],
  [page(q.Range(powers, q.Select('x', { x: null }), [])), json('{"data":[]}')],
  [page(q.Range(descending, 20, 10)), json('{"data":[20,20,10]}')],
  [page(q.Range(descending, 10, 20)), json('{"data":[]}')],
  [
    page(q.Range(all, q.Ref(q.Collection('spells'), 2), q.Ref(q.Collection('spells'), 3))),
    refs(2, 3),
  ],
  [
    page(q.Range(q.Match('spells_by_element_and_power'), 'fire', ['fire', 10])),
    json('{"data":[["fire",10]]}'),
  ],
  [page(q.Range(powers, 10, 20), { size: 2 }), json(`{"after":[20,${ref(3)}],"data":[10,20]}`)],
  [page(q.Range(powers, 10, 20), { after: 15 }), json('{"before":[15],"data":[20,20]}')],
  [
    page(q.Range(powers, 10, 20), { before: 100, size: 1 }),
    json(`{"before":[20,${ref(3)}],"after":[100],"data":[20]}`),
  ],
  [page(q.Reverse(q.Range(powers, 10, 20))), json('{"data":[20,20,10]}')],
  [q.Range(1, 1, 1), invalidArgument('Set expected, Integer provided.', ['range'])],
  [
    q.Range(powers, q.Collection('a'), [q.Collection('b')]),
    together(
      failure('invalid ref', "Ref refers to undefined collection 'a'", ['from']),
      failure('invalid ref', "Ref refers to undefined collection 'b'", ['to']),
    ),
  ],
  [
    q.Range(powers, [], []),
    json(
      `{"@set":{"range":{"@set":{"match":{"@ref":{"id":"spells_by_power","collection":{"@ref":{"id":"indexes"}}}}}},"from":[],"to":[]}}`,
    ),
  ],
])

const strong = (x: ExprArg) => q.GT(x, 10)
const byName = (x: Expr) => q.Equals(q.Select(['data', 'name'], q.Get(x)), 'Air Horn')
cases('Filter of a set', [
  [page(q.Filter(powers, strong)), json('{"data":[20,20,30]}')],
  [page(q.Filter(powers, strong), { size: 2 }), json(`{"after":[30,${ref(5)}],"data":[20,20]}`)],
  [
    page(q.Filter(powers, strong), { before: 30, size: 1 }),
    json(`{"before":[20,${ref(3)}],"after":[30],"data":[20]}`),
  ],
  [page(q.Filter(all, byName)), refs(4)],
  [q.Count(q.Filter(powers, strong)), 3],
  [
    page(
      q.Filter(q.Match('spells_by_element_and_power'), (element: ExprArg) =>
        q.Equals(q.Select(0, element), 'fire'),
      ),
    ),
    json('{"data":[["fire",10],["fire",30]]}'),
  ],
  [
    q.Let({ least: 20 }, page(q.Filter(powers, (x: ExprArg) => q.GT(x, q.Var('least'))))),
    json('{"data":[30]}'),
  ],
  [
    page(q.Filter(powers, (x: ExprArg) => q.Add(x, 1))),
    invalidArgument('Boolean expected, Integer provided.', ['paginate', 'filter']),
  ],
  [
    page(q.Filter(powers, (x: ExprArg) => q.Not(x))),
    invalidArgument('Boolean expected, Integer provided.', ['paginate', 'filter', 'expr', 'not']),
  ],
  [
    q.Filter(powers, q.Lambda('_', q.IsString(q.NewId()))),
    invalidArgument(
      'Invalid lambda. Lambda in this context may not write or call a user function.',
      ['filter'],
    ),
  ],
  [
    q.Filter(powers, (x: ExprArg) => q.Call('double', x)),
    invalidArgument(
      'Invalid lambda. Lambda in this context may not write or call a user function.',
      ['filter'],
    ),
  ],
  // An error beyond the page is not reached.
  [
    page(
      q.Filter(powers, (x: ExprArg) => q.If(q.LT(x, 20), true, q.Abort('late'))),
      { size: 1 },
    ),
    json(`{"after":[10,${ref(1)}],"data":[5]}`),
  ],
])

const elements = q.Match('spells_by_element_and_power')
cases('Join', [
  [
    page(
      q.Join(q.Range(elements, 'fire', 'fire'), (element: Expr) =>
        q.Match('spells_by_element', q.Select(0, element)),
      ),
    ),
    refs(1, 5),
  ],
  [
    page(
      q.Join(elements, (element: Expr) =>
        q.Match('spells_by_element_with_power', q.Select(0, element)),
      ),
    ),
    json('{"data":[5,10,20,30]}'),
  ],
  [
    page(
      q.Join(elements, (element: Expr) =>
        q.Match('spells_by_element_with_power', q.Select(0, element)),
      ),
      { after: [10, q.Ref(q.Collection('spells'), 1)], size: 2 },
    ),
    json(`{"before":[10,${ref(1)}],"after":[30,${ref(5)}],"data":[10,20]}`),
  ],
  [page(q.Join(all, q.Index('spells_by_element'))), refs()],
  [page(q.Join(fire, (x: Expr) => q.Singleton(x))), refs(1, 5)],
  [page(q.Join(fire, q.Lambda('_', forbidden))), refs()],
  [page(q.Join(q.Match('spells_by_element', 'none'), q.Lambda('x', q.Var('x')))), refs()],
  [
    page(q.Join(powers, q.Lambda('x', q.Var('x')))),
    invalidArgument('Set expected, Integer provided.', ['paginate', 'with']),
  ],
  [page(q.Join(forbidden, q.Lambda('_', fire))), denied('paginate')],
  [
    q.Join(all, q.Lambda('x', q.Get(q.Var('x')))),
    invalidArgument(
      'Invalid lambda. Lambda in this context may not read, write, or call a user function.',
      ['with'],
    ),
  ],
  [
    q.Join(all, 'spells_by_element'),
    invalidArgument('Lambda or Index Ref expected, String provided.', ['with']),
  ],
  [
    q.Join(all, q.Index('none')),
    failure('invalid ref', "Ref refers to undefined index 'none'", ['with']),
  ],
  [q.Join(1, q.Index('all_spells')), invalidArgument('Set expected, Integer provided.', ['join'])],
])

const firstOf = (set: unknown) => json(`{"first":${JSON.stringify(set)}}`)
const lastOf = (set: unknown) => json(`{"last":${JSON.stringify(set)}}`)
cases('First, Last', [
  [firstOf([1, 2]), 1],
  [lastOf([1, 2]), 2],
  [firstOf(powers), 5],
  [lastOf(powers), 30],
  [lastOf(all), json(ref(5))],
  [firstOf([]), invalidArgument('Non-empty array expected.', ['first'])],
  [
    lastOf(q.Match('spells_by_element', 'none')),
    invalidArgument('Non-empty set expected.', ['last']),
  ],
  [firstOf(forbidden), denied('first')],
  [firstOf(page(all)), invalidArgument('Set or Array expected, Page provided.', ['first'])],
  [lastOf(1), notIterable('last')],
])

// Pages of any set, put together, are the set: whatever its parts, the size, the direction.

const values = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 8 })
const listings = fc.record({
  a: values.map(listing),
  b: values.map(listing),
  c: values.map(listing),
})
const sets: fc.Arbitrary<Expr> = fc.letrec<{ set: Expr; many: Expr[] }>((tie) => ({
  many: fc.array(tie('set'), { minLength: 1, maxLength: 3 }),
  set: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', 'c').map((name) => q.Match(name)),
    tie('many').map((all) => q.Union(...(all as ExprArg[]))),
    tie('many').map((all) => q.Intersection(...(all as ExprArg[]))),
    tie('many').map((all) => q.Difference(...(all as ExprArg[]))),
    tie('set').map((set) => q.Distinct(set)),
    tie('set').map((set) => q.Filter(set, (x: ExprArg) => q.GT(x, 1))),
    fc.tuple(tie('set'), fc.nat(5), fc.nat(5)).map(([set, from, to]) => q.Range(set, from, to)),
    tie('set').map((set) => q.Reverse(q.Reverse(set))),
  ),
})).set

interface Page {
  readonly data: readonly Value[]
  readonly before?: object
  readonly after?: object
}

/** A page of a set, from a cursor as an earlier page gave it. */
function read(set: Expr, options: RunOptions, more: object = {}): Page {
  const rest = JSON.stringify({ size: 1000, ...more }).slice(1)
  const answer = run(json(`{"paginate":${serialised(set)},${rest}`), options)
  if (typeof answer !== 'string') throw new Error(JSON.stringify(answer))
  return JSON.parse(answer) as Page
}

test('the pages of a set, one after another in either direction, are the set', () => {
  fc.assert(
    fc.property(sets, listings, fc.integer({ min: 1, max: 4 }), (set, given, size) => {
      const options = { listings: given }
      const whole = read(set, options).data
      const forward: Value[] = []
      let after: object | undefined
      do {
        const one = read(set, options, { size, ...(after ? { after } : {}) })
        forward.push(...one.data)
        after = one.after
      } while (after !== undefined)
      expect(forward).toEqual(whole)
      const backward: Value[] = []
      let before: object | null = null
      do {
        const one: Page = read(set, options, { size, before })
        backward.unshift(...one.data)
        before = one.before ?? null
      } while (before !== null)
      expect(backward).toEqual(whole)
      expect(read(q.Reverse(set), options).data).toEqual(whole.toReversed())
    }),
  )
})

test('sets of equal values combine as multisets do', () => {
  fc.assert(
    fc.property(listings, (given) => {
      const options = { listings: given }
      const [a, b] = [given.a, given.b].map(({ entries }) =>
        entries.map(([[value]]) => Number(value)),
      )
      const count = (list: readonly number[] = [], value: number) =>
        list.filter((one) => one === value).length
      const expected = (copies: (inA: number, inB: number) => number) =>
        [0, 1, 2, 3, 4, 5].flatMap((value) =>
          Array<number>(copies(count(a, value), count(b, value))).fill(value),
        )
      const answer = (set: Expr) => read(set, options).data
      const [setA, setB] = [q.Match('a'), q.Match('b')]
      expect(answer(q.Union(setA, setB))).toEqual(expected(Math.max))
      expect(answer(q.Intersection(setA, setB))).toEqual(expected(Math.min))
      expect(answer(q.Difference(setA, setB))).toEqual(expected((n, m) => (m === 0 ? n : 0)))
    }),
  )
})
