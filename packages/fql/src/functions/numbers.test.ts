import fc from 'fast-check'
import faunadb from 'faunadb'
import { expect, test } from 'vitest'
import { cases, invalidArgument, json } from '../testing/cases.ts'
import { run } from '../testing/run.ts'

const { query: q } = faunadb

const notANumber = (key: string, index?: number) =>
  invalidArgument('Number expected, String provided.', index === undefined ? [key] : [key, index])
const byZero = invalidArgument('Illegal division by zero.')

cases('Add, Subtract, Multiply', [
  [q.Add(1, 2, 3), 6],
  [q.Add(1), 1],
  [q.Add([1, 2]), 3],
  [q.Add([]), invalidArgument('Non-empty array expected.', ['add'])],
  [q.Add(1, 0.5), 1.5],
  [json('{"add":[1,2.0]}'), json('3.0')],
  [q.Add(1, 'a'), notANumber('add', 1)],
  [json('{"add":"a"}'), notANumber('add')],
  [json('{"add":[9223372036854775807,1]}'), json('-9223372036854775808')],
  [json('{"add":[9007199254740991,2]}'), json('9007199254740993')],
  [q.Subtract(10, 2, 3), 5],
  [q.Subtract(1), 1],
  [json('{"subtract":[-9223372036854775808,1]}'), json('9223372036854775807')],
  [q.Subtract(1, 'a'), notANumber('subtract', 1)],
  [q.Multiply(2, 3, 4), 24],
  [q.Multiply(0, -5), 0],
  [json('{"multiply":[3037000500,3037000500]}'), json('-9223372036709301616')],
  [json('{"multiply":[4611686018427387904,2]}'), json('-9223372036854775808')],
  [json('{"multiply":[0.0,-5]}'), json('-0.0')],
  [q.Multiply(1, 'a'), notANumber('multiply', 1)],
])

cases('Divide, Modulo', [
  [q.Divide(7, 2), 3],
  [q.Divide(-7, 2), -3],
  [q.Divide(-1, 2), 0],
  [q.Divide(100, 2, 5), 10],
  [json('{"divide":[7,2.0]}'), 3.5],
  [q.Divide(5), 5],
  [q.Divide(1, 0), byZero],
  [json('{"divide":[1.0,0.0]}'), byZero],
  [json('{"divide":[1.0,-0.0]}'), byZero],
  [json('{"divide":[-9223372036854775808,-1]}'), json('-9223372036854775808')],
  [q.Divide(1, 'a'), notANumber('divide', 1)],
  [q.Modulo(7, 3), 1],
  [q.Modulo(-7, 3), -1],
  [q.Modulo(7, -3), 1],
  [q.Modulo(-6, 3), 0],
  [json('{"modulo":[7.5,2]}'), 1.5],
  [q.Modulo(1, 0), byZero],
  [q.Modulo(1, 'a'), notANumber('modulo', 1)],
])

test('integers are exact and wrap at 64 bits, whatever their size', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  const mixed = fc.oneof(int64, fc.bigInt({ min: -10n, max: 10n }))
  const operations = {
    add: (a: bigint, b: bigint) => a + b,
    subtract: (a: bigint, b: bigint) => a - b,
    multiply: (a: bigint, b: bigint) => a * b,
    divide: (a: bigint, b: bigint) => a / b,
    modulo: (a: bigint, b: bigint) => a % b,
    bitand: (a: bigint, b: bigint) => a & b,
    bitor: (a: bigint, b: bigint) => a | b,
    bitxor: (a: bigint, b: bigint) => a ^ b,
  }
  fc.assert(
    fc.property(
      mixed,
      mixed,
      fc.constantFrom(...Object.entries(operations)),
      (a, b, [name, of]) => {
        fc.pre(b !== 0n)
        expect(run(json(`{"${name}":[${a},${b}]}`))).toBe(String(BigInt.asIntN(64, of(a, b))))
      },
    ),
  )
})

cases('BitAnd, BitOr, BitXor, BitNot', [
  [q.BitAnd(7, 3), 3],
  [q.BitOr(4, 1), 5],
  [q.BitXor(7, 2), 5],
  [json('{"bitand":[7.9,3]}'), json('3.0')],
  [q.BitNot(0), -1],
  [q.BitNot(2.5), -3],
  [q.BitAnd('a', 1), notANumber('bitand', 0)],
  [q.BitOr('a', 1), notANumber('bitor', 0)],
  [q.BitXor('a', 1), notANumber('bitxor', 0)],
  [q.BitNot('a'), notANumber('bitnot')],
])

