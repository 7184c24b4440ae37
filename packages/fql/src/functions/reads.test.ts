import faunadb from 'faunadb'
import { cases, failure, invalidArgument, invalidExpression, json } from '../testing/cases.ts'

const { query: q } = faunadb

const spell = (id: number) => q.Ref(q.Collection('spells'), id)
const ref = (id: number) =>
  `{"@ref":{"id":"${id}","collection":{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}}}}}}`
const powers = q.Match('spells_by_power')
const all = q.Match('all_spells')
const denied = (...position: string[]) =>
  failure('permission denied', 'Insufficient privileges to perform the action.', position)
const undefinedIndex = (...position: string[]) =>
  failure('invalid ref', "Ref refers to undefined index 'none'", position)

cases('Get', [
  [
    q.Get(spell(1)),
    json(`{"ref":${ref(1)},"ts":1000001,"data":{"name":"Fire Beak","element":"fire","power":10}}`),
  ],
  [q.Select(['data', 'name'], q.Get(powers)), 'Air Horn'],
  [q.Select('ts', q.Get(spell(1), q.Now())), 1_000_001],
  [q.Get(spell(99)), failure('instance not found', 'Document not found.')],
  [q.Get(q.Match('spells_by_element', 'none')), failure('instance not found', 'Set not found.')],
  [q.Get(q.Match('forbidden')), denied('get')],
  [q.Get(1), invalidArgument('Ref or Set expected, Integer provided.', ['get'])],
  [q.Get(q.Index('none')), undefinedIndex('get')],
  [q.Get(spell(1), 'x'), invalidArgument('Time expected, String provided.', ['ts'])],
])

cases('Exists', [
  [q.Exists(spell(1)), true],
  [q.Exists(spell(99)), false],
  [q.Exists(all), true],
  [q.Exists(q.Match('spells_by_element', 'none')), false],
  [q.Exists(q.Index('none')), false],
  [q.Exists(q.Match('forbidden')), denied('exists')],
  [q.Exists(1), invalidArgument('Ref or Set expected, Integer provided.', ['exists'])],
])

cases('Match', [
  [q.Match('none'), undefinedIndex('index')],
  [q.Match(q.Index('none')), undefinedIndex('match')],
  [q.Match(1), invalidArgument('Identifier expected, Integer provided.', ['match'])],
  [
    q.Match(q.Collection('spells')),
    invalidArgument('Identifier expected, Collection Ref provided.', ['match']),
  ],
  [q.Count(q.Match('spells_by_element', 'fire')), 2],
  [q.Count(q.Match('spells_by_element')), 0],
  [q.Count(q.Match('spells_by_element', ['fire', 'water'])), 0],
  [json('{"count":{"match":"fire","index":"spells_by_element"}}'), 2],
  [json('{"count":{"match":"all_spells"}}'), 5],
  [
    q.Match('spells_by_element', q.Index('none')),
    invalidArgument('Any expected, Index Ref provided.', ['terms']),
  ],
])

cases('Documents, Singleton', [
  [q.Count(q.Documents(q.Collection('spells'))), 5],
  [q.Count(q.Documents(q.Collection('pets'))), 0],
  [q.Documents(1), invalidArgument('Collection Ref expected, Integer provided.', ['documents'])],
  [q.Paginate(q.Singleton(spell(2))), json(`{"data":[${ref(2)}]}`)],
  [q.Singleton(all), invalidArgument('Ref expected, Set provided.', ['singleton'])],
])

