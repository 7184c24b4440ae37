/** A clock that stands still until it is moved. */
export interface TestClock {
  nowMs(): number
  advanceSeconds(seconds: number): void
}

/** A clock at noon of a day in 2026. */
export function createTestClock(): TestClock {
  let now = Date.UTC(2026, 1, 3, 12)
  return {
    nowMs: () => now,
    advanceSeconds(seconds) {
      now += seconds * 1000
    },
  }
}
