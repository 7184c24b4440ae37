/** Parts of dates and times by their suffixes in `%t…`, as java.util.Formatter (fql-v4 §4.8). */
import { civilOf, DateValue, dateOf, epochDayOf, Time } from '../values/time.ts'

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** The first day of 1970 was a Thursday. */
const days = ['Thursday', 'Friday', 'Saturday', 'Sunday', 'Monday', 'Tuesday', 'Wednesday']

const digits = (value: number, count: number) => String(value).padStart(count, '0')

/** The part of a date or a time in UTC; undefined if it has no such part. */
export function formatPart(value: Time | DateValue, suffix: string): string | undefined {
  const { epochDay } = value instanceof DateValue ? value : dateOf(value)
  const part = dateParts[suffix]
  if (part !== undefined) return part(epochDay)
  return value instanceof Time ? timeParts[suffix]?.(value) : undefined
}

/** Years are counted within their era. */
const yearOf = (epochDay: number) => {
  const { year } = civilOf(epochDay)
  return year > 0 ? year : 1 - year
}
const dayNameOf = (epochDay: number) => days[((epochDay % 7) + 7) % 7] ?? ''
const monthNameOf = (epochDay: number) => months[civilOf(epochDay).month - 1] ?? ''

const year2 = (day: number) => digits(yearOf(day) % 100, 2)
const month2 = (day: number) => digits(civilOf(day).month, 2)
const day2 = (day: number) => digits(civilOf(day).day, 2)
const monthShort = (day: number) => monthNameOf(day).slice(0, 3)
const dayShort = (day: number) => dayNameOf(day).slice(0, 3)

const dateParts: Readonly<Record<string, (epochDay: number) => string>> = {
  b: monthShort,
  h: monthShort,
  B: monthNameOf,
  a: dayShort,
  A: dayNameOf,
  C: (day) => digits(Math.floor(yearOf(day) / 100), 2),
  y: year2,
  Y: (day) => digits(yearOf(day), 4),
  d: day2,
  e: (day) => String(civilOf(day).day),
  m: month2,
  j: (day) => digits(day - epochDayOf(civilOf(day).year, 1, 1) + 1, 3),
  D: (day) => `${month2(day)}/${day2(day)}/${year2(day)}`,
  F: (day) => `${digits(yearOf(day), 4)}-${month2(day)}-${day2(day)}`,
}

const secondOfDay = ({ seconds }: Time) => ((seconds % 86_400) + 86_400) % 86_400
const hourOf = (time: Time) => Math.floor(secondOfDay(time) / 3600)
const hour12Of = (time: Time) => hourOf(time) % 12 || 12
const hour2 = (time: Time) => digits(hourOf(time), 2)
const minute2 = (time: Time) => digits(Math.floor(secondOfDay(time) / 60) % 60, 2)
const second2 = (time: Time) => digits(secondOfDay(time) % 60, 2)
const half = (time: Time) => (hourOf(time) < 12 ? 'am' : 'pm')
const clock = (time: Time) => `${hour2(time)}:${minute2(time)}:${second2(time)}`
const millis = (time: Time) => Math.floor(time.nanos / 1_000_000)

const timeParts: Readonly<Record<string, (time: Time) => string>> = {
  H: hour2,
  I: (time) => digits(hour12Of(time), 2),
  k: (time) => String(hourOf(time)),
  l: (time) => String(hour12Of(time)),
  M: minute2,
  S: second2,
  L: (time) => digits(millis(time), 3),
  N: (time) => digits(time.nanos, 9),
  p: half,
  z: () => '+0000',
  Z: () => 'Z',
  s: (time) => String(time.seconds),
  Q: (time) => String(BigInt(time.seconds) * 1000n + BigInt(millis(time))),
  R: (time) => `${hour2(time)}:${minute2(time)}`,
  T: clock,
  r: (time) =>
    `${digits(hour12Of(time), 2)}:${minute2(time)}:${second2(time)} ${half(time).toUpperCase()}`,
  c: (time) => {
    const { epochDay } = dateOf(time)
    const date = `${dayShort(epochDay)} ${monthShort(epochDay)} ${day2(epochDay)}`
    return `${date} ${clock(time)} Z ${digits(yearOf(epochDay), 4)}`
  },
}
