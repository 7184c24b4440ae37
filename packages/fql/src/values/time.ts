import type { Integer } from './numbers.ts'
import { integer } from './numbers.ts'

/** An instant: seconds since the Unix epoch, and nanoseconds 0 to 999999999 within the second. */
export class Time {
  readonly kind = 'time'
  readonly seconds: number
  readonly nanos: number

  constructor(seconds: number, nanos: number) {
    this.seconds = seconds
    this.nanos = nanos
  }

  static fromMicros(micros: bigint): Time {
    const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
    return new Time(Number((micros - fraction) / 1_000_000n), Number(fraction) * 1000)
  }

  /** From nanoseconds since the epoch; undefined beyond the range of times (fql-v4 §4.9). */
  static fromNanos(nanos: bigint): Time | undefined {
    const fraction = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
    const seconds = (nanos - fraction) / 1_000_000_000n
    if (seconds < secondsMin || seconds > secondsMax) return undefined
    return new Time(Number(seconds), Number(fraction))
  }

  /** Nanoseconds since the epoch. */
  toNanos(): bigint {
    return BigInt(this.seconds) * 1_000_000_000n + BigInt(this.nanos)
  }

  /** Microseconds since the epoch, floored. */
  toMicros(): bigint {
    return BigInt(this.seconds) * 1_000_000n + BigInt(Math.floor(this.nanos / 1000))
  }
}

/** The first second of the year -1000000000 and the last of +1000000000, as java.time.Instant. */
const secondsMin = -31_557_014_167_219_200n
const secondsMax = 31_556_889_864_403_199n

/** The first and the last day, as java.time.LocalDate: of the years -999999999 and +999999999. */
export const epochDayMin = -365_243_219_162
export const epochDayMax = 365_241_780_471

/** A calendar day: days since 1970-01-01. */
export class DateValue {
  readonly kind = 'date'
  readonly epochDay: number

  constructor(epochDay: number) {
    this.epochDay = epochDay
  }
}

/**
 * The `ts` of a document that this transaction has written: known only at commit in the reference, so
 * a type of its own that is neither Integer nor Time, and renders as one of them (wire §5.2).
 */
export class TransactionTime {
  readonly kind = 'transaction time'
  /** The commit time, in microseconds since the Unix epoch. */
  readonly micros: bigint

  constructor(micros: bigint) {
    this.micros = micros
  }

  toInteger(): Integer {
    return integer(this.micros)
  }
}

const dayMillis = 86_400_000

/** The day number of a proleptic Gregorian date, and back; valid over Java's range of years. */
export function epochDayOf(year: number, month: number, day: number): number {
  // Days from civil (H. Hinnant): years begin in March so that the leap day comes last.
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** Year, month (1-12) and day (1-31) of a day number. */
export function civilOf(epochDay: number): { year: number; month: number; day: number } {
  const z = epochDay + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 }
}

function formatYear(year: number): string {
  if (year > 9999) return `+${year}`
  const digits = String(Math.abs(year)).padStart(4, '0')
  return year < 0 ? `-${digits}` : digits
}

const two = (n: number) => (n < 10 ? `0${n}` : String(n))

/** `YYYY-MM-DD`, with a sign beyond four digits, as Java's LocalDate prints (wire §5.2). */
export function formatDate(date: DateValue): string {
  const { year, month, day } = civilOf(date.epochDay)
  return `${formatYear(year)}-${two(month)}-${two(day)}`
}

/** ISO 8601 in UTC with 0, 3, 6 or 9 digits of fraction, as Java's Instant prints (wire §5.2). */
export function formatTime(time: Time): string {
  const epochDay = Math.floor(time.seconds / 86_400)
  const second = time.seconds - epochDay * 86_400
  const clock = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`
  return `${formatDate(new DateValue(epochDay))}T${clock}${formatFraction(time.nanos)}Z`
}

function formatFraction(nanos: number): string {
  if (nanos === 0) return ''
  const digits = String(nanos).padStart(9, '0')
  if (nanos % 1_000_000 === 0) return `.${digits.slice(0, 3)}`
  return nanos % 1000 === 0 ? `.${digits.slice(0, 6)}` : `.${digits}`
}

const timePattern =
  /^([+-]?\d{4,9})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{0,9}))?)?([Zz]|[+-]\d\d:?\d\d(?::\d\d)?)$/

/** Reads a time by the grammar of fql-v4 §4.9; undefined if `text` is none. */
export function parseTime(text: string): Time | undefined {
  const match = timePattern.exec(text)
  if (match === null) return undefined
  const [
    ,
    yearText = '',
    monthText,
    dayText,
    hourText,
    minuteText,
    secondText,
    fraction,
    zone = '',
  ] = match
  const year = parseYear(yearText)
  const month = Number(monthText)
  const day = Number(dayText)
  const hour = Number(hourText)
  const minute = Number(minuteText)
  const second = Number(secondText ?? 0)
  const offset = parseOffset(zone)
  if (year === undefined || offset === undefined) return undefined
  if (month < 1 || month > 12 || day < 1 || day > 31 || minute > 59 || second > 59) return undefined
  const nanos = Number((fraction ?? '').padEnd(9, '0'))
  const isEndOfDay = hour === 24 && minute === 0 && second === 0 && nanos === 0
  if (hour > 23 && !isEndOfDay) return undefined
  // A day beyond the month's end is clamped, as java.time's smart resolver does.
  const epochDay = epochDayOf(year, month, Math.min(day, daysInMonth(year, month)))
  return new Time(epochDay * 86_400 + hour * 3600 + minute * 60 + second - offset, nanos)
}

const datePattern = /^([+-]?\d{4,9})-(\d\d)-(\d\d)$/

/** Reads a strict ISO date (fql-v4 §4.9); undefined if `text` is none. */
export function parseDate(text: string): DateValue | undefined {
  const match = datePattern.exec(text)
  if (match === null) return undefined
  const year = parseYear(match[1] ?? '')
  const month = Number(match[2])
  const day = Number(match[3])
  if (year === undefined || month < 1 || month > 12) return undefined
  if (day < 1 || day > daysInMonth(year, month)) return undefined
  return new DateValue(epochDayOf(year, month, day))
}

/** Four digits without a sign or with a minus; more only with a sign; never `+` and four digits. */
function parseYear(text: string): number | undefined {
  const signed = text.startsWith('+') || text.startsWith('-')
  const digits = signed ? text.length - 1 : text.length
  if (digits > 4 && !signed) return undefined
  if (digits === 4 && text.startsWith('+')) return undefined
  if (digits > 4 && text[1] === '0') return undefined
  return Number(text)
}

/** Seconds east of UTC; undefined beyond ±18:00. */
function parseOffset(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0
  const colons = zone.includes(':')
  if (!colons && zone.length !== 5) return undefined
  if (colons && zone[3] !== ':') return undefined
  const digits = zone.slice(1).replaceAll(':', '')
  const hours = Number(digits.slice(0, 2))
  const minutes = Number(digits.slice(2, 4))
  const seconds = Number(digits.slice(4, 6) || 0)
  const total = hours * 3600 + minutes * 60 + seconds
  if (minutes > 59 || seconds > 59 || total > 18 * 3600) return undefined
  return zone[0] === '-' ? -total : total
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** The UTC day of an instant. */
export function dateOf(time: Time): DateValue {
  return new DateValue(Math.floor((time.seconds * 1000) / dayMillis))
}
