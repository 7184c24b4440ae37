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

const arity = (n: number, m: number, ...position: string[]) =>
  invalidArgument(`Lambda expects an array with ${n} elements. Array contains ${m}.`, position)
const noForm = (keys: string, ...position: (string | number)[]) =>
  invalidExpression(`No form/function found, or invalid argument keys: { ${keys} }.`, position)
const stored = (pattern: string, expr: string, version = '4') =>
  json(`{"@query":{"api_version":"${version}","lambda":${pattern},"expr":${expr}}}`)

cases('what a lambda binds', [
  [q.Map([1, [2, 3]], q.Lambda('x', q.Var('x'))), [1, [2, 3]]],
  [q.Map([1], q.Lambda('_', 'same')), ['same']],
  [q.Map([[1, 2]], q.Lambda(['a', 'b'], q.Add(q.Var('a'), q.Var('b')))), [3]],
  [q.Map([[1, 2]], q.Lambda(['_', 'b'], q.Var('b'))), [2]],
  [q.Map([5], q.Lambda(['a'], q.Var('a'))), [5]],
  [q.Map([[]], q.Lambda([], 'none')), ['none']],
  [q.Map([[1]], q.Lambda(['a', 'b'], 1)), arity(2, 1, 'map', 'lambda')],
  [q.Map([1], q.Lambda(['a', 'b'], 1)), arity(2, 1, 'map', 'lambda')],
  [q.Map([1], q.Lambda([], 1)), arity(0, 1, 'map', 'lambda')],
  [
    q.Map([1], q.Lambda('_', q.Var('_'))),
    invalidExpression("Variable '_' is not defined.", ['map', 'expr']),
  ],
  [
    json('{"map":{"lambda":1,"expr":1},"collection":[]}'),
    invalidExpression('String or Array expected, Integer provided.', ['map', 'lambda']),
  ],
  [
    json('{"map":{"lambda":["a",["b"]],"expr":1},"collection":[]}'),
    invalidExpression('String expected, Array provided.', ['map', 'lambda', 1]),
  ],
  [
    json('{"map":{"lambda":[1],"expr":{"a":1}},"collection":[]}'),
    together(
      invalidExpression('String expected, Integer provided.', ['map', 'lambda', 0]),
      noForm('a', 'map', 'expr'),
    ),
  ],
])

cases('where a lambda may stand', [
  [q.Lambda('x', 1), noForm('lambda, expr')],
  [
    json('{"map":1,"collection":[]}'),
    invalidExpression('Lambda expected, Integer provided.', ['map']),
  ],
  [json('{"map":{"var":"f"},"collection":[]}'), noForm('var', 'map')],
  [json('{"query":{"lambda":"x"}}'), noForm('lambda', 'query')],
  [
    q.Query(q.Lambda('x', q.Var('y'))),
    invalidExpression("Variable 'y' is not defined.", ['query', 'expr']),
  ],
])

cases('how a lambda renders', [
  [q.Query((x: ExprArg) => q.Add(x, 1)), stored('"x"', '{"add":[{"var":"x"},1]}')],
  [q.Query(q.Lambda(['a', '_'], q.Var('a'))), stored('["a","_"]', '{"var":"a"}')],
  [
    q.Query(q.Lambda('x', q.Let({ y: 1 }, { z: q.Var('y') }))),
    stored('"x"', '{"let":{"y":1},"in":{"object":{"z":{"var":"y"}}}}'),
  ],
  [q.Query(q.Lambda('x', q.And(true))), stored('"x"', '{"and":[true]}')],
  [
    json(
      '{"query":{"expr":{"collection":[1],"map":{"lambda":"y","expr":{"do":[1]}}},"lambda":"x"}}',
    ),
    stored('"x"', '{"map":{"lambda":"y","expr":{"do":[1]}},"collection":[1]}'),
  ],
  [json('{"query":{"lambda":"x","expr":{"quote":{"a":[1]}}}}'), stored('"x"', '{"a":[1]}')],
  [q.Query(q.Lambda('x', q.Time('now'))), stored('"x"', '{"time":"now"}')],
  [
    json('{"query":{"lambda":"x","expr":{"@ts":"2020-01-01T00:00:00Z"}}}'),
    stored('"x"', '{"@ts":"2020-01-01T00:00:00Z"}'),
  ],
])

