import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  BytesValue,
  compareValues,
  DateValue,
  Double,
  integer,
  ObjectValue,
  orderKey,
  Ref,
  Time,
  Uuid,
  type Value,
} from '../index.ts'

const key = (values: readonly Value[], reversed?: readonly boolean[]) =>
  Buffer.from(orderKey(values, reversed))

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(integer)
/** Integers that a double holds exactly, so that the two types compare without rounding. */
const exactInteger = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 }))
const double = fc
  .oneof(fc.double(), fc.integer({ min: -3, max: 3 }), fc.constant(-0))
  .map((value) => new Double(value))
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'B', '1', ' ', '-', 'é', '\0') })
const ref = fc
  .tuple(fc.nat(3), fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.constant(2n ** 62n)))
  .map(([collection, id]) => new Ref(0n, 1024 + collection, id))
const time = fc
  .tuple(fc.integer({ min: -10, max: 10 }), fc.nat(3))
  .map(([seconds, nanos]) => new Time(seconds, nanos))
const scalar: fc.Arbitrary<Value> = fc.oneof(
  exactInteger,
  double,
  fc.uint8Array({ maxLength: 3 }).map((bytes) => new BytesValue(bytes)),
  text,
  ref,
  time,
  fc.integer({ min: -5, max: 5 }).map((day) => new DateValue(day)),
  fc.uuid().map((value) => new Uuid(value)),
  fc.boolean(),
  fc.constant(null),
)
const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 })
      .map((fields) => ObjectValue.of(Object.entries(fields))),
  ),
})).value

// The order as the specification tells it, value by value.

const ranks = [
  'number',
  'bytes',
  'string',
  'array',
  'object',
  'ref',
  'time',
  'date',
  'uuid',
  'boolean',
  'null',
]

function rankOf(of: Value): number {
  if (of === null) return ranks.indexOf('null')
  if (typeof of === 'number' || of instanceof Double) return ranks.indexOf('number')
  if (typeof of !== 'object') return ranks.indexOf(typeof of)
  return ranks.indexOf('kind' in of ? of.kind : 'array')
}

const collator = new Intl.Collator('en-US')

function compareText(a: string, b: string): number {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  const common = Math.min(x.length, y.length)
  if (x.subarray(0, common).equals(y.subarray(0, common))) return x.length - y.length
  return collator.compare(a, b) || Buffer.compare(x, y)
}

/** As java.lang.Double.compare. */
function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  const place = (x: number) => (Number.isNaN(x) ? 2 : Object.is(x, -0) ? 0 : 1)
  return place(a) - place(b)
}

function compareLists(a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i] as Value, b[i] as Value)
    if (order !== 0) return order
  }
  return a.length - b.length
}

const fieldsOf = (object: ObjectValue): Value[] =>
  [...object.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flat()

function compare(a: Value, b: Value): number {
  const byType = rankOf(a) - rankOf(b)
  if (byType !== 0) return byType
  const number = (of: Value) => (of instanceof Double ? of.value : Number(of))
  if (rankOf(a) === 0) return compareDoubles(number(a), number(b))
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b)
  if (a instanceof ObjectValue && b instanceof ObjectValue) {
    return compareLists(fieldsOf(a), fieldsOf(b))
  }
  if (a instanceof BytesValue && b instanceof BytesValue) return Buffer.compare(a.bytes, b.bytes)
  if (a instanceof Ref && b instanceof Ref) {
    const [x, y] = [BigInt.asUintN(64, a.id), BigInt.asUintN(64, b.id)]
    return x === y ? a.collection - b.collection : x < y ? -1 : 1
  }
  if (a instanceof Time && b instanceof Time) return a.seconds - b.seconds || a.nanos - b.nanos
  if (a instanceof DateValue && b instanceof DateValue) return a.epochDay - b.epochDay
  if (a instanceof Uuid && b instanceof Uuid) return a.text < b.text ? -1 : a.text > b.text ? 1 : 0
  return Number(a) - Number(b)
}

test('the keys of values sort as the values do', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      const expected = Math.sign(compare(a, b))
      expect(Math.sign(Buffer.compare(key([a]), key([b])))).toBe(expected)
      expect(Math.sign(compareValues(a, b))).toBe(expected)
    }),
    { numRuns: 2000 },
  )
})

test('integers of 64 bits sort exactly', () => {
  fc.assert(
    fc.property(int64, int64, (a, b) => {
      expect(Math.sign(compareValues(a, b))).toBe(a < b ? -1 : a > b ? 1 : 0)
    }),
  )
  expect(compareValues(2n ** 53n, 2n ** 53n + 1n)).toBeLessThan(0)
  expect(compareValues(2n ** 63n - 1n, 2n ** 63n - 2n)).toBeGreaterThan(0)
})

test('the keys of tuples sort by their first difference, descending where it says so', () => {
  const tuples = fc
    .array(fc.tuple(value, value, fc.boolean()), { minLength: 1, maxLength: 3 })
    .map((columns) => ({
      a: columns.map(([one]) => one),
      b: columns.map(([, other]) => other),
      reversed: columns.map(([, , flag]) => flag),
    }))
  fc.assert(
    fc.property(tuples, ({ a, b, reversed }) => {
      const orders = a.map((one, i) => compare(one, b[i] as Value) * (reversed[i] ? -1 : 1))
      const expected = Math.sign(orders.find((order) => order !== 0) ?? 0)
      expect(Math.sign(Buffer.compare(key(a, reversed), key(b, reversed)))).toBe(expected)
    }),
    { numRuns: 1000 },
  )
})

test('every key of a longer tuple lies between its prefix and the prefix with FF after it', () => {
  fc.assert(
    fc.property(value, value, fc.boolean(), fc.boolean(), (first, second, a, b) => {
      const prefix = key([first], [a])
      const longer = key([first, second], [a, b])
      expect(Buffer.compare(longer, prefix)).toBeGreaterThan(0)
      expect(Buffer.compare(longer, Buffer.concat([prefix, Buffer.from([0xff])]))).toBeLessThan(0)
    }),
  )
})
