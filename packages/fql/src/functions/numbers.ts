/** Numbers (fql-v4 §4.10). */
import * as cast from '../casts.ts'
import { define } from '../define.ts'
import { invalidArgument, outOfBounds } from '../errors.ts'
import type { Position } from '../position.ts'
import { formatDouble } from '../render.ts'
import type { NumberValue } from '../values/arithmetic.ts'
import * as arithmetic from '../values/arithmetic.ts'
import { Double, toNumber, wrapInteger } from '../values/numbers.ts'

type Binary = (a: NumberValue, b: NumberValue) => NumberValue

/** `add(numbers)` and its kin: a left fold over one or more numbers. */
function fold<const K extends string>(key: K, operation: Binary) {
  return define({
    args: { [key]: cast.oneOrMore(cast.number) },
    effect: 'pure',
    evaluate: (args) => (args[key] as readonly NumberValue[]).reduce(operation),
  })
}

export const add = fold('add', arithmetic.sum)
export const subtract = fold('subtract', arithmetic.difference)
export const multiply = fold('multiply', arithmetic.product)
export const bitAnd = fold('bitand', arithmetic.bitsAnd)
export const bitOr = fold('bitor', arithmetic.bitsOr)
export const bitXor = fold('bitxor', arithmetic.bitsXor)

function byNonZero(operation: Binary, position: Position): Binary {
  return (dividend, divisor) => {
    if (!arithmetic.isZero(divisor)) return operation(dividend, divisor)
    throw invalidArgument('Illegal division by zero.', position)
  }
}

/**
 * Divide(numbers): the first number divided by each of the others, left to right.
 *
 * Integers truncate toward zero; one Double makes the result a Double.
 *
 * @throws `invalid argument`, "Illegal division by zero.", at the form; never Infinity
 * @see fql-v4 §4.10
 */
export const divide = define({
  args: { divide: cast.oneOrMore(cast.number) },
  effect: 'pure',
  evaluate: ({ divide: numbers }, { position }) =>
    numbers.reduce(byNonZero(arithmetic.quotient, position)),
})

/**
 * Modulo(numbers): the remainder, with the sign of the dividend.
 *
 * @throws as `divide`
 * @see fql-v4 §4.10
 */
export const modulo = define({
  args: { modulo: cast.oneOrMore(cast.number) },
  effect: 'pure',
  evaluate: ({ modulo: numbers }, { position }) =>
    numbers.reduce(byNonZero(arithmetic.remainder, position)),
})

/** BitNot(number): all 64 bits inverted. */
export const bitNot = define({
  args: { bitnot: cast.number },
  effect: 'pure',
  evaluate: ({ bitnot: number }) => wrapInteger(~BigInt(arithmetic.truncated(number))),
})

/** Abs(number): its size; that of the smallest Integer is itself. */
export const abs = define({
  args: { abs: cast.number },
  effect: 'pure',
  evaluate: ({ abs: number }) => {
    if (number instanceof Double) return new Double(Math.abs(number.value))
    return number < 0 ? arithmetic.difference(0, number) : number
  },
})

/** Ceil(number): the next whole number up, of the same type. */
export const ceil = define({
  args: { ceil: cast.number },
  effect: 'pure',
  evaluate: ({ ceil: number }) =>
    number instanceof Double ? new Double(Math.ceil(number.value)) : number,
})

/** Floor(number): the next whole number down, of the same type. */
export const floor = define({
  args: { floor: cast.number },
  effect: 'pure',
  evaluate: ({ floor: number }) =>
    number instanceof Double ? new Double(Math.floor(number.value)) : number,
})

/**
 * Sign(number): -1, 0 or 1.
 *
 * As in the reference a Double is never 0: 1 for zero, and for NaN.
 */
export const sign = define({
  args: { sign: cast.number },
  effect: 'pure',
  evaluate: ({ sign: number }) => {
    if (number instanceof Double) return number.value < 0 ? -1 : 1
    return number < 0 ? -1 : number > 0 ? 1 : 0
  },
})

