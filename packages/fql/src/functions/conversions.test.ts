import fc from 'fast-check'
import faunadb from 'faunadb'
import { expect, test } from 'vitest'
import { cases, failure, invalidArgument, json, together } from '../testing/cases.ts'
import { run } from '../testing/run.ts'

const { query: q } = faunadb

const cannot = (from: string, to: string, ...position: string[]) =>
  invalidArgument(`Cannot cast ${from} to ${to}.`, position)
const spell = q.Ref(q.Collection('spells'), 1)
const page = q.Paginate(q.Match('all_spells'))

cases('ToString', [
  [q.ToString(1), '1'],
  [json('{"to_string":9223372036854775807}'), '9223372036854775807'],
  [json('{"to_string":1.0}'), '1.0'],
  [json('{"to_string":1e7}'), '1.0E7'],
  [q.ToString(true), 'true'],
  [json('{"to_string":null}'), 'null'],
  [q.ToString('x'), 'x'],
  [q.ToString(q.Now()), '2020-01-02T03:04:05.678901Z'],
  [q.ToString(q.Date('2020-01-02')), '2020-01-02'],
  [json('{"to_string":{"@uuid":"1-2-3-4-5"}}'), '00000001-0002-0003-0004-000000000005'],
  [q.ToString([]), cannot('Array', 'String')],
  [q.ToString(spell), cannot('Ref', 'String')],
  [q.ToString(q.Bytes('AQ==')), cannot('Bytes', 'String')],
])

cases('ToNumber', [
  [q.ToNumber(1), 1],
  [q.ToNumber(1.5), 1.5],
  [q.ToNumber('12abc'), 12],
  [q.ToNumber(' 12 '), 12],
  [q.ToNumber('1,234'), 1234],
  [q.ToNumber('3.0'), 3],
  [q.ToNumber('3.5'), 3.5],
  [q.ToNumber('1E5'), 100_000],
  [q.ToNumber('1e5'), 1],
  [q.ToNumber('15E-1'), 1.5],
  [q.ToNumber('1E+5'), 1],
  [q.ToNumber('.5'), 0.5],
  [q.ToNumber('1.'), 1],
  [q.ToNumber('1.2.3'), 1.2],
  [q.ToNumber('007'), 7],
  [q.ToNumber('-0'), json('-0.0')],
  [q.ToNumber('0'), 0],
  [q.ToNumber('9223372036854775807'), json('9223372036854775807')],
  [q.ToNumber('9223372036854775808'), json('9.223372036854776E18')],
  [q.ToNumber('-9223372036854775808'), json('-9223372036854775808')],
  [q.ToNumber('1E400'), json('"Infinity"')],
  [q.ToNumber('NaN'), json('"NaN"')],
  [q.ToNumber('-∞'), json('"-Infinity"')],
  ...['+5', '', 'abc', 'Infinity', '-', '.', 'E5'].map(
    (text) => [q.ToNumber(text), cannot('String', 'Number')] as const,
  ),
  [q.ToNumber(true), cannot('Boolean', 'Number')],
])

cases('ToDouble, ToInteger', [
  [q.ToDouble(1), json('1.0')],
  [q.ToDouble('1.5'), 1.5],
  [q.ToDouble('x'), cannot('String', 'Double', 'to_double')],
  [q.ToDouble(true), cannot('Boolean', 'Double', 'to_double')],
  [q.ToInteger(1.9), 1],
  [q.ToInteger(-1.9), -1],
  [q.ToInteger('2.9'), 2],
  [q.ToInteger(5), 5],
  [json('{"to_integer":1e300}'), json('9223372036854775807')],
  [json('{"to_integer":-1e300}'), json('-9223372036854775808')],
  [q.ToInteger(q.ToDouble('NaN')), 0],
  [q.ToInteger('x'), cannot('String', 'Integer', 'to_integer')],
  [q.ToInteger([]), cannot('Array', 'Integer', 'to_integer')],
])

