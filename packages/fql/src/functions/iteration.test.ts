import faunadb, { type ExprArg } from 'faunadb'
import { cases, invalidArgument, json, together } from '../testing/cases.ts'

const { query: q } = faunadb

const page = q.Paginate(q.Match('spells_by_power'), { after: 5, size: 2 })
const after =
  '[20,{"@ref":{"id":"2","collection":{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}}}}}}]'
const ofPage = (data: string) => json(`{"before":[5],"after":${after},"data":${data}}`)
const doubled = (x: ExprArg) => q.Multiply(x, 2)
const isTen = (x: ExprArg) => q.Equals(x, 10)
const setRefused = invalidArgument('Array or Page expected, Set provided.', ['collection'])
const notIterable = invalidArgument('Array, Set, or Page expected, Integer provided.', [
  'collection',
])

cases('Map', [
  [q.Map([1, 2], doubled), [2, 4]],
  [q.Map([], doubled), []],
  [q.Map(page, doubled), ofPage('[10,20]')],
  [q.Map(q.Match('all_spells'), doubled), setRefused],
  [q.Map(q.Collections(), doubled), setRefused],
  [q.Map(1, doubled), notIterable],
  [
    q.Map([1, 'a', 'b'], doubled),
    invalidArgument('Number expected, String provided.', ['map', 'expr', 'multiply', 0]),
  ],
])

cases('Foreach', [
  [q.Foreach([1, 2], doubled), [1, 2]],
  [q.Foreach(page, doubled), ofPage('[5,10]')],
  [q.Foreach(q.Match('all_spells'), doubled), setRefused],
  [q.Foreach(1, doubled), notIterable],
  [
    q.Foreach(['a'], doubled),
    invalidArgument('Number expected, String provided.', ['foreach', 'expr', 'multiply', 0]),
  ],
])

cases('Filter of arrays and pages', [
  [q.Filter([5, 10], isTen), [10]],
  [q.Filter(page, isTen), ofPage('[10]')],
  [q.Filter(1, isTen), notIterable],
  [
    q.Filter([1, true, 'x'], (x: ExprArg) => x as never),
    together(
      invalidArgument('Boolean expected, Integer provided.', [0]),
      invalidArgument('Boolean expected, String provided.', [2]),
    ),
  ],
])
