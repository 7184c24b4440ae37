import faunadb from 'faunadb'
import { expect, test } from 'vitest'
import { cases, failure, invalidArgument, json } from '../testing/cases.ts'
import { run } from '../testing/run.ts'

const { query: q } = faunadb

const missing = (path: string) =>
  failure('value not found', `Value not found at path [${path}].`, ['from'])
const spell = q.Ref(q.Collection('spells'), 1)
const spellsJson = '{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}}}}'
const spellJson = `{"@ref":{"id":"1","collection":${spellsJson}}}`
const page = q.Paginate(q.Match('spells_by_power'), { size: 2 })

cases('Select', [
  [q.Select('a', { a: 1 }), 1],
  [q.Select(['a', 'b', 0], { a: { b: [7] } }), 7],
  [q.Select([], { a: 1 }), { a: 1 }],
  [q.Select('a', { a: null }, 'default'), null],
  [q.Select('b', { a: 1 }), missing('b')],
  [q.Select(['a', 'b', 0], { a: 1 }), missing('a,b,0')],
  [q.Select('b', { a: 1 }, 'default'), 'default'],
  [q.Select('a', { a: 1 }, q.Abort('never')), 1],
  [q.Select('b', { a: 1 }, q.Abort('now')), failure('transaction aborted', 'now', ['default'])],
  [q.Select('b', q.Abort('from'), 1), failure('transaction aborted', 'from', ['from'])],
  [q.Select(0, [5, 6]), 5],
  [q.Select(2, [5, 6]), missing('2')],
  [q.Select(-1, [5, 6]), missing('-1')],
  [q.Select('0', [5, 6]), missing('0')],
  [q.Select(0, { 0: 'zero' }), missing('0')],
  [q.Select('a', 'text'), missing('a')],
  [
    q.Select(
      'a',
      q.Query((x) => x),
    ),
    missing('a'),
  ],
  [
    q.Select(['a', true], { a: 1 }),
    invalidArgument('String or Integer expected, Boolean provided.', ['select', 1]),
  ],
  [q.Select(1.5, [1]), invalidArgument('String or Integer expected, Double provided.', ['select'])],
  [
    q.Select('a', q.Collection('nope')),
    failure('invalid ref', "Ref refers to undefined collection 'nope'", ['from']),
  ],
  [q.Select(['data', 'name'], q.Get(spell)), 'Fire Beak'],
  [q.Select('ts', q.Get(spell)), 1_000_001],
  [q.Select('ref', q.Get(spell)), json(spellJson)],
  [q.Select('class', q.Get(spell)), json(spellsJson)],
  [q.Select('collection', q.Get(spell)), missing('collection')],
  [q.Select('id', spell), '1'],
  [q.Select('collection', spell), json(spellsJson)],
  [q.Select(['class', 'id'], spell), 'spells'],
  [q.Select('database', spell), missing('database')],
  [q.Select('data', spell), missing('data')],
  [q.Select(['id', 0], spell), missing('id,0')],
  [q.Select('id', q.Collections()), 'collections'],
  [
    q.Select('database', q.Collection('spells', q.Database('child'))),
    json('{"@ref":{"id":"child","collection":{"@ref":{"id":"databases"}}}}'),
  ],
  [q.Select('data', page), [5, 10]],
  [q.Select(1, page), 10],
  [q.Select(['after', 0], page), 20],
  [q.Select('before', page), missing('before')],
  [
    q.Select('@set', q.Match('all_spells')),
    json('{"@set":{"match":{"@ref":{"id":"all_spells","collection":{"@ref":{"id":"indexes"}}}}}}'),
  ],
  [q.Select(['@set', 'match', 'id'], q.Match('all_spells')), 'all_spells'],
  [q.Select(['@set', 'terms'], q.Match('spells_by_element', 'fire')), 'fire'],
  [q.Select(['@set', 'terms'], q.Match('all_spells')), []],
  [
    q.Select(['@set', 'union', 0, '@set', 'terms'], q.Union(q.Match('spells_by_element', 'fire'))),
    'fire',
  ],
  [q.Select(['@set', 'documents'], q.Documents(q.Collection('spells'))), missing('@set,documents')],
])

