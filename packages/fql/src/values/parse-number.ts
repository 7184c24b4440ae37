import { Double, type Integer, integer, integerMax, integerMin } from './numbers.ts'
import { trimControls } from './whitespace.ts'

/** Digits with grouping commas, a fraction, an exponent: what java.text.NumberFormat reads. */
const numberPattern = /^(-?)([\d,]*)(?:\.(\d*))?(?:E(-?\d+))?/

/** The most digits of a 64-bit integer. */
const integerDigitsMax = 19

/**
 * The number at the start of a text; what follows it is ignored (fql-v4 §4.12). Whole numbers of 64 bits
 * are Integers, in whatever notation; -0 is a Double. Undefined if the text begins with no number.
 */
export function parseNumber(text: string): Integer | Double | undefined {
  const trimmed = trimControls(text)
  if (trimmed.startsWith('NaN')) return new Double(Number.NaN)
  if (trimmed.startsWith('∞')) return new Double(Number.POSITIVE_INFINITY)
  if (trimmed.startsWith('-∞')) return new Double(Number.NEGATIVE_INFINITY)
  const [, sign = '', grouped = '', fraction = '', exponent = '0'] =
    numberPattern.exec(trimmed) ?? []
  const digits = grouped.replaceAll(',', '') + fraction
  if (digits === '') return undefined
  const zeros = trailingZeros(digits)
  const significant = digits.slice(0, digits.length - zeros).replace(/^0+/, '')
  if (significant === '') return sign === '-' ? new Double(-0) : 0
  const scale = Number(exponent) - fraction.length + zeros
  if (scale >= 0 && significant.length + scale <= integerDigitsMax) {
    const exact = BigInt(`${sign}${significant}${'0'.repeat(scale)}`)
    if (exact >= integerMin && exact <= integerMax) return integer(exact)
  }
  return new Double(Number(`${sign}${significant}e${scale}`))
}

function trailingZeros(digits: string): number {
  let zeros = 0
  while (digits.charAt(digits.length - 1 - zeros) === '0') zeros++
  return zeros
}