cases('ToTime, ToDate', [
  [q.ToTime(1500), json('{"@ts":"1970-01-01T00:00:01.500Z"}')],
  [q.ToTime(q.Date('2020-01-02')), json('{"@ts":"2020-01-02T00:00:00Z"}')],
  [q.ToTime(q.Now()), json('{"@ts":"2020-01-02T03:04:05.678901Z"}')],
  [q.ToTime('now'), json('{"@ts":"2020-01-02T03:04:05.678901Z"}')],
  [q.ToTime('2020-01-02T00:00:00Z'), json('{"@ts":"2020-01-02T00:00:00Z"}')],
  [q.ToTime('x'), invalidArgument("Cannot cast 'x' to a time.")],
  [q.ToTime(true), cannot('Boolean', 'Time')],
  [q.ToDate(q.Time('1969-12-31T23:59:59Z')), json('{"@date":"1969-12-31"}')],
  [q.ToDate(q.Date('2020-01-02')), json('{"@date":"2020-01-02"}')],
  [q.ToDate('2020-01-02'), json('{"@date":"2020-01-02"}')],
  [q.ToDate('x'), invalidArgument("Cannot cast 'x' to a date.")],
  [q.ToDate(1), cannot('Integer', 'Date')],
])

cases('ToObject', [
  [
    q.ToObject([
      ['a', 1],
      ['b', [2]],
    ]),
    { a: 1, b: [2] },
  ],
  [q.ToObject([]), {}],
  [json('{"to_object":[["a",1],["a",2]]}'), json('{"a":1,"a":2}')],
  [
    q.Select(
      'a',
      q.ToObject([
        ['a', 1],
        ['a', 2],
      ]),
    ),
    1,
  ],
  [q.ToObject({ a: 1 }), { a: 1 }],
  [q.Select('ts', q.ToObject(q.Get(spell))), 1_000_001],
  [
    q.ToObject([['a', 1], 'x', ['b'], [1, 2]]),
    together(
      invalidArgument('Field/Value expected, String provided.', ['to_object', 1]),
      invalidArgument('Field/Value expected, Array provided.', ['to_object', 2]),
      invalidArgument('Field/Value expected, Array provided.', ['to_object', 3]),
    ),
  ],
  [q.ToObject(1), cannot('Integer', 'Object', 'to_object')],
  [q.ToObject(page), cannot('Page', 'Object', 'to_object')],
])

cases('ToArray', [
  [
    q.ToArray({ b: 1, a: 2 }),
    [
      ['b', 1],
      ['a', 2],
    ],
  ],
  [q.ToArray([1]), [1]],
  [q.Select([1, 0], q.ToArray(q.Get(spell))), 'ts'],
  [q.ToArray('x'), cannot('String', 'Array', 'to_array')],
  [q.ToArray(page), cannot('Page', 'Array', 'to_array')],
  [q.ToArray(q.Collection('nope')), cannot('Collection Ref', 'Array', 'to_array')],
])

test('a number survives its text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      expect(run(json(`{"to_integer":{"to_string":${value}}}`))).toBe(String(value))
    }),
  )
})

test('a time survives its text', () => {
  const nanos = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  fc.assert(
    fc.property(nanos, (value) => {
      const time = `{"epoch":${value},"unit":"nanoseconds"}`
      const back = run(
        json(
          `{"time_diff":{"epoch":0,"unit":"day"},"other":{"time":{"to_string":${time}}},"unit":"nanosecond"}`,
        ),
      )
      expect(back).toBe(String(value))
    }),
  )
})

test('a date survives its text', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
      const date = `{"time_add":{"date":"1970-01-01"},"offset":${days},"unit":"days"}`
      const back = run(
        json(
          `{"time_diff":{"date":"1970-01-01"},"other":{"date":{"to_string":${date}}},"unit":"days"}`,
        ),
      )
      expect(back).toBe(String(days))
    }),
  )
})

test('days agree with the calendar of JavaScript', () => {
  const millis = fc.integer({ min: -8_640_000_000_000, max: 8_640_000_000_000 })
  fc.assert(
    fc.property(millis, (value) => {
      const iso = new Date(value).toISOString()
      const shown = iso.replace(/^-00/, '-').replace('.000Z', 'Z')
      expect(run(json(`{"to_time":${value}}`))).toBe(`{"@ts":"${shown}"}`)
    }),
  )
})

cases('an unresolved ref converts to nothing', [
  [q.ToString(q.Collection('nope')), cannot('Collection Ref', 'String')],
  [q.Equals(q.ToArray({ a: q.Collection('nope') }), q.ToArray({ a: q.Collection('nope') })), true],
  [q.ToNumber(q.Abort('first')), failure('transaction aborted', 'first', ['to_number'])],
])
