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

/** The driver's types refuse a bare null here. */
const nothing = q.Select('x', { x: null })
const page = q.Paginate(q.Match(q.Index('spells_by_power')), { size: 2 })
const union = (name: string) => q.Union(q.Match(name), q.Match('all_spells'))

cases('Equals', [
  [q.Equals(1, 1), true],
  [q.Equals(1), true],
  [q.Equals([]), invalidArgument('Non-empty array expected.', ['equals'])],
  [q.Equals(1, 1, 2), false],
  // An array as the only argument is the list of operands.
  [q.Equals([1, 1]), true],
  [json('{"equals":[1,1.0]}'), true],
  [json('{"equals":[[1],[1.0]]}'), false],
  [json('{"equals":[0,-0.0]}'), false],
  [json('{"equals":[0.0,-0.0]}'), false],
  [json('{"equals":[[0.0],[-0.0]]}'), true],
  [json('{"equals":[9007199254740993,9007199254740992]}'), false],
  // The Integer is widened to a double, where both are the same.
  [json('{"equals":[9007199254740993,9007199254740992.0]}'), true],
  [q.Equals(q.ToDouble('NaN'), q.ToDouble('NaN')), true],
  [q.Equals([q.ToDouble('NaN')], [q.ToDouble('NaN')]), false],
  [q.Equals('é', 'e\u0301'), false],
  [q.Equals('1', 1), false],
  [q.Equals(null, null), true],
  [q.Equals(null, false), false],
  [q.Equals({ a: 1, b: null }, { b: null, a: 1 }), true],
  [q.Equals({ a: 1, b: null }, { a: 1 }), false],
  [q.Equals([1, [2]], [1, [2]]), true],
  [q.Equals([1, 2], [1]), false],
  [q.Equals(q.Time('2020-01-01T00:00:00Z'), q.Time('2020-01-01T01:00:00+01:00')), true],
  [q.Equals(q.Time('2020-01-01T00:00:00Z'), q.Time('2020-01-01T00:00:00.000000001Z')), false],
  [q.Equals(q.Date('2020-01-01'), q.Date('2020-01-01')), true],
  [q.Equals(q.Date('2020-01-01'), q.Time('2020-01-01T00:00:00Z')), false],
  [q.Equals(q.Collection('spells'), q.Collection('spells')), true],
  [q.Equals(q.Collection('spells'), q.Collection('pets')), false],
  [q.Equals(q.Collection('nope'), q.Collection('nope')), true],
  [q.Equals(q.Ref(q.Collection('spells'), 1), q.Ref(q.Collection('pets'), 1)), false],
  [q.Equals(q.Match('all_spells'), q.Match('all_spells')), true],
  [q.Equals(q.Match('spells_by_element', 'fire'), q.Match('spells_by_element', 'air')), false],
  [q.Equals(union('all_spells'), union('all_spells')), true],
  [q.Equals(union('all_spells'), union('spells_by_power')), false],
  [q.Equals(page, page), true],
  [q.Equals(page, q.Select('data', page)), false],
  [q.Equals(q.Get(q.Match('all_spells')), q.Get(q.Match('all_spells'))), true],
  [q.Equals(q.Get(q.Match('all_spells')), q.ToObject(q.Get(q.Match('all_spells')))), false],
  [
    q.Equals(
      q.Query((x) => q.Add(x, 1)),
      q.Query((x) => q.Add(x, 1)),
    ),
    true,
  ],
  [
    q.Equals(
      q.Query((x) => q.Add(x, 1)),
      q.Query((y) => q.Add(y, 1)),
    ),
    false,
  ],
  [json('{"equals":[{"@bytes":"AQI="},{"@bytes":"AQI"}]}'), true],
  [
    json('{"equals":[{"@uuid":"1-2-3-4-5"},{"@uuid":"00000001-0002-0003-0004-000000000005"}]}'),
    true,
  ],
])

cases('LT, LTE, GT, GTE', [
  [q.LT(1, 2), true],
  [q.LT(1), true],
  [q.LT(1, 2, 2), false],
  [q.LTE(1, 2, 2), true],
  [q.GT(3, 2, 1), true],
  [q.GT(3, 3), false],
  [q.GTE(3, 3, 1), true],
  [q.GTE(3, 4), false],
  [q.LT([]), invalidArgument('Non-empty array expected.', ['lt'])],
  [json('{"lt":[1,1.0]}'), false],
  [json('{"lte":[1,1.0]}'), true],
  [json('{"lt":[-0.0,0.0]}'), true],
  [json('{"lt":[9007199254740992,9007199254740993]}'), true],
  [q.LT('a', 'A', 'b', 'B'), true],
  [q.GT('Z', 'a'), true],
  [q.LT('e', 'é', 'f'), true],
  // One type after another.
  [
    q.LT(
      1,
      q.Bytes('AQ=='),
      'a',
      q.Append([], [1]),
      { a: 1 },
      q.Ref(q.Collection('spells'), 1),
      q.Now(),
      q.Date('2020-01-01'),
      q.Query((x) => x),
      false,
      true,
      nothing,
    ),
    true,
  ],
  [q.LT([1, 2], [1, 2, 0]), true],
  [q.LT({ a: 1 }, { a: 1, b: 0 }, { b: 0 }), true],
  [q.LT(q.Ref(q.Collection('spells'), 2), q.Ref(q.Collection('spells'), 10)), true],
  [
    q.LT(
      q.Query((x) => q.Add(x, 1)),
      q.Query((x) => q.Add(x, 2)),
    ),
    true,
  ],
  [q.LTE(page, page), true],
  [q.LTE(q.Match('all_spells'), q.Match('all_spells')), true],
  [
    q.LT(q.Collection('nope'), 1, q.Index('none')),
    together(
      failure('invalid ref', "Ref refers to undefined collection 'nope'", ['lt']),
      failure('invalid ref', "Ref refers to undefined index 'none'", ['lt']),
    ),
  ],
  [
    q.GTE(1, [q.Collection('nope')]),
    failure('invalid ref', "Ref refers to undefined collection 'nope'", ['gte']),
  ],
])

cases('Not', [
  [q.Not(true), false],
  [q.Not(false), true],
  [q.Not(1), invalidArgument('Boolean expected, Integer provided.', ['not'])],
])

cases('And, Or', [
  [q.And(true, true), true],
  [q.And(true, false, q.Abort('late')), false],
  [q.Or(false, true, q.Abort('late')), true],
  [q.Or(false, false), false],
  [q.And(true), true],
  [q.And(true, 1), invalidArgument('Boolean expected, Integer provided.', ['and', 1])],
  [
    q.Let({ xs: [true, false] }, q.And(q.Var('xs'))),
    invalidArgument('Boolean expected, Array provided.', ['in', 'and', 0]),
  ],
  [json('{"or":[]}'), invalidExpression('Expression list cannot be empty.', ['or'])],
])
