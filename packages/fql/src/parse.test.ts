import faunadb, { type ExprArg } from 'faunadb'
import {
  cases,
  failure,
  invalidArgument,
  invalidExpression,
  json,
  together,
} from './testing/cases.ts'

const { query: q } = faunadb

const noForm = (keys: string, ...position: (string | number)[]) =>
  invalidExpression(`No form/function found, or invalid argument keys: { ${keys} }.`, position)
const unbound = (name: string, ...position: (string | number)[]) =>
  invalidExpression(`Variable '${name}' is not defined.`, position)
const aborted = (text: string, ...position: (string | number)[]) =>
  failure('transaction aborted', text, position)

cases('forms are found by all of their keys', [
  [json('{}'), invalidExpression('No form/function found, or invalid argument keys: {  }.')],
  [json('{"b":1,"a":2}'), noForm('b, a')],
  [json('{"add":[1,2],"extra":1}'), noForm('add, extra')],
  [json('{"in":{"object":{}},"contains":"a"}'), false],
  [
    json('{"paginate":{"match":"all_spells"},"before":1,"unknown":1}'),
    noForm('paginate, before, unknown'),
  ],
  [
    json('{"get":{"match":"all_spells"},"ts":null}'),
    invalidArgument('Time expected, Null provided.', ['ts']),
  ],
  [json('[1,{"a":1}]'), noForm('a', 1)],
])

cases('If', [
  [q.If(true, 1, q.Abort('else')), 1],
  [q.If(false, q.Abort('then'), 2), 2],
  [q.If(true, q.Abort('then'), 2), aborted('then', 'then')],
  [q.If(1, 1, 2), invalidArgument('Boolean expected, Integer provided.', ['if'])],
])

cases('Let, Var', [
  [q.Let({ x: 1 }, q.Var('x')), 1],
  [q.Let({ x: 1, y: q.Add(q.Var('x'), 1) }, [q.Var('x'), q.Var('y')]), [1, 2]],
  [q.Let({ x: 1 }, q.Let({ x: q.Add(q.Var('x'), 1) }, q.Var('x'))), 2],
  [q.Let([{ x: 1 }, { x: 2 }], q.Var('x')), 2],
  [q.Let({}, 5), 5],
  [json('{"let":{"x":1},"in":{"var":"x"}}'), 1],
  [json('{"let":{"@obj":{"@ts":1}},"in":{"var":"@ts"}}'), 1],
  [q.Let({ _: 1 }, q.Var('_')), 1],
  [q.Var('x'), unbound('x')],
  [json('{"var":1}'), invalidExpression('String expected, Integer provided.', ['var'])],
  [
    q.Let({ x: q.Var('y'), y: 1 }, [q.Var('z'), q.Var('y')]),
    together(unbound('y', 'let', 0, 'x'), unbound('z', 'in', 0)),
  ],
  [json('{"let":[1],"in":1}'), invalidExpression('Object expected, Integer provided.', ['let', 0])],
  [
    json('{"let":[{"a":1,"b":2}],"in":1}'),
    invalidExpression('Object expected, Object provided.', ['let', 0]),
  ],
  [json('{"let":1,"in":1}'), invalidExpression('Array expected, Integer provided.', ['let'])],
  [
    json('{"let":{"x":{"a":1},"y":{"b":1}},"in":{"c":1}}'),
    together(noForm('a', 'let', 'x'), noForm('b', 'let', 'y'), noForm('c', 'in')),
  ],
  // A bad form hides the unbound variables.
  [json('{"let":{"x":{"a":1}},"in":{"var":"y"}}'), noForm('a', 'let', 'x')],
  [q.Let({ x: q.Abort('x'), y: q.Abort('y') }, 1), aborted('x', 'let', 0, 'x')],
  [json('{"let":{"x":{"abort":"x"}},"in":1}'), aborted('x', 'let', 'x')],
])

