/**
 * Integers and Doubles are different values that share one order (fql-v4 §2.1).
 *
 * An Integer is a JavaScript number where that is exact and a bigint beyond; never a bigint within the
 * safe range, so that `===` compares Integers. A Double is boxed. Sums and loops over ordinary
 * integers thus run on plain numbers.
 */
export type Integer = number | bigint

/** An IEEE 754 double, kept apart from Integers. */
export class Double {
  readonly kind = 'double'
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** Brings an exact 64-bit integer into its one representation. */
export function integer(value: bigint): Integer {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

/** Wraps to 64 bits, as the reference's integer arithmetic does, then as `integer`. */
export function wrapInteger(value: bigint): Integer {
  return integer(BigInt.asIntN(64, value))
}

/** The numeric value of an Integer or a Double as a JavaScript number, rounded where inexact. */
export function toNumber(value: Integer | Double): number {
  return typeof value === 'object' ? value.value : Number(value)
}

/** The smallest and the largest Integer. */
export const integerMin = -(2n ** 63n)
export const integerMax = 2n ** 63n - 1n
