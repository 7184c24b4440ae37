import faunadb from 'faunadb'
import {
  cases,
  failure,
  invalidArgument,
  invalidExpression,
  json,
  together,
} from '../testing/cases.ts'

const { query: q } = faunadb

cases('Merge', [
  [q.Merge({ a: 1, b: 2 }, { b: 3, c: 4 }), { a: 1, b: 3, c: 4 }],
  [q.Merge({ a: 1 }, [{ b: 2 }, { a: 3 }]), { a: 3, b: 2 }],
  [q.Merge({ a: 1 }, []), { a: 1 }],
  [q.Merge({ a: { x: 1 } }, { a: { y: 2 } }), { a: { y: 2 } }],
  [q.Merge({ a: 1, b: 2 }, { a: null }), { b: 2 }],
  [q.Merge({ a: null }, { b: 1 }), { a: null, b: 1 }],
  [
    q.Merge(
      { a: 1, b: 2 },
      { b: 3, c: 4 },
      (key: unknown, left: unknown, right: unknown) => [key, left, right] as never,
    ),
    { a: 1, b: ['b', 2, 3], c: ['c', null, 4] },
  ],
  [
    q.Merge({ a: 1 }, { a: 2, b: 3 }, q.Lambda('all', q.Select(0, q.Var('all')))),
    { a: 'a', b: 'b' },
  ],
  [q.Merge({ a: 1 }, { a: 2 }, q.Lambda(['k', 'l', '_'], q.Var('l'))), { a: 1 }],
  [
    q.Merge({ a: 1 }, { a: 2 }, q.Lambda(['k', 'l'], 1)),
    invalidArgument('Lambda expects an array with 2 elements. Array contains 3.', ['lambda']),
  ],
  [
    q.Merge({ a: 1 }, { a: 2 }, q.Lambda('x', q.Abort('no'))),
    failure('transaction aborted', 'no', ['lambda', 'expr']),
  ],
  [
    json('{"merge":{"object":{}},"with":{"object":{}},"lambda":1}'),
    invalidExpression('Lambda expected, Integer provided.', ['lambda']),
  ],
  [
    q.Merge(1, [{ a: 1 }, 'x', [1]]),
    together(
      invalidArgument('Object expected, Integer provided.', ['merge']),
      invalidArgument('Object expected, String provided.', ['with', 1]),
      invalidArgument('Object expected, Array provided.', ['with', 2]),
    ),
  ],
  [q.Merge({}, 1), invalidArgument('Object expected, Integer provided.', ['with'])],
  [q.Select(['ts'], q.Merge(q.Get(q.Ref(q.Collection('spells'), 1)), { data: null })), 1_000_001],
  [
    q.Merge(q.Paginate(q.Match('all_spells')), {}),
    invalidArgument('Object expected, Page provided.', ['merge']),
  ],
])