cases('Do, Object', [
  [q.Do(1, 2, 3), 3],
  [q.Do(q.Abort('a'), q.Abort('b')), aborted('a', 'do', 0)],
  [json('{"do":[]}'), invalidExpression('Expression list cannot be empty.', ['do'])],
  [json('{"do":1}'), invalidExpression('Array expected, Integer provided.', ['do'])],
  [
    { a: 1, b: { c: [q.Add(1, 1)] } },
    { a: 1, b: { c: [2] } },
  ],
  [
    { let: 1, in: 2 },
    { let: 1, in: 2 },
  ],
  [json('{"object":1}'), invalidExpression('Object expected, Integer provided.', ['object'])],
  [
    json('{"object":{"@ts":"2020-01-01T00:00:00Z"}}'),
    invalidExpression('Object expected, Time provided.'),
  ],
  [json('{"object":{"@ts":"x"}}'), invalidExpression('Invalid time.', ['object'])],
  [json('{"object":{"@obj":{"@ts":1}}}'), json('{"@obj":{"@ts":1}}')],
  [json('{"object":{"@obj":1}}'), invalidExpression('Invalid object.', ['object'])],
  [json('{"object":{"@ts":1,"b":2}}'), json('{"@obj":{"@ts":1,"b":2}}')],
])

cases('quote', [
  [json('{"quote":{"add":[1,2]}}'), { add: [1, 2] }],
  [
    json('{"quote":[{"@ts":"2020-01-01T00:00:00Z"},{"a":{"@obj":{"@date":1}}}]}'),
    json('[{"@ts":"2020-01-01T00:00:00Z"},{"a":{"@obj":{"@date":1}}}]'),
  ],
  [json('{"quote":{"a":{"@date":"x"}}}'), invalidExpression('Invalid date.', ['quote', 'a'])],
])

cases('which errors are reported together', [
  [[q.Abort('a'), 1, q.Abort('b')], together(aborted('a', 0), aborted('b', 2))],
  [
    { x: q.Abort('a'), y: q.Abort('b') },
    together(aborted('a', 'object', 'x'), aborted('b', 'object', 'y')),
  ],
  [
    q.Add(1, 'a', 'b'),
    together(
      ...[1, 2].map((i) => invalidArgument('Number expected, String provided.', ['add', i])),
    ),
  ],
  [q.Select(q.Abort('a'), q.Abort('b')), aborted('a', 'select')],
  [q.Map([1, 2], (x: ExprArg) => q.Abort(q.ToString(x))), aborted('1', 'map', 'expr')],
  [
    q.Filter([1, 2], (x: ExprArg) => q.Abort(q.ToString(x))),
    together(aborted('1', 'filter', 'expr'), aborted('2', 'filter', 'expr')),
  ],
  [q.Add(q.Var('x'), q.Var('y')), together(unbound('x', 'add', 0), unbound('y', 'add', 1))],
  [json('[{"a":1},{"b":1}]'), noForm('a', 0)],
  [json('[{"var":"x"},{"b":1}]'), noForm('b', 1)],
])

cases('Abort', [
  [q.Abort('stop'), aborted('stop')],
  [q.Abort(q.Concat(['a', 'b'])), aborted('ab')],
  [q.Abort(1), invalidArgument('String expected, Integer provided.', ['abort'])],
])