/** A power of ten, exact where it can be (`10 ** p` is not always). */
const powerOfTen = (exponent: number) => Number(`1e${exponent}`)

/**
 * Rounds, or truncates, at so many decimals, in the reference's own steps and with their consequences:
 * negative numbers are not rounded symmetrically, ten decimals and more lose digits (fql-v4 §4.10).
 */
function toPrecision(value: NumberValue, precision: number, half: 0 | 0.5): NumberValue {
  const { truncate } = arithmetic
  const x = toNumber(value)
  if (precision <= 0) {
    const scale = powerOfTen(precision)
    const scaled = truncate(x * scale + half) / scale
    if (!(value instanceof Double)) return arithmetic.truncated(new Double(scaled))
    return new Double(half === 0 ? scaled : truncate(scaled))
  }
  if (!(value instanceof Double)) return value
  const scale = Math.min(powerOfTen(precision), 2_147_483_647)
  const whole = truncate(x)
  return new Double(whole + truncate((x - whole + half / scale) * scale) / scale)
}

const precision = cast.optional(cast.integer)

/** Round(number, precision = 2): to so many decimals. @see fql-v4 §4.10 */
export const round = define({
  args: { round: cast.number, precision },
  effect: 'pure',
  evaluate: (args) => toPrecision(args.round, Number(args.precision ?? 2), 0.5),
})

/** Trunc(number, precision = 2): cut after so many decimals. @see fql-v4 §4.10 */
export const trunc = define({
  args: { trunc: cast.number, precision },
  effect: 'pure',
  evaluate: (args) => toPrecision(args.trunc, Number(args.precision ?? 2), 0),
})

/** `cos(number)` and its kin: a real function, refused outside its domain. */
function real<const K extends string>(
  key: K,
  compute: (x: number) => number,
  domain?: { readonly contains: (x: number) => boolean; readonly predicate: string },
) {
  return define({
    args: { [key]: cast.number },
    effect: 'pure',
    evaluate: (args, { position }) => {
      const number = args[key] as NumberValue
      const x = toNumber(number)
      if (domain === undefined || domain.contains(x)) return new Double(compute(x))
      const printed = number instanceof Double ? formatDouble(x) : String(number)
      throw outOfBounds(printed, domain.predicate, position)
    },
  })
}

export const sqrt = real('sqrt', Math.sqrt, { contains: (x) => x >= 0, predicate: 'positive' })
// NaN is in the domain of the others: the reference compares with the bounds only.
const unit = {
  contains: (x: number) => !(x < -1 || x > 1),
  predicate: 'between -1 and 1 inclusive',
}
const positive = { contains: (x: number) => !(x <= 0), predicate: 'greater than 0' }
export const acos = real('acos', Math.acos, unit)
export const asin = real('asin', Math.asin, unit)
export const atan = real('atan', Math.atan)
export const cos = real('cos', Math.cos)
export const cosh = real('cosh', Math.cosh)
export const sin = real('sin', Math.sin)
export const sinh = real('sinh', Math.sinh)
export const tan = real('tan', Math.tan)
export const tanh = real('tanh', Math.tanh)
export const exp = real('exp', Math.exp)
export const ln = real('ln', Math.log, positive)
export const log = real('log', Math.log10, positive)
// The constants of java.lang.Math.
export const degrees = real('degrees', (x) => x * 57.295_779_513_082_32)
export const radians = real('radians', (x) => x * 0.017_453_292_519_943_295)

/** Hypot(a, b = a): the hypotenuse of a right-angled triangle. */
export const hypot = define({
  args: { hypot: cast.number, b: cast.optional(cast.number) },
  effect: 'pure',
  evaluate: ({ hypot: a, b }) => new Double(Math.hypot(toNumber(a), toNumber(b ?? a))),
})

/** Pow(number, exponent = 2): a Double, whatever its arguments. */
export const pow = define({
  args: { pow: cast.number, exp: cast.optional(cast.number) },
  effect: 'pure',
  evaluate: ({ pow: base, exp: exponent }) => new Double(toNumber(base) ** toNumber(exponent ?? 2)),
})
