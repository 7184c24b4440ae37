import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonError, nestingMax, parseJson } from './json.ts'
import { render } from './render.ts'
import { Double } from './values/numbers.ts'
import { ObjectValue } from './values/object.ts'

const printed = (text: string) =>
  render(parseJson(text), { describe: () => undefined, version: '4' })

test('a number with a fraction or an exponent is a Double, any other an Integer', () => {
  expect(parseJson('1')).toBe(1)
  expect(parseJson('-0')).toBe(0)
  expect(parseJson('9007199254740993')).toBe(9007199254740993n)
  expect(parseJson('-9223372036854775808')).toBe(-(2n ** 63n))
  expect(parseJson('1.0')).toEqual(new Double(1))
  expect(parseJson('1e2')).toEqual(new Double(100))
  expect(parseJson('-0.0')).toEqual(new Double(-0))
  expect(parseJson('1e400')).toEqual(new Double(Number.POSITIVE_INFINITY))
})

test('the first of two fields with one name counts, and the order is kept', () => {
  expect(printed('{"b":1,"a":2,"b":3,"1":4}')).toBe('{"b":1,"a":2,"1":4}')
  const many = Array.from({ length: 40 }, (_, i) => `"k${i}":${i}`).join()
  expect(printed(`{${many},"k7":100,"k39":100}`)).toBe(`{${many}}`)
})

test('a field named __proto__ is a field', () => {
  const value = parseJson('{"__proto__":{"a":1}}')
  expect(value instanceof ObjectValue && value.keys).toEqual(['__proto__'])
})

test.each([
  '',
  ' ',
  '{',
  '[1,]',
  '{"a":1,}',
  '{a:1}',
  "'a'",
  '01',
  '1.',
  '.5',
  '+1',
  '-',
  '1e',
  'nul',
  'true false',
  '"a',
  '"\\x"',
  '"\\u12"',
  '"\u0001"',
  '"\n"',
  '9223372036854775808',
  '-9223372036854775809',
  '[1 2]',
  '{"a" 1}',
  '\ufeff1',
  `1${'0'.repeat(1000)}`,
])('%j is not JSON', (text) => {
  expect(() => parseJson(text)).toThrow(new JsonError('Request body is not valid JSON.'))
})

test('nesting is limited', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  expect(() => parseJson(nested(nestingMax))).not.toThrow()
  expect(() => parseJson(nested(nestingMax + 1))).toThrow(
    new JsonError('Request body JSON exceeds nesting limit.'),
  )
  expect(() => parseJson('{"a":'.repeat(2_000_000))).toThrow(
    new JsonError('Request body JSON exceeds nesting limit.'),
  )
})

test('what JSON.stringify writes is read back, and rendered the same', () => {
  const json = fc
    .jsonValue({ stringUnit: 'binary' })
    .filter((value) => !/[.eE@]|\d{19}/.test(JSON.stringify(value)))
  fc.assert(
    fc.property(json, fc.constantFrom('', ' ', '\n\t '), (value, space) => {
      const text = JSON.stringify(value, null, space)
      expect(JSON.parse(printed(text))).toEqual(JSON.parse(text))
    }),
  )
})