cases('Paginate', [
  [q.Paginate(powers), json('{"data":[5,10,20,20,30]}')],
  [q.Paginate(powers, { size: 2 }), json(`{"after":[20,${ref(2)}],"data":[5,10]}`)],
  [
    q.Paginate(powers, { after: [20, spell(3)], size: 1 }),
    json(`{"before":[20,${ref(3)}],"after":[30,${ref(5)}],"data":[20]}`),
  ],
  [
    q.Paginate(powers, { after: 20, size: 2 }),
    json(`{"before":[20],"after":[30,${ref(5)}],"data":[20,20]}`),
  ],
  [
    q.Paginate(powers, { before: 20, size: 1 }),
    json(`{"before":[10,${ref(1)}],"after":[20],"data":[10]}`),
  ],
  [q.Paginate(powers, { before: 10 }), json('{"after":[10],"data":[5]}')],
  [
    json('{"paginate":{"match":"spells_by_power"},"before":null,"size":2}'),
    json(`{"before":[20,${ref(3)}],"after":[null],"data":[20,30]}`),
  ],
  [
    json('{"paginate":{"match":"spells_by_power"},"after":null}'),
    json('{"before":[null],"data":[]}'),
  ],
  [
    q.Paginate(powers, { after: 0, size: 1 }),
    json(`{"before":[0],"after":[10,${ref(1)}],"data":[5]}`),
  ],
  [q.Paginate(powers, { size: 0, after: 10 }), json('{"before":[10],"after":[10],"data":[]}')],
  [q.Paginate(powers, { size: 0 }), json('{"data":[]}')],
  [q.Paginate(powers, { size: -1, before: 10 }), json('{"after":[10],"data":[]}')],
  [q.Paginate(powers, { cursor: { after: 30 } }), json('{"before":[30],"data":[30]}')],
  [q.Paginate(powers, { cursor: { before: 10 } }), json('{"after":[10],"data":[5]}')],
  [
    json('{"paginate":{"match":"spells_by_power"},"cursor":null,"size":1}'),
    json(`{"after":[10,${ref(1)}],"data":[5]}`),
  ],
  [
    q.Paginate(powers, { cursor: 5 }),
    invalidArgument(
      "Invalid cursor object. Expected an object with either 'before' or 'after' key in it.",
      ['cursor'],
    ),
  ],
  [q.Paginate(powers, { cursor: { after: q.Index('none') } }), undefinedIndex('cursor', 'after')],
  [q.Paginate(powers, { after: q.Index('none') }), undefinedIndex('after')],
  [
    q.Paginate(powers, { after: 1, before: 2 }),
    invalidExpression(
      'No form/function found, or invalid argument keys: { paginate, after, before }.',
    ),
  ],
  // Dates sort after refs, numbers before them.
  [
    q.Paginate(all, { after: q.Date('2020-01-01') }),
    json('{"before":[{"@date":"2020-01-01"}],"data":[]}'),
  ],
  [
    q.Paginate(all, { after: 1, size: 1 }),
    json(`{"before":[1],"after":[${ref(2)}],"data":[${ref(1)}]}`),
  ],
  [q.Paginate(q.Match('spells_by_power_desc')), json('{"data":[30,20,20,10,5]}')],
  [
    q.Paginate(q.Match('spells_by_power_desc'), { after: 15 }),
    json('{"before":[15],"data":[10,5]}'),
  ],
  [
    q.Paginate(q.Match('spells_by_element_and_power'), { after: ['fire', 11] }),
    json('{"before":["fire",11],"data":[["fire",30],["water",20],["water",20]]}'),
  ],
  [q.Paginate(spell(1)), json(`{"data":[${ref(1)}]}`)],
  [
    q.Paginate(q.Collection('spells')),
    json('{"data":[{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}}}}]}'),
  ],
  [q.Count(q.Select('data', q.Paginate(q.Collections()))), 2],
  [
    q.Paginate(powers, { sources: true, size: 1 }),
    json(
      `{"after":[10,${ref(1)}],"data":[{"value":5,"sources":[{"@set":{"match":{"@ref":{"id":"spells_by_power","collection":{"@ref":{"id":"indexes"}}}}}}]}]}`,
    ),
  ],
  [q.Paginate([1]), invalidArgument('Ref or Set expected, Array provided.', ['paginate'])],
  [q.Paginate(q.Match('forbidden')), denied('paginate')],
  [
    q.Paginate(powers, { size: 'x' }),
    invalidArgument('Integer expected, String provided.', ['size']),
  ],
])
