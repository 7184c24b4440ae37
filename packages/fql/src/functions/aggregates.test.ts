import faunadb, { type ExprArg } from 'faunadb'
import { cases, failure, invalidArgument, json } from '../testing/cases.ts'

const { query: q } = faunadb

const powers = q.Match('spells_by_power')
const page = q.Paginate(powers, { after: 10, size: 2 })
const after =
  '[20,{"@ref":{"id":"3","collection":{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}}}}}}]'
const ofPage = (value: string) => json(`{"before":[10],"after":${after},"data":[${value}]}`)
const empty = (key: string) => invalidArgument('Non-empty array expected.', [key])
const notANumber = (key: string) => invalidArgument('Number expected, String provided.', [key])
const denied = (key: string) =>
  failure('permission denied', 'Insufficient privileges to perform the action.', [key])
const notIterable = (key: string) =>
  invalidArgument('Array, Set, or Page expected, Integer provided.', [key])

cases('Count', [
  [q.Count([1, null, 'x']), 3],
  [q.Count([]), 0],
  [q.Count(page), ofPage('2')],
  [q.Count(powers), 5],
  [q.Count(q.Documents(q.Collection('spells'))), 5],
  [q.Count(q.Collections()), 2],
  [q.Count(q.Match('forbidden')), denied('count')],
  [q.Count(1), notIterable('count')],
])

cases('Sum, Mean', [
  [q.Sum([1, 2, 3]), 6],
  [q.Sum([1, 0.5]), 1.5],
  [q.Sum([]), 0],
  [json('{"sum":[9223372036854775807,1]}'), json('-9223372036854775808')],
  [q.Sum(page), ofPage('30')],
  [q.Sum(powers), 85],
  [q.Sum([1, 'a']), notANumber('sum')],
  [q.Sum(q.Match('forbidden')), denied('sum')],
  [q.Sum(1), notIterable('sum')],
  [q.Mean([1, 2]), 1.5],
  [q.Mean([2]), json('2.0')],
  [q.Mean(page), ofPage('15.0')],
  [q.Mean(powers), json('17.0')],
  [q.Mean([]), empty('mean')],
  [q.Mean(['a']), notANumber('mean')],
  [q.Mean(1), notIterable('mean')],
])

cases('Any, All', [
  [q.Any([false, true]), true],
  [q.Any([false]), false],
  [q.Any([]), false],
  [q.All([true, true]), true],
  [q.All([true, false]), false],
  [q.All([]), true],
  [q.Any(q.Map(page, q.Lambda('_', true))), ofPage('true')],
  [q.All(q.Map(page, q.Lambda('_', false))), ofPage('false')],
  // No short circuit.
  [q.Any([true, 1]), invalidArgument('Boolean expected, Integer provided.', ['any'])],
  [q.All([false, 1]), invalidArgument('Boolean expected, Integer provided.', ['all'])],
  [q.Any(1), notIterable('any')],
  [q.All(q.Match('forbidden')), denied('all')],
])

cases('Max, Min', [
  [q.Max(1, 3, 2), 3],
  [q.Max([1, 3, 2]), 3],
  [q.Min(1, 3, 2), 1],
  [q.Max([[1, 2]]), 2],
  [q.Max([[[1, 2]]]), 2],
  // Among equals, the last.
  [json('{"max":[1,1.0]}'), json('1.0')],
  [json('{"min":[1.0,1]}'), 1],
  [q.Max([1, 'a', null]), null],
  [q.Max(page), ofPage('20')],
  [q.Min([powers]), 5],
  [q.Max(powers), 30],
  [q.Max([]), empty('max')],
  [q.Min([]), empty('min')],
  [q.Max(1), notIterable('max')],
  [q.Min(1), notIterable('min')],
  [
    q.Max([1, q.Collection('nope')]),
    failure('invalid ref', "Ref refers to undefined collection 'nope'", ['max']),
  ],
  [q.Min(q.Match('forbidden')), denied('min')],
])

cases('Reduce', [
  [q.Reduce((acc: ExprArg, x: ExprArg) => q.Add(acc, x), 10, [1, 2]), 13],
  [q.Reduce((acc: ExprArg, x: ExprArg) => q.Append(x, acc), [], ['a', 'b']), ['a', 'b']],
  [q.Reduce((acc: ExprArg, x: ExprArg) => q.Add(acc, x), 'start', []), 'start'],
  [q.Reduce((acc: ExprArg, x: ExprArg) => q.Add(acc, x), 0, page), ofPage('30')],
  [q.Reduce((acc: ExprArg, x: ExprArg) => q.Add(acc, x), 0, powers), 85],
  [
    q.Reduce((acc: ExprArg, x: ExprArg) => q.Add(acc, x), 0, [1, 'a', 'b']),
    invalidArgument('Number expected, String provided.', ['reduce', 'expr', 'add', 1]),
  ],
  [
    q.Reduce(q.Lambda(['a', 'b', 'c'], 1), 0, [1]),
    invalidArgument('Lambda expects an array with 3 elements. Array contains 2.', [
      'reduce',
      'lambda',
    ]),
  ],
  [q.Reduce(q.Lambda('x', 1), 0, 1), notIterable('collection')],
  [q.Reduce(q.Lambda('x', 1), 0, q.Match('forbidden')), denied('reduce')],
])

cases(
  'aggregates read, even an array',
  [
    ...['count', 'sum', 'mean', 'any', 'all', 'max', 'min'].map(
      (name) =>
        [
          json(`{"${name}":[1]}`),
          failure('invalid expression', 'Call performs a read, which is not allowed in bindings.'),
        ] as const,
    ),
  ],
  { limit: { effect: 'pure', where: 'bindings' } },
)
