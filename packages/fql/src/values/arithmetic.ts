/**
 * Arithmetic as the reference's JVM does it (fql-v4 §4.10): Integers wrap at 64 bits, a Double makes the
 * result a Double.
 *
 * Integers within the safe range are plain numbers, so the common case is one machine operation and one
 * check.
 */
import {
  Double,
  type Integer,
  integer,
  integerMax,
  integerMin,
  toNumber,
  wrapInteger,
} from './numbers.ts'

/** Either kind of number. */
export type NumberValue = Integer | Double

/** One binary operation: on numbers where that is exact, on big integers, and on doubles. */
interface Operation {
  /** For two safe integers; its result is used only if it is safe too. */
  readonly small: (a: number, b: number) => number
  readonly large: (a: bigint, b: bigint) => bigint
  readonly double: (a: number, b: number) => number
}

function operate({ small, large, double }: Operation) {
  return (a: NumberValue, b: NumberValue): NumberValue => {
    if (typeof a === 'number' && typeof b === 'number') {
      const result = small(a, b)
      // Adding zero turns -0, which no Integer is, into 0.
      if (Number.isSafeInteger(result)) return result + 0
    }
    if (a instanceof Double || b instanceof Double) {
      return new Double(double(toNumber(a), toNumber(b)))
    }
    return wrapInteger(large(BigInt(a), BigInt(b)))
  }
}

export const sum = operate({
  small: (a, b) => a + b,
  large: (a, b) => a + b,
  double: (a, b) => a + b,
})

export const difference = operate({
  small: (a, b) => a - b,
  large: (a, b) => a - b,
  double: (a, b) => a - b,
})

export const product = operate({
  small: (a, b) => a * b,
  large: (a, b) => a * b,
  double: (a, b) => a * b,
})

/** Of Integers, truncated toward zero. The divisor is not zero. */
export const quotient = operate({
  small: (a, b) => (a - (a % b)) / b,
  large: (a, b) => a / b,
  double: (a, b) => a / b,
})

/** With the sign of the dividend. The divisor is not zero. */
export const remainder = operate({
  small: (a, b) => a % b,
  large: (a, b) => a % b,
  double: (a, b) => a % b,
})

/** Bits of 64-bit integers; Doubles are truncated to them first, and make the result a Double. */
function bitwise(large: (a: bigint, b: bigint) => bigint) {
  return (a: NumberValue, b: NumberValue): NumberValue => {
    const result = wrapInteger(large(BigInt(truncated(a)), BigInt(truncated(b))))
    return a instanceof Double || b instanceof Double ? new Double(Number(result)) : result
  }
}

export const bitsAnd = bitwise((a, b) => a & b)
export const bitsOr = bitwise((a, b) => a | b)
export const bitsXor = bitwise((a, b) => a ^ b)

/** Whether a number is 0, 0.0 or -0.0. */
export function isZero(value: NumberValue): boolean {
  return toNumber(value) === 0
}

/** A number as an Integer: truncated toward zero, at most the range of 64 bits, 0 for NaN. */
export function truncated(value: NumberValue): Integer {
  if (!(value instanceof Double)) return value
  const whole = truncate(value.value)
  if (Number.isSafeInteger(whole)) return whole
  const exact = BigInt(whole)
  return integer(exact > integerMax ? integerMax : exact < integerMin ? integerMin : exact)
}

/** As `truncated`, as a double. */
export function truncate(value: number): number {
  if (Number.isNaN(value)) return 0
  return Math.min(Math.max(Math.trunc(value), -(2 ** 63)), 2 ** 63) + 0
}
