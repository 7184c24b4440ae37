/** Numbers in the format of a directive, as java.util.Formatter prints them (fql-v4 §4.8). */
import type { Double, Integer } from '../values/numbers.ts'
import { type Directive, pad } from './directive.ts'

/** `%d`, `%x`, `%o` of an Integer. */
export function formatInteger(value: Integer, directive: Directive): string {
  const kind = directive.conversion.toLowerCase()
  if (kind === 'd') {
    const digits = String(value).replace('-', '')
    return signed(grouped(digits, directive), value < 0, directive)
  }
  const radix = kind === 'x' ? 16 : 8
  const digits = BigInt.asUintN(64, BigInt(value)).toString(radix)
  const prefix = directive.flags.has('#') ? (radix === 16 ? '0x' : '0') : ''
  return inCase(filled(prefix, digits, '', directive), directive)
}

/** `%f`, `%e`, `%g` of a Double. */
export function formatReal({ value }: Double, directive: Directive): string {
  const isNegative = value < 0 || Object.is(value, -0)
  if (Number.isFinite(value)) {
    const text = magnitude(Math.abs(value), directive)
    return inCase(signed(text, isNegative, directive), directive)
  }
  // Words are never filled with zeros.
  const flags = new Set([...directive.flags].filter((flag) => flag !== '0'))
  const word = Number.isNaN(value) ? 'NaN' : 'Infinity'
  const unsigned = new Set([...flags].filter((flag) => flag !== '+' && flag !== ' '))
  const effective = { ...directive, flags: Number.isNaN(value) ? unsigned : flags }
  return inCase(signed(word, isNegative, effective), directive)
}

const inCase = (text: string, { conversion }: Directive) =>
  /[A-Z]/.test(conversion) ? text.toUpperCase() : text

/** Digits before the point in groups of three, if the directive asks for it. */
function grouped(digits: string, { flags }: Directive): string {
  return flags.has(',') ? digits.replace(/\B(?=(?:\d{3})+$)/g, ',') : digits
}

function signed(text: string, isNegative: boolean, directive: Directive): string {
  const { flags } = directive
  if (isNegative) {
    return flags.has('(') ? filled('(', text, ')', directive) : filled('-', text, '', directive)
  }
  return filled(flags.has('+') ? '+' : flags.has(' ') ? ' ' : '', text, '', directive)
}

/** With zeros between the sign and the digits, or blanks around. */
function filled(prefix: string, digits: string, suffix: string, directive: Directive): string {
  const { flags, width = 0 } = directive
  if (!flags.has('0')) return pad(prefix + digits + suffix, directive)
  return prefix + digits.padStart(width - prefix.length - suffix.length, '0') + suffix
}

function magnitude(value: number, directive: Directive): string {
  const precision = directive.precision ?? 6
  switch (directive.conversion.toLowerCase()) {
    case 'f':
      return fixed(decimalOf(value), precision, directive)
    case 'e':
      return scientific(decimalOf(value), precision, directive)
    default: {
      const digits = precision === 0 ? 1 : precision
      const decimal = rounded(decimalOf(value), digits)
      const isSmallOrLarge = value !== 0 && (decimal.exponent < -4 || decimal.exponent >= digits)
      return isSmallOrLarge
        ? scientific(decimal, digits - 1, directive)
        : fixed(decimal, digits - decimal.exponent - 1, directive)
    }
  }
}

/** `d.ddd × 10^exponent`: the shortest digits that name the double. */
interface Decimal {
  readonly digits: string
  readonly exponent: number
}

function decimalOf(value: number): Decimal {
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  return { digits: mantissa.replace('.', ''), exponent: Number(exponent) }
}

/** To so many significant digits, half up as Java rounds: 0.125 to two decimals is 0.13. */
function rounded({ digits, exponent }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, exponent }
  if (count < 0) return { digits: '0', exponent: 0 }
  const isUp = digits.charAt(count) >= '5'
  const kept = BigInt(digits.slice(0, count) || '0') + (isUp ? 1n : 0n)
  const text = String(kept).padStart(count, '0')
  if (kept === 0n) return { digits: '0', exponent: 0 }
  return text.length > count ? { digits: text, exponent: exponent + 1 } : { digits: text, exponent }
}

function fixed(decimal: Decimal, precision: number, directive: Directive): string {
  const { digits, exponent } = rounded(decimal, decimal.exponent + 1 + precision)
  const point = Math.max(exponent + 1, 0)
  const padded = '0'.repeat(Math.max(-exponent - 1, 0)) + digits
  const whole = padded.slice(0, point).padEnd(point, '0') || '0'
  return withFraction(grouped(whole, directive), padded.slice(point), precision, directive)
}

function scientific(decimal: Decimal, precision: number, directive: Directive): string {
  const { digits, exponent } = rounded(decimal, precision + 1)
  const mantissa = withFraction(digits.charAt(0), digits.slice(1), precision, directive)
  const power = String(Math.abs(exponent)).padStart(2, '0')
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${power}`
}

function withFraction(whole: string, fraction: string, precision: number, { flags }: Directive) {
  if (precision <= 0) return flags.has('#') ? `${whole}.` : whole
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`
}
