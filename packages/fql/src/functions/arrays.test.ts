import faunadb, { type ExprArg } from 'faunadb'
import { cases, failure, invalidArgument, json } from '../testing/cases.ts'

const { query: q } = faunadb

const ref = (id: number) =>
  `{"@ref":{"id":"${id}","collection":{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}}}}}}`
const powers = q.Match('spells_by_power')
/** 5, 10, 20 of 5 (spell 4), 10 (1), 20 (2), 20 (3), 30 (5). */
const page = q.Paginate(powers, { after: 5, size: 3 })
const pageAfter = `[20,${ref(3)}]`
const even = (x: ExprArg) => q.Equals(q.Modulo(x, 10), 0)

cases('Take', [
  [q.Take(2, [1, 2, 3]), [1, 2]],
  [q.Take(5, [1]), [1]],
  [q.Take(0, [1]), []],
  [q.Take(-1, [1]), []],
  [q.Take(1, page), json(`{"before":[5],"after":[10,${ref(1)}],"data":[5]}`)],
  [q.Take(3, page), json(`{"before":[5],"after":${pageAfter},"data":[5,10,20]}`)],
  [q.Take(0, page), json(`{"before":[5],"after":[5,${ref(4)}],"data":[]}`)],
  [q.Take(-1, page), json('{"before":[5],"after":[5],"data":[]}')],
  [q.Take(1, q.Filter(page, even)), json(`{"before":[5],"after":[20,${ref(2)}],"data":[10]}`)],
  [
    q.Take(1, q.Map(page, q.Lambda('_', 'x'))),
    json(`{"before":[5],"after":[10,${ref(1)}],"data":["x"]}`),
  ],
  // The number is read as 32 bits.
  [q.Take(4_294_967_297, [1, 2]), [1]],
  [q.Take('1', [1]), invalidArgument('Integer expected, String provided.', ['take'])],
  [q.Take(1, 'abc'), invalidArgument('Array or Page expected, String provided.', ['collection'])],
  [q.Take(1, powers), invalidArgument('Array or Page expected, Set provided.', ['collection'])],
  [
    q.Take(1, q.Databases()),
    invalidArgument('Array or Page expected, Collection Ref provided.', ['collection']),
  ],
])

cases('Drop', [
  [q.Drop(2, [1, 2, 3]), [3]],
  [q.Drop(5, [1]), []],
  [q.Drop(0, [1]), [1]],
  [q.Drop(-1, [1, 2]), [1, 2]],
  [q.Drop(2, page), json(`{"before":[20,${ref(2)}],"after":${pageAfter},"data":[20]}`)],
  [q.Drop(3, page), json(`{"before":${pageAfter},"after":${pageAfter},"data":[]}`)],
  [q.Drop(-1, page), json(`{"before":[5],"after":${pageAfter},"data":[5,10,20]}`)],
  [
    q.Drop(0, q.Filter(page, even)),
    json(`{"before":[10,${ref(1)}],"after":${pageAfter},"data":[10,20]}`),
  ],
  [q.Drop(1, powers), invalidArgument('Array or Page expected, Set provided.', ['collection'])],
])

cases('Prepend, Append', [
  [q.Prepend([1, 2], [3]), [1, 2, 3]],
  [q.Prepend(1, [3]), [1, 3]],
  [q.Prepend([], [3]), [3]],
  [q.Append([1, 2], [3]), [3, 1, 2]],
  [q.Append(1, []), [1]],
  [q.Append([[1]], [3]), [3, [1]]],
  [q.Append(1, page), invalidArgument('Array expected, Page provided.', ['collection'])],
  [q.Prepend(1, 'x'), invalidArgument('Array expected, String provided.', ['collection'])],
])

cases('IsEmpty, IsNonEmpty', [
  [q.IsEmpty([]), true],
  [q.IsEmpty([1]), false],
  [q.IsNonEmpty([]), false],
  [q.IsNonEmpty([1]), true],
  [q.IsEmpty(page), false],
  [q.IsEmpty(q.Filter(page, q.Lambda('_', false))), true],
  [q.IsEmpty(powers), false],
  [q.IsNonEmpty(q.Match('spells_by_element', 'fire')), true],
  [q.IsEmpty(q.Match('spells_by_element', 'love')), true],
  [
    q.IsEmpty(q.Match('forbidden')),
    failure('permission denied', 'Insufficient privileges to perform the action.', ['exists']),
  ],
  [q.IsEmpty({}), invalidArgument('Array, Set, or Page expected, Object provided.', ['is_empty'])],
  [
    q.IsNonEmpty(q.Collection('nope')),
    failure('invalid ref', "Ref refers to undefined collection 'nope'", ['is_nonempty']),
  ],
])
