import faunadb from 'faunadb'
import { cases, invalidArgument, json } from '../testing/cases.ts'

const { query: q } = faunadb

const ts = (text: string) => json(`{"@ts":"${text}"}`)
const day = (text: string) => json(`{"@date":"${text}"}`)
const range =
  'dates and times must be between -1000000000-01-01T00:00:00Z and +1000000000-12-31T23:59:59.999999999Z'
const noTime = (text: string) => invalidArgument(`Cannot cast '${text}' to a time.`)
const noDate = (text: string) => invalidArgument(`Cannot cast '${text}' to a date.`)

cases('Time', [
  [q.Time('2020-01-02T03:04:05Z'), ts('2020-01-02T03:04:05Z')],
  [q.Time('2020-01-02t03:04z'), ts('2020-01-02T03:04:00Z')],
  [q.Time('  2020-01-02T03:04:05Z '), ts('2020-01-02T03:04:05Z')],
  [q.Time('2020-01-02T03:04:05.1Z'), ts('2020-01-02T03:04:05.100Z')],
  [q.Time('2020-01-02T03:04:05.1234Z'), ts('2020-01-02T03:04:05.123400Z')],
  [q.Time('2020-01-02T03:04:05.123456789Z'), ts('2020-01-02T03:04:05.123456789Z')],
  [q.Time('2020-01-02T03:04:05.Z'), ts('2020-01-02T03:04:05Z')],
  [q.Time('2020-01-02T03:04:05+01:30'), ts('2020-01-02T01:34:05Z')],
  [q.Time('2020-01-02T03:04:05-0130'), ts('2020-01-02T04:34:05Z')],
  [q.Time('2020-01-02T03:04:05+01:30:30'), ts('2020-01-02T01:33:35Z')],
  [q.Time('2019-02-31T00:00:00Z'), ts('2019-02-28T00:00:00Z')],
  [q.Time('2019-12-31T24:00:00Z'), ts('2020-01-01T00:00:00Z')],
  [q.Time('+12019-01-01T00:00:00Z'), ts('+12019-01-01T00:00:00Z')],
  [q.Time('-0001-01-01T00:00:00Z'), ts('-0001-01-01T00:00:00Z')],
  [q.Time('now'), ts('2020-01-02T03:04:05.678901Z')],
  ...[
    'now ',
    'x',
    '',
    '2020-01-02T03:04:05',
    '2020-01-02T03:04:05.1234567890Z',
    '2020-01-02T03:04:60Z',
    '2020-01-02T24:00:01Z',
    '2020-01-02T03:04:05+02',
    '2020-01-02T03:04:05+18:01',
    '2020-13-02T03:04:05Z',
    '2020-01-32T03:04:05Z',
    '12019-01-01T00:00:00Z',
    '+2019-01-01T00:00:00Z',
    '+1000000000-01-01T00:00:00Z',
    '2020-01-02',
  ].map((text) => [q.Time(text), noTime(text)] as const),
  [q.Time(1), invalidArgument('String expected, Integer provided.', ['time'])],
])

cases('Now', [
  [q.Now(), ts('2020-01-02T03:04:05.678901Z')],
  [q.Equals(q.Now(), q.Time('now')), true],
  [json('{"now":1}'), invalidArgument('Null expected, Integer provided.', ['now'])],
])

cases('Date', [
  [q.Date('2020-02-29'), day('2020-02-29')],
  [q.Date(' 2020-02-29 '), day('2020-02-29')],
  [q.Date('+12020-02-29'), day('+12020-02-29')],
  ...['2019-02-29', '2020-1-1', 'x', '2020-01-01T00:00:00Z'].map(
    (text) => [q.Date(text), noDate(text)] as const,
  ),
  [q.Date(1), invalidArgument('String expected, Integer provided.', ['date'])],
])

cases('Epoch', [
  [q.Epoch(1, 'second'), ts('1970-01-01T00:00:01Z')],
  [q.Epoch(-1, 'seconds'), ts('1969-12-31T23:59:59Z')],
  [q.Epoch(1, 'day'), ts('1970-01-02T00:00:00Z')],
  [q.Epoch(1, 'half day'), ts('1970-01-01T12:00:00Z')],
  [q.Epoch(1, 'hours'), ts('1970-01-01T01:00:00Z')],
  [q.Epoch(1, 'minute'), ts('1970-01-01T00:01:00Z')],
  [q.Epoch(-1, 'millisecond'), ts('1969-12-31T23:59:59.999Z')],
  [q.Epoch(1, ' microseconds '), ts('1970-01-01T00:00:00.000001Z')],
  [
    json('{"epoch":9223372036854775807,"unit":"nanoseconds"}'),
    ts('2262-04-11T23:47:16.854775807Z'),
  ],
  [json('{"epoch":9223372036854775807,"unit":"seconds"}'), invalidArgument(range)],
  [q.Epoch(1, 'Second'), invalidArgument('Time Unit expected, String provided.', ['unit'])],
  [q.Epoch(1, 'fortnight'), invalidArgument('Time Unit expected, String provided.', ['unit'])],
  [q.Epoch(1, 1), invalidArgument('Time Unit expected, Integer provided.', ['unit'])],
  [q.Epoch(1.5, 'second'), invalidArgument('Integer expected, Double provided.', ['epoch'])],
])

