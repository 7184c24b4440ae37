import { describe, expect, it } from 'vitest'
import { isTimely, parseSrpTimestamp } from './srp-timestamp.ts'

describe('parseSrpTimestamp', () => {
  const seconds = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000

  it.each([
    'Fri Jan 2 03:04:05 UTC 2026',
    'Fri Jan  2 03:04:05 UTC 2026',
    'Fri Jan 02 03:04:05 UTC 2026',
  ])('reads %s', (timestamp) => {
    expect(parseSrpTimestamp(timestamp)).toBe(seconds)
  })

  it.each([
    '',
    '2026-01-02T03:04:05Z',
    'Fri Jan 2 03:04:05 GMT 2026',
    'Fri Jan 2 3:04:05 UTC 2026',
    'Fri Foo 2 03:04:05 UTC 2026',
    'Fri Feb 31 03:04:05 UTC 2026',
    'Fri Jan 0 03:04:05 UTC 2026',
    'Fri Jan 2 24:04:05 UTC 2026',
    'Fri Jan 2 03:60:05 UTC 2026',
    'Fri Jan 2 03:04:60 UTC 2026',
    'Fri Jan 2 03:04:05 UTC 2026 ',
    'Fri Jan 2 03:04:05 UTC 2026\n',
  ])('refuses %j', (timestamp) => {
    expect(parseSrpTimestamp(timestamp)).toBeUndefined()
  })
})

describe('isTimely', () => {
  const at = (seconds: number): string => {
    const [weekday, day, month, year, time] = new Date(seconds * 1000).toUTCString().split(' ')
    return `${weekday?.slice(0, 3)} ${month} ${Number(day)} ${time} UTC ${year}`
  }
  const times = { challengedAtSeconds: 1_700_000_000, nowSeconds: 1_700_000_010 }

  it('holds from five minutes before the challenge to five minutes after now', () => {
    expect(isTimely(at(1_700_000_005), times)).toBe(true)
    expect(isTimely(at(1_700_000_000 - 300), times)).toBe(true)
    expect(isTimely(at(1_700_000_000 - 301), times)).toBe(false)
    expect(isTimely(at(1_700_000_010 + 300), times)).toBe(true)
    expect(isTimely(at(1_700_000_010 + 301), times)).toBe(false)
    expect(isTimely('yesterday', times)).toBe(false)
  })
})
