import { describe, expect, it } from 'vitest'
import {
  type Attempts,
  attemptsPerHour,
  countAttempt,
  countFailure,
  type Failures,
  lockedUntilSeconds,
  type QuotaOperation,
} from './quotas.ts'

const start = 1_700_000_000

describe('countAttempt', () => {
  const operations: QuotaOperation[] = ['ResendConfirmationCode', 'ConfirmSignUp', 'ForgotPassword']

  it.each(operations)('allows %s its quota within an hour and not one more', (operation) => {
    let attempts: Attempts = []
    for (let count = 0; count < attemptsPerHour[operation]; count += 1) {
      const counted = countAttempt(operation, attempts, start + count)
      if (counted === undefined) throw new Error(`refused after ${count}`)
      attempts = counted
    }
    expect(countAttempt(operation, attempts, start + 3599)).toBeUndefined()
    // The first has left the hour.
    expect(countAttempt(operation, attempts, start + 3600)).toHaveLength(attemptsPerHour[operation])
  })
})

describe('the lock', () => {
  const failing = (count: number): Failures | undefined => {
    let failures: Failures | undefined
    for (let failed = 0; failed < count; failed += 1) failures = countFailure(failures, start)
    return failures
  }

  it.each([
    [0, 0],
    [4, 0],
    [5, 1],
    [6, 2],
    [7, 4],
    [8, 8],
    [14, 512],
    [15, 900],
    [40, 900],
  ])('after %d failures lasts %d seconds', (count, seconds) => {
    expect(lockedUntilSeconds(failing(count))).toBe(seconds === 0 ? 0 : start + seconds)
  })

  it('forgets the failures a quarter of an hour after it ended', () => {
    const failures = failing(6)
    expect(countFailure(failures, start + 2 + 899).count).toBe(7)
    expect(countFailure(failures, start + 2 + 900)).toEqual({
      count: 1,
      lastAtSeconds: start + 902,
    })
  })
})
