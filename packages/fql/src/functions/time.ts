/** Time and date (fql-v4 §4.9). */
import * as cast from '../casts.ts'
import { define } from '../define.ts'
import { invalidArgument, outOfBounds } from '../errors.ts'
import type { Position } from '../position.ts'
import { type Integer, integer, integerMax, integerMin, wrapInteger } from '../values/numbers.ts'
import {
  civilOf,
  DateValue,
  dateOf,
  epochDayMax,
  epochDayMin,
  epochDayOf,
  parseDate,
  parseTime,
  Time,
} from '../values/time.ts'
import { parseTimeUnit, type TimeUnit } from '../values/time-unit.ts'
import { trimControls } from '../values/whitespace.ts'

const unit = cast.valueCast<TimeUnit>((value, position) => {
  const known = typeof value === 'string' ? parseTimeUnit(value) : undefined
  if (known === undefined) throw cast.wrongType(['Time Unit'], value, position)
  return known
})

/** The text of every time or date that is out of range. */
function beyondRange(position: Position) {
  return outOfBounds(
    'dates and times',
    'between -1000000000-01-01T00:00:00Z and +1000000000-12-31T23:59:59.999999999Z',
    position,
  )
}

/** A time by its nanoseconds since 1970. @throws out of range, at `position` */
export function timeFromNanos(nanos: bigint, position: Position): Time {
  const time = Time.fromNanos(nanos)
  if (time === undefined) throw beyondRange(position)
  return time
}

/**
 * Reads a time, or `now`.
 *
 * @throws `Cannot cast '…' to a time.`
 */
export function readTime(text: string, now: Time, position: Position): Time {
  const time = text === 'now' ? now : parseTime(trimControls(text))
  if (time === undefined) throw invalidArgument(`Cannot cast '${text}' to a time.`, position)
  return time
}

/** Reads a date. @throws `Cannot cast '…' to a date.` */
export function readDate(text: string, position: Position): DateValue {
  const date = parseDate(trimControls(text))
  if (date === undefined) throw invalidArgument(`Cannot cast '${text}' to a date.`, position)
  return date
}

/**
 * Time(text): the time it says, or the snapshot time for `now`.
 *
 * @throws `Cannot cast '…' to a time.` at the form
 * @see fql-v4 §4.9
 */
export const time = define({
  args: { time: cast.string },
  effect: 'pure',
  evaluate: ({ time: text }, { position, context }) =>
    readTime(text, context.documents.now, position),
})

/** Now(): the snapshot time, the same everywhere in a query. */
export const now = define({
  args: { now: cast.nothing },
  effect: 'pure',
  evaluate: (_, { context }) => context.documents.now,
})

/**
 * Date(text): the date it says.
 *
 * @throws `Cannot cast '…' to a date.` at the form
 * @see fql-v4 §4.9
 */
export const date = define({
  args: { date: cast.string },
  effect: 'pure',
  evaluate: ({ date: text }, { position }) => readDate(text, position),
})

/**
 * Epoch(number, unit): the time so many units after 1970.
 *
 * @throws out of range, at the form
 */
export const epoch = define({
  args: { epoch: cast.integer, unit },
  effect: 'pure',
  evaluate: (args, { position }) => timeFromNanos(BigInt(args.epoch) * args.unit.nanos, position),
})

const floorDiv = (a: bigint, b: bigint) => (a - (((a % b) + b) % b)) / b

/** `to_micros(time)` and its kin: whole units since 1970, floored. */
function since1970<const K extends string>(key: K, nanos: bigint) {
  return define({
    args: { [key]: cast.timestamp },
    effect: 'pure',
    evaluate: (args) => wrapInteger(floorDiv((args[key] as Time).toNanos(), nanos)),
  })
}

export const toMicros = since1970('to_micros', 1000n)
export const toMillis = since1970('to_millis', 1_000_000n)
export const toSeconds = since1970('to_seconds', 1_000_000_000n)

/** `year(time)` and its kin: a part of the time in UTC. */
function part<const K extends string>(key: K, of: (time: Time) => number) {
  return define({
    args: { [key]: cast.timestamp },
    effect: 'pure',
    evaluate: (args) => of(args[key] as Time),
  })
}

const secondOfDay = ({ seconds }: Time) => ((seconds % 86_400) + 86_400) % 86_400
const civil = (of: Time) => civilOf(dateOf(of).epochDay)

export const second = part('second', (of) => secondOfDay(of) % 60)
export const minute = part('minute', (of) => Math.floor(secondOfDay(of) / 60) % 60)
export const hour = part('hour', (of) => Math.floor(secondOfDay(of) / 3600))
export const dayOfMonth = part('day_of_month', (of) => civil(of).day)
/** Monday is 1. The first day of 1970 was a Thursday. */
export const dayOfWeek = part('day_of_week', (of) => {
  const day = (dateOf(of).epochDay + 3) % 7
  return (day < 0 ? day + 7 : day) + 1
})
export const dayOfYear = part('day_of_year', (of) => {
  const { epochDay } = dateOf(of)
  return epochDay - epochDayOf(civilOf(epochDay).year, 1, 1) + 1
})
export const month = part('month', (of) => civil(of).month)
export const year = part('year', (of) => civil(of).year)

function refuseUnit(given: TimeUnit, position: Position): void {
  if (given.isDay) return
  throw invalidArgument(`Invalid time unit '${given.text}'.`, position.at('unit'))
}

function shifted(
  base: Time | DateValue,
  offset: bigint,
  by: TimeUnit,
  position: Position,
): Time | DateValue {
  const place = position.at('offset')
  if (base instanceof Time) return timeFromNanos(base.toNanos() + offset * by.nanos, place)
  refuseUnit(by, position)
  const day = BigInt(base.epochDay) + offset
  if (day < epochDayMin || day > epochDayMax) throw beyondRange(place)
  return new DateValue(Number(day))
}

const temporal = cast.temporal
const offset = cast.integer

/**
 * TimeAdd(base, offset, unit): a time or date later by so many units.
 *
 * @throws `Invalid time unit` for a date and any unit but days; out of range, at `offset`
 * @see fql-v4 §4.9
 */
export const timeAdd = define({
  args: { time_add: temporal, offset, unit },
  effect: 'pure',
  evaluate: (args, { position }) =>
    shifted(args.time_add, BigInt(args.offset), args.unit, position),
})

/** TimeSubtract(base, offset, unit): earlier by so many units. @throws as `timeAdd` */
export const timeSubtract = define({
  args: { time_subtract: temporal, offset, unit },
  effect: 'pure',
  evaluate: (args, { position }) =>
    shifted(args.time_subtract, -BigInt(args.offset), args.unit, position),
})

/**
 * TimeDiff(start, finish, unit): whole units from one to the other, truncated toward zero.
 *
 * @throws `Incompatible time arguments.` for a time and a date; `Invalid time unit` as `timeAdd`
 * @see fql-v4 §4.9
 */
export const timeDiff = define({
  args: { time_diff: temporal, other: temporal, unit },
  effect: 'pure',
  evaluate: ({ time_diff: start, other, unit: by }, { position }): Integer => {
    if (start instanceof Time && other instanceof Time) {
      const units = (other.toNanos() - start.toNanos()) / by.nanos
      // The reference fails without an answer where the difference needs more than 64 bits.
      if (units < integerMin || units > integerMax) throw beyondRange(position)
      return integer(units)
    }
    if (start instanceof DateValue && other instanceof DateValue) {
      refuseUnit(by, position)
      return other.epochDay - start.epochDay
    }
    throw invalidArgument('Incompatible time arguments.', position.at('time_diff'))
  },
})