cases('escapes', [
  [json('{"@ts":"2020-01-01T00:00:00Z"}'), json('{"@ts":"2020-01-01T00:00:00Z"}')],
  [json('{"@ts":" 2020-01-01T00:00:00Z"}'), invalidExpression('Invalid time.')],
  [json('{"@ts":"now"}'), invalidExpression('Invalid time.')],
  [json('{"@ts":1}'), invalidExpression('Invalid time.')],
  [json('{"@date":"2020-02-29"}'), json('{"@date":"2020-02-29"}')],
  [json('[{"@date":"2019-02-29"}]'), invalidExpression('Invalid date.', [0])],
  [json('{"@bytes":"AQ-_"}'), json('{"@bytes":"AQ+/"}')],
  [json('{"@bytes":"AQ"}'), json('{"@bytes":"AQ=="}')],
  [json('{"@bytes":"A"}'), invalidExpression('Invalid bytes.')],
  [json('{"@bytes":"A*=="}'), invalidExpression('Invalid bytes.')],
  [json('{"@bytes":1}'), invalidExpression('Invalid bytes.')],
  [json('{"@uuid":"A-2-3-4-5"}'), json('{"@uuid":"0000000a-0002-0003-0004-000000000005"}')],
  [json('{"@uuid":"a-b-c-d"}'), invalidExpression('Invalid UUID.')],
  [json('{"@obj":{"add":[1,2]}}'), 3],
  [json('{"@obj":{"a":1}}'), noForm('a', '@obj')],
  [json('{"@unknown":1}'), noForm('@unknown')],
])

const native = (id: string) => `{"@ref":{"id":"${id}"}}`
const named = (id: string, owner: string) => `{"@ref":{"id":"${id}","collection":${native(owner)}}}`
const spell = `{"@ref":{"id":"1","collection":${named('spells', 'collections')}}}`

cases('@ref', [
  [json(spell), json(spell)],
  [json(`{"@ref":{"id":1,"class":${named('spells', 'classes')}}}`), json(spell)],
  [
    json('{"@ref":{"id":"1","collection":{"id":"spells","collection":{"id":"collections"}}}}'),
    json(spell),
  ],
  [json('{"@ref":"classes/spells/1"}'), json(spell)],
  [json('{"@ref":"collections/spells"}'), json(named('spells', 'collections'))],
  [json('{"@ref":"classes"}'), json(native('collections'))],
  [json('{"@ref":"indexes/all_spells"}'), json(named('all_spells', 'indexes'))],
  [json('{"@ref":"keys/12"}'), json(`{"@ref":{"id":"12","collection":${native('keys')}}}`)],
  [json(named('nope', 'collections')), json(named('nope', 'collections'))],
  [
    json('{"@ref":"collections/nope/7"}'),
    json(`{"@ref":{"id":"7","collection":${named('nope', 'collections')}}}`),
  ],
  [json(`{"exists":${named('nope', 'collections')}}`), false],
  [
    json(`{"get":${named('nope', 'collections')}}`),
    failure('invalid ref', "Ref refers to undefined collection 'nope'", ['get']),
  ],
  [
    json(
      '{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}},"database":{"@ref":{"id":"child","collection":{"@ref":{"id":"databases"}}}}}}',
    ),
    json(
      '{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}},"database":{"@ref":{"id":"child","collection":{"@ref":{"id":"databases"}}}}}}',
    ),
  ],
  ...[
    '/classes',
    'classes/',
    'classes/spells/x',
    'classes/spells/1/events',
    'spells/1',
    'classes/_',
    'classes/self',
    'keys/self',
    'classes/spells/99999999999999999999',
    '',
  ].map((path) => [json(`{"@ref":"${path}"}`), invalidExpression('Invalid ref.')] as const),
  [json('{"@ref":1}'), invalidExpression('Invalid ref.')],
  [json('{"@ref":{"id":"1","other":1}}'), invalidExpression('Invalid ref.')],
  [json('{"@ref":{"collection":null}}'), invalidExpression('Invalid ref.')],
  [
    json(`{"@ref":{"id":"self","collection":${native('tokens')}}}`),
    invalidExpression('Invalid ref.'),
  ],
  [
    json(native('spells')),
    invalidExpression("Valid native collection name expected, 'spells' provided.", ['@ref', 'id']),
  ],
  [
    json('{"@ref":{"id":1}}'),
    invalidExpression('String expected, Number provided.', ['@ref', 'id']),
  ],
  [
    json(`{"@ref":{"id":"x","collection":${named('spells', 'collections')}}}`),
    invalidExpression("Number or numeric String expected, non-numeric 'x' provided.", [
      '@ref',
      'id',
    ]),
  ],
  [
    json(`{"@ref":{"id":"1","collection":${named('all_spells', 'indexes')}}}`),
    invalidExpression('Collection Ref expected, Index Ref provided.', ['@ref', 'class']),
  ],
])