const moment = q.Time('1969-12-31T23:59:58.9999999Z')
cases('ToMicros, ToMillis, ToSeconds', [
  [q.ToMicros(moment), -1_000_001],
  [q.ToMillis(moment), -1001],
  [q.ToSeconds(moment), -2],
  [q.ToMicros(q.Epoch(1, 'second')), 1_000_000],
  [q.ToSeconds(1_500_000), 1],
  [
    q.ToMillis(q.Date('2020-01-01')),
    invalidArgument('Time expected, Date provided.', ['to_millis']),
  ],
  [q.ToMicros('x'), invalidArgument('Time expected, String provided.', ['to_micros'])],
  [q.ToSeconds('x'), invalidArgument('Time expected, String provided.', ['to_seconds'])],
])

const leap = q.Time('2020-12-31T23:58:59.5Z')
cases('parts of a time', [
  [q.Second(leap), 59],
  [q.Minute(leap), 58],
  [q.Hour(leap), 23],
  [q.DayOfMonth(leap), 31],
  [q.DayOfWeek(leap), 4],
  [q.DayOfYear(leap), 366],
  [q.Month(leap), 12],
  [q.Year(leap), 2020],
  [q.Second(moment), 58],
  [q.Hour(moment), 23],
  [q.Year(moment), 1969],
  [q.DayOfWeek(q.Time('1969-12-29T00:00:00Z')), 1],
  [q.DayOfWeek(q.Time('1969-12-28T23:59:59Z')), 7],
  [q.Year(0), 1970],
  ...[
    'second',
    'minute',
    'hour',
    'day_of_month',
    'day_of_week',
    'day_of_year',
    'month',
    'year',
  ].map(
    (name) =>
      [
        json(`{"${name}":{"date":"2020-01-01"}}`),
        invalidArgument('Time expected, Date provided.', [name]),
      ] as const,
  ),
])

cases('TimeAdd, TimeSubtract', [
  [q.TimeAdd(q.Time('2020-01-31T00:00:00Z'), 1, 'day'), ts('2020-02-01T00:00:00Z')],
  [
    q.TimeAdd(q.Time('2020-01-01T00:00:00Z'), 1, 'nanosecond'),
    ts('2020-01-01T00:00:00.000000001Z'),
  ],
  [q.TimeAdd(q.Date('2020-02-28'), 2, 'days'), day('2020-03-01')],
  [q.TimeSubtract(q.Date('2020-03-01'), 1, 'day'), day('2020-02-29')],
  [q.TimeSubtract(q.Time('2020-01-01T00:00:00Z'), 1, 'half days'), ts('2019-12-31T12:00:00Z')],
  [
    q.TimeAdd(q.Date('2020-01-01'), 1, ' hours'),
    invalidArgument("Invalid time unit ' hours'.", ['unit']),
  ],
  [
    q.TimeSubtract(q.Date('2020-01-01'), 1, 'half day'),
    invalidArgument("Invalid time unit 'half day'.", ['unit']),
  ],
  [
    json('{"time_add":{"date":"2020-01-01"},"offset":999999999999,"unit":"day"}'),
    invalidArgument(range, ['offset']),
  ],
  [
    json(
      '{"time_subtract":{"time":"2020-01-01T00:00:00Z"},"offset":9223372036854775807,"unit":"day"}',
    ),
    invalidArgument(range, ['offset']),
  ],
  [q.TimeAdd(1, 1, 'day'), invalidArgument('Temporal expected, Integer provided.', ['time_add'])],
  [
    q.TimeAdd(q.Now(), 1.5, 'day'),
    invalidArgument('Integer expected, Double provided.', ['offset']),
  ],
  [
    q.TimeSubtract('x', 1, 'day'),
    invalidArgument('Temporal expected, String provided.', ['time_subtract']),
  ],
  [q.TimeAdd(q.Now(), 1, 'x'), invalidArgument('Time Unit expected, String provided.', ['unit'])],
])

cases('TimeDiff', [
  [q.TimeDiff(q.Time('2020-01-01T00:00:00Z'), q.Time('2020-01-02T23:59:59Z'), 'day'), 1],
  [q.TimeDiff(q.Time('2020-01-02T23:59:59Z'), q.Time('2020-01-01T00:00:00Z'), 'days'), -1],
  [
    q.TimeDiff(q.Time('1970-01-01T00:00:00Z'), q.Time('1970-01-01T00:00:01Z'), 'nanoseconds'),
    1_000_000_000,
  ],
  [q.TimeDiff(q.Date('2020-02-28'), q.Date('2020-03-01'), 'days'), 2],
  [
    q.TimeDiff(q.Date('2020-02-28'), q.Date('2020-03-01'), 'hours'),
    invalidArgument("Invalid time unit 'hours'.", ['unit']),
  ],
  [
    q.TimeDiff(q.Date('2020-02-28'), q.Now(), 'days'),
    invalidArgument('Incompatible time arguments.', ['time_diff']),
  ],
  [q.TimeDiff(q.Time('-9999-01-01T00:00:00Z'), q.Now(), 'nanoseconds'), invalidArgument(range)],
  [
    q.TimeDiff(1, q.Now(), 'days'),
    invalidArgument('Temporal expected, Integer provided.', ['time_diff']),
  ],
  [
    q.TimeDiff(q.Now(), 1, 'days'),
    invalidArgument('Temporal expected, Integer provided.', ['other']),
  ],
])
