/** A clock that stands still until it is moved. */
export interface TestClock {
  nowMs(): number
  advanceSeconds(seconds: number): void
}

/**
 * A clock at noon of a day in 2026.
 *
 * @param startMs another moment: clients with a clock of their own must not be far from it
 */
export function createTestClock(startMs = Date.UTC(2026, 1, 3, 12)): TestClock {
  let now = startMs
  return {
    nowMs: () => now,
    advanceSeconds(seconds) {
      now += seconds * 1000
    },
  }
}