const match = `{"@set":{"match":${named('all_spells', 'indexes')}}}`
const byElement = `{"@set":{"match":${named('spells_by_element', 'indexes')},"terms":"fire"}}`
const lambda = '{"api_version":"4","lambda":"x","expr":{"var":"x"}}'
cases('@set', [
  ...[
    match,
    byElement,
    `{"@set":{"match":${named('spells_by_element', 'indexes')},"terms":["a","b"]}}`,
    `{"@set":{"documents":${named('spells', 'collections')}}}`,
    `{"@set":{"singleton":${spell}}}`,
    `{"@set":{"union":[${match},${byElement}]}}`,
    `{"@set":{"intersection":${match}}}`,
    `{"@set":{"difference":[${match},${byElement}]}}`,
    `{"@set":{"distinct":${match}}}`,
    `{"@set":{"reverse":${match}}}`,
    `{"@set":{"range":${match},"from":${spell},"to":[]}}`,
    `{"@set":{"filter":${lambda},"collection":${match}}}`,
    `{"@set":{"join":${match},"with":${lambda}}}`,
    `{"@set":{"events":{"match":${named('all_spells', 'indexes')}}}}`,
    `{"@set":{"events":${spell}}}`,
  ].map((text) => [json(text), json(text)] as const),
  [
    json(`{"@set":{"match":"fire","index":${named('spells_by_element', 'indexes')}}}`),
    json(byElement),
  ],
  [json(`{"count":${byElement}}`), 2],
  [json(`{"@set":{"union":${match},"other":1}}`), invalidExpression('Invalid set.')],
  [json('{"@set":1}'), invalidExpression('Invalid set.')],
  [json('{"@set":{"match":"all_spells"}}'), json(match)],
  [
    json('{"@set":{"match":"none","terms":1}}'),
    invalidExpression("Ref refers to undefined index 'none'", ['@set', 'index']),
  ],
  [
    json(`{"@set":{"match":${named('none', 'indexes')}}}`),
    invalidExpression("Ref refers to undefined index 'none'", ['@set', 'match']),
  ],
  [
    json(`{"@set":{"match":${spell}}}`),
    invalidExpression('Identifier expected, Ref provided.', ['@set', 'match']),
  ],
  [
    json(`{"@set":{"documents":${spell}}}`),
    invalidExpression('Collection Ref expected, Ref provided.', ['@set', 'documents']),
  ],
  [
    json(`{"@set":{"documents":${named('none', 'collections')}}}`),
    invalidExpression("Ref refers to undefined collection 'none'", ['@set', 'documents']),
  ],
  [
    json('{"@set":{"union":[]}}'),
    invalidExpression('Non-empty array expected.', ['@set', 'union']),
  ],
  [
    json(`{"@set":{"union":[${match},{"@set":{"events":${match}}}]}}`),
    invalidExpression('Sets are not compatible.', ['@set', 'union']),
  ],
  [
    json(`{"@set":{"union":[${match},1]}}`),
    invalidExpression('Ref or Set expected, Integer provided.', ['@set', 'union', 1]),
  ],
  [
    json(`{"@set":{"join":${match},"with":${named('all_spells', 'indexes')}}}`),
    invalidExpression('Invalid lambda.', ['@set', 'with']),
  ],
  [
    json(`{"@set":{"filter":{"lambda":"x","expr":{"new_id":null}},"collection":${match}}}`),
    invalidExpression(
      'Invalid lambda. Lambda in this context may not write or call a user function.',
      ['@set', 'filter'],
    ),
  ],
  [
    json(`{"@set":{"join":${match},"with":{"lambda":"x","expr":{"get":{"var":"x"}}}}}`),
    invalidExpression(
      'Invalid lambda. Lambda in this context may not read, write, or call a user function.',
      ['@set', 'with'],
    ),
  ],
])