cases('Select with all', [
  [
    json(
      '{"select":["a","b"],"from":{"object":{"a":[{"object":{"b":1}},{"object":{"c":2}},{"object":{"b":[3,[4]]}}]}},"all":true}',
    ),
    [1, 3, 4],
  ],
  [json('{"select":"a","from":{"object":{"a":1}},"all":true}'), [1]],
  [json('{"select":"b","from":{"object":{"a":1}},"all":true,"default":9}'), []],
  [json('{"select":["a",0],"from":{"object":{"a":[[1,2],3]}},"all":true}'), [1, 2]],
  [json('{"select":"a","from":{"object":{"a":1}},"all":false}'), 1],
  [
    json('{"select":"a","from":{"object":{"a":1}},"all":null}'),
    invalidArgument('Boolean expected, Null provided.', ['all']),
  ],
  [q.SelectAll(['data', 'arr'], { data: { arr: [1, [2, [3]], 4] } }), [1, 2, 3, 4]],
  [q.SelectAll('x', [{ x: 1 }, { y: 2 }]), [1]],
  [json('{"select_as_index":"x","from":[{"object":{"x":1}}],"default":{"abort":"never"}}'), [1]],
])

cases(
  'Select before version 3',
  [
    [
      q.Select('a', { a: 1 }, q.Abort('eager')),
      failure('transaction aborted', 'eager', ['default']),
    ],
    [q.Select('b', { a: 1 }, 2), 2],
  ],
  { version: '2.12' },
)

cases('ContainsPath, Contains', [
  [q.ContainsPath(['a', 'b'], { a: { b: null } }), true],
  [q.ContainsPath(['a', 'c'], { a: { b: 1 } }), false],
  [q.ContainsPath([], 1), true],
  [q.ContainsPath(0, []), false],
  [q.ContainsPath(['data', 'name'], q.Get(spell)), true],
  [
    q.ContainsPath(true, {}),
    invalidArgument('String or Integer expected, Boolean provided.', ['contains_path']),
  ],
  [q.Contains('a', { a: 1 }), true],
  [q.Contains('b', { a: 1 }), false],
])

cases('ContainsField', [
  [q.ContainsField('a', { a: null }), true],
  [q.ContainsField('b', { a: 1 }), false],
  [q.ContainsField('data', q.Get(spell)), true],
  [q.ContainsField('data', page), true],
  [q.ContainsField('a', 'text'), false],
  [json('{"contains_field":"a","in":null}'), false],
  [q.ContainsField('id', spell), true],
  [q.ContainsField('a', [1]), invalidArgument('Object expected, Array provided.', ['in'])],
  [
    json('{"contains_field":1,"in":1}'),
    invalidArgument('String expected, Integer provided.', ['contains_field']),
  ],
])

cases('ContainsValue', [
  [q.ContainsValue(2, [1, 2]), true],
  [q.ContainsValue(3, [1, 2]), false],
  [json('{"contains_value":1.0,"in":[1]}'), false],
  [q.ContainsValue([1], { a: [1] }), true],
  [q.ContainsValue('a', { a: 1 }), false],
  [q.ContainsValue([5, 10], page), true],
  [q.ContainsValue(5, page), false],
  [q.ContainsValue(1_000_001, q.Get(spell)), true],
  [q.ContainsValue(spell, q.Get(spell)), true],
  [q.ContainsValue(q.Collection('spells'), q.Get(spell)), true],
  [q.ContainsValue('Fire Beak', q.Get(spell)), false],
  [q.ContainsValue('1', spell), true],
  [q.ContainsValue(q.Collection('spells'), spell), true],
  [q.ContainsValue(10, q.Match('spells_by_power')), true],
  [q.ContainsValue(11, q.Match('spells_by_power')), false],
  [q.ContainsValue(spell, q.Match('all_spells')), true],
  [
    q.ContainsValue(
      1,
      q.Query((x) => x),
    ),
    false,
  ],
  [
    q.ContainsValue(1, 'text'),
    invalidArgument('Object, Array, Page, Set, or Ref expected, Scalar provided.', ['in']),
  ],
  [
    q.ContainsValue(1, q.Match('forbidden')),
    failure('permission denied', 'Insufficient privileges to perform the action.'),
  ],
  [
    q.ContainsValue(1, q.Collection('nope')),
    failure('invalid ref', "Ref refers to undefined collection 'nope'", ['in']),
  ],
])

cases(
  'ContainsValue reads',
  [
    [
      q.ContainsValue(1, [1]),
      failure('invalid expression', 'Call performs a read, which is not allowed in tests.'),
    ],
  ],
  { limit: { effect: 'pure', where: 'tests' } },
)

test('before version 3 the newer names are no forms', () => {
  for (const name of ['contains_path', 'contains_field', 'contains_value']) {
    expect(run(json(`{"${name}":"a","in":{"object":{}}}`), { version: '2.12' })).toEqual([
      {
        position: [],
        code: 'invalid expression',
        description: `No form/function found, or invalid argument keys: { ${name}, in }.`,
      },
    ])
  }
})
