import fc from 'fast-check'
import faunadb from 'faunadb'
import { expect, test } from 'vitest'
import { DocumentValue, Double, EventValue, integer, ObjectValue, type Value } from '../index.ts'
import { cases } from '../testing/cases.ts'
import { spell } from '../testing/library.ts'
import { equal, sameStructure } from './equal.ts'
import { Multiset } from './multiset.ts'
import { Action } from './value.ts'

const { query: q } = faunadb

const event = (name: Action['name'], ts = 1) =>
  new EventValue({ of: 'document', ts, action: new Action(name), document: spell(1), data: null })

test('before version 5 an action equals the names that older clients know it by', () => {
  const equals = (name: Action['name'], text: string) => equal(new Action(name), text, '4')
  const names = ['create', 'update', 'delete', 'add', 'remove'] as const
  expect(names.filter((name) => equals(name, 'create'))).toEqual(['create', 'update', 'add'])
  expect(names.filter((name) => equals(name, 'delete'))).toEqual(['delete', 'remove'])
  expect(names.filter((name) => equals(name, 'update'))).toEqual(['update'])
  expect(names.filter((name) => equals(name, 'add'))).toEqual(['add'])
  expect(names.filter((name) => equals(name, 'x'))).toEqual([])
  expect(equal('create', new Action('add'), '4')).toBe(true)
  expect(equal(new Action('add'), 'add', '5')).toBe(false)
})

test('events are equal in all their parts', () => {
  expect(sameStructure(event('create'), event('create'))).toBe(true)
  expect(sameStructure(event('create'), event('update'))).toBe(false)
  expect(sameStructure(event('create'), event('create', 2))).toBe(false)
})

test('the document that a create returns does not equal a later read of it', () => {
  const fields = ObjectValue.of([['data', ObjectValue.empty]])
  const created = new DocumentValue(spell(1), 5, fields, { isNew: true })
  expect(sameStructure(created, new DocumentValue(spell(1), 5, fields))).toBe(false)
  expect(sameStructure(created, new DocumentValue(spell(1), 5, fields, { isNew: true }))).toBe(true)
})

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer({ min: -2, max: 2 }),
    fc.bigInt({ min: 2n ** 62n, max: 2n ** 62n + 2n }).map(integer),
    fc.constantFrom(0, -0, 1).map((number) => new Double(number)),
    fc.constantFrom('', 'a', '1'),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 2 }),
    fc
      .dictionary(fc.constantFrom('a', 'b'), tie('value'), { maxKeys: 2 })
      .map((fields) => ObjectValue.of(Object.entries(fields))),
  ),
})).value

test('a multiset counts as comparing every value with every other does', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 12 }), (values) => {
      const counted = new Multiset(values)
      for (const one of values) {
        expect(counted.count(one)).toBe(values.filter((other) => sameStructure(one, other)).length)
      }
    }),
  )
})

test('equality is symmetric, and holds between a value and itself', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(equal(a, b, '4')).toBe(equal(b, a, '4'))
      expect(sameStructure(a, b)).toBe(sameStructure(b, a))
      expect(sameStructure(a, a)).toBe(true)
    }),
  )
})

const filtered = (least: number) =>
  q.Filter(q.Match('spells_by_power'), (x: unknown) => q.GT(x as number, least))
const joined = q.Join(q.Match('all_spells'), q.Lambda('x', q.Singleton(q.Var('x'))))
cases('equality of sets', [
  [q.Equals(filtered(1), filtered(1)), true],
  [q.Equals(filtered(1), filtered(2)), false],
  // A lambda's join is the same only as itself.
  [q.Equals(joined, joined), false],
  [q.Let({ j: joined }, q.Equals(q.Var('j'), q.Var('j'))), true],
  [
    q.Equals(q.Range(q.Match('spells_by_power'), 1, 2), q.Range(q.Match('spells_by_power'), 1, 2)),
    true,
  ],
  [
    q.Equals(q.Range(q.Match('spells_by_power'), 1, 2), q.Range(q.Match('spells_by_power'), 1, 3)),
    false,
  ],
  [q.Equals(q.Documents(q.Collection('spells')), q.Documents(q.Collection('pets'))), false],
  [q.Equals(q.Distinct(q.Match('all_spells')), q.Reverse(q.Match('all_spells'))), false],
  [
    q.Equals(
      q.Singleton(q.Ref(q.Collection('spells'), 1)),
      q.Singleton(q.Ref(q.Collection('spells'), 1)),
    ),
    true,
  ],
])