cases('what a lambda captures', [
  [
    q.Let(
      { x: 1 },
      q.Query((y: ExprArg) => q.Add(q.Var('x'), y)),
    ),
    stored('"y"', '{"let":{"x":1},"in":{"add":[{"var":"x"},{"var":"y"}]}}'),
  ],
  [
    q.Let({ x: { a: [1] }, z: 2 }, q.Query(q.Lambda('y', q.Var('x')))),
    stored('"y"', '{"let":{"x":{"object":{"a":[1]}}},"in":{"var":"x"}}'),
  ],
  [q.Let({ x: 1 }, q.Query(q.Lambda('x', q.Var('x')))), stored('"x"', '{"var":"x"}')],
  [q.Map([1, 2], (x: ExprArg) => q.Map([10], (y: ExprArg) => q.Add(x, y))), [[11], [12]]],
  [
    q.Let(
      { n: 5 },
      q.Map([1], (x: ExprArg) => q.Let({ n: 6 }, q.Add(x, q.Var('n')))),
    ),
    [7],
  ],
])

const body = '{"lambda":"x","expr":{"var":"x"}}'
cases('@query', [
  [json(`{"@query":${body}}`), stored('"x"', '{"var":"x"}', '2.12')],
  [
    json('{"@query":{"api_version":"4","lambda":"x","expr":{"var":"x"}}}'),
    stored('"x"', '{"var":"x"}'),
  ],
  [
    json('{"@query":{"lambda":"x","expr":{"let":[{"a":1}],"in":{"var":"a"}}}}'),
    stored('"x"', '{"let":{"a":1},"in":{"var":"a"}}', '2.12'),
  ],
  [
    json('{"@query":{"lambda":"x","expr":{"contains_path":"a","in":1}}}'),
    noForm('contains_path, in', '@query', 'expr'),
  ],
  [
    json('{"@query":{"api_version":"4","lambda":"x","expr":{"contains_path":"a","in":1}}}'),
    stored('"x"', '{"contains_path":"a","in":1}'),
  ],
  ...[
    '{"api_version":"9","lambda":"x","expr":1}',
    '{"api_version":4,"lambda":"x","expr":1}',
    '{"lambda":"x"}',
    '{"lambda":"x","expr":{"var":"y"}}',
    '1',
  ].map(
    (content) => [json(`{"@query":${content}}`), invalidExpression('Invalid lambda.')] as const,
  ),
])

cases(
  'a lambda of version 2.12 to a client of 2.7',
  [[json(`{"@query":${body}}`), json(`{"@query":${body}}`)]],
  {
    version: '2.7',
  },
)

/** 200 lambdas, one within another. */
const nested = (depth: number): string =>
  Array.from({ length: depth }).reduce<string>(
    (inner) => `{"map":{"lambda":"x","expr":${inner}},"collection":[1]}`,
    '1',
  )
cases('lambdas nest 200 deep', [
  [json(nested(200)), json(`${'['.repeat(200)}1${']'.repeat(200)}`)],
  [
    json(nested(201)),
    failure(
      'stack overflow',
      'Call stack reached the maximum limit of 200.',
      Array.from({ length: 201 }, (_, i) => (i === 200 ? ['map'] : ['map', 'expr'])).flat(),
    ),
  ],
])

cases(
  'what is not allowed where only reads are',
  [
    [
      q.NewId(),
      failure('invalid expression', 'Call performs a write, which is not allowed in get requests.'),
    ],
    [
      [1, q.NewId()],
      failure(
        'invalid expression',
        'Call performs a write, which is not allowed in get requests.',
        [1],
      ),
    ],
    [q.If(true, 1, q.NewId()), 1],
    [q.Count(q.Match('all_spells')), 5],
  ],
  { limit: { effect: 'read', where: 'get requests' } },
)
