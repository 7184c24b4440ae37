import fc from 'fast-check'
import faunadb from 'faunadb'
import { expect, test } from 'vitest'
import { formatDouble } from './render.ts'
import { cases, json } from './testing/cases.ts'

const { query: q } = faunadb

test.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [100, '100.0'],
  [0.1, '0.1'],
  [0.001, '0.001'],
  [0.0009, '9.0E-4'],
  [0.00012345, '1.2345E-4'],
  [9_999_999, '9999999.0'],
  [1e7, '1.0E7'],
  [12_345_678.9, '1.23456789E7'],
  [1e21, '1.0E21'],
  [-1e-300, '-1.0E-300'],
  [Number.MAX_VALUE, '1.7976931348623157E308'],
  [Number.MIN_VALUE, '5.0E-324'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
])('%d prints as %s', (value, text) => {
  expect(formatDouble(value)).toBe(text)
})

test('a printed double reads back as itself', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(formatDouble(value))).toBe(value)
    }),
  )
})

cases('strings', [
  ['"\\/\b\f\n\r\t\u0001é😀', json('"\\"\\\\/\\b\\f\\n\\r\\t\\u0001é😀"')],
  [json('"\\ud800x\\udc00"'), '?x?'],
])

cases('objects with keys like escapes', [
  [json('{"object":{"a":{"object":{"@x":1}}}}'), json('{"a":{"@obj":{"@x":1}}}')],
  [json('{"object":{"a":null}}'), { a: null }],
])

const missing = json(
  '{"ref":{"@ref":{"id":"gone","collection":{"@ref":{"id":"collections"}}}},"id":1}',
)
cases('refs of what does not exist render as they were written', [
  [
    missing,
    json(
      '{"@ref":{"id":"1","collection":{"@ref":{"id":"gone","collection":{"@ref":{"id":"collections"}}}}}}',
    ),
  ],
  [q.Role('r'), json('{"@ref":{"id":"r","collection":{"@ref":{"id":"roles"}}}}')],
  [
    q.Index('i', q.Database('child')),
    json(
      '{"@ref":{"id":"i","collection":{"@ref":{"id":"indexes"}},"database":{"@ref":{"id":"child","collection":{"@ref":{"id":"databases"}}}}}}',
    ),
  ],
])

const spells = '{"@ref":{"id":"spells","class":{"@ref":{"id":"classes"}}}}'
cases(
  'refs before version 2.7',
  [
    [q.Collection('spells'), json(spells)],
    [q.Collections(), json('{"@ref":{"id":"classes"}}')],
    [q.Ref(q.Collection('spells'), 1), json(`{"@ref":{"id":"1","class":${spells}}}`)],
    [q.Collection('gone'), json('{"@ref":{"id":"gone","class":{"@ref":{"id":"classes"}}}}')],
  ],
  { version: '2.1' },
)