cases('Abs, Ceil, Floor, Sign', [
  [q.Abs(-5), 5],
  [json('{"abs":-5.5}'), 5.5],
  [json('{"abs":-9223372036854775808}'), json('-9223372036854775808')],
  [q.Abs('a'), notANumber('abs')],
  [q.Ceil(2), 2],
  [q.Ceil(2.1), json('3.0')],
  [q.Ceil(-0.5), json('-0.0')],
  [q.Ceil('a'), notANumber('ceil')],
  [q.Floor(2), 2],
  [q.Floor(-2.1), json('-3.0')],
  [q.Floor('a'), notANumber('floor')],
  [q.Sign(-3), -1],
  [q.Sign(0), 0],
  [q.Sign(3), 1],
  [json('{"sign":0.0}'), 1],
  [json('{"sign":-0.5}'), -1],
  [q.Sign(q.ToDouble('NaN')), 1],
  [q.Sign('a'), notANumber('sign')],
])

cases('Round, Trunc', [
  [q.Round(1.666666), 1.67],
  [q.Round(1.559, 1), json('1.6')],
  [json('{"round":-1.559,"precision":2}'), json('-1.55')],
  [json('{"round":-555.666,"precision":0}'), json('-555.0')],
  [json('{"round":555.666,"precision":-2}'), json('600.0')],
  [q.Round(555), 555],
  [q.Round(555, -2), 600],
  [q.Round(555, 0), 555],
  [json('{"round":1e300}'), json('9.315605757223324E18')],
  [q.Round('a'), notANumber('round')],
  [q.Round(1.5, 'a'), invalidArgument('Integer expected, String provided.', ['precision'])],
  [q.Trunc(1.666666), 1.6600000000000001],
  [q.Trunc(1234.5678, 1), 1234.5],
  [q.Trunc(1234.5678, -2), json('1200.0')],
  [q.Trunc(1234, -2), 1200],
  [q.Trunc(-1.999, 0), json('-1.0')],
  [q.Trunc('a'), notANumber('trunc')],
])

cases('Sqrt, Ln, Log, Acos, Asin', [
  [q.Sqrt(16), json('4.0')],
  [q.Sqrt(0), json('0.0')],
  [q.Sqrt(-4), invalidArgument('-4 must be positive')],
  [json('{"sqrt":-4.0}'), invalidArgument('-4.0 must be positive')],
  [q.Sqrt(q.ToDouble('NaN')), invalidArgument('NaN must be positive')],
  [q.Sqrt('a'), notANumber('sqrt')],
  [q.Ln(1), json('0.0')],
  [q.Ln(0), invalidArgument('0 must be greater than 0')],
  [q.Ln('a'), notANumber('ln')],
  [q.Log(1000), json('3.0')],
  [q.Log(-1.5), invalidArgument('-1.5 must be greater than 0')],
  [q.Log('a'), notANumber('log')],
  [q.Acos(1), json('0.0')],
  [q.Acos(2), invalidArgument('2 must be between -1 and 1 inclusive')],
  [q.Acos('a'), notANumber('acos')],
  [q.Asin(0), json('0.0')],
  [q.Asin(-1.5), invalidArgument('-1.5 must be between -1 and 1 inclusive')],
  [q.Asin('a'), notANumber('asin')],
])

cases('other real functions', [
  [q.Atan(0), json('0.0')],
  [q.Cos(0), json('1.0')],
  [q.Cosh(0), json('1.0')],
  [q.Sin(0), json('0.0')],
  [q.Sinh(0), json('0.0')],
  [q.Tan(0), json('0.0')],
  [q.Tanh(0), json('0.0')],
  [q.Exp(0), json('1.0')],
  [q.Degrees(0.5), 28.64788975654116],
  [q.Radians(180), Math.PI],
  [q.Hypot(3, 4), json('5.0')],
  [q.Hypot(1), Math.SQRT2],
  [q.Pow(2, 3), json('8.0')],
  [q.Pow(3), json('9.0')],
  [q.Pow(0, -1), json('"Infinity"')],
  [q.Pow(-8, 0.5), json('"NaN"')],
  ...[
    'atan',
    'cos',
    'cosh',
    'sin',
    'sinh',
    'tan',
    'tanh',
    'exp',
    'degrees',
    'radians',
    'hypot',
    'pow',
  ].map((name) => [json(`{"${name}":"a"}`), notANumber(name)] as const),
  [q.Hypot(1, 'a'), notANumber('b')],
  [q.Pow(1, 'a'), notANumber('exp')],
])
