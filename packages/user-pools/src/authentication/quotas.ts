/**
 * Limits on what a user may try: attempts in an hour, and the lock after failed sign-ins. Both are plain
 * data, changed in the transaction that judges the attempt.
 */

/**
 * Operations with an hourly quota, and how many attempts it allows.
 *
 * The reference gives ConfirmForgotPassword and ForgotPassword as 5 to 20, by risk.
 *
 * @see user-pools §6.4
 */
export const attemptsPerHour = {
  ConfirmForgotPassword: 10,
  ResendConfirmationCode: 5,
  ConfirmSignUp: 15,
  ChangePassword: 5,
  GetUserAttributeVerificationCode: 5,
  VerifyUserAttribute: 15,
  ForgotPassword: 5,
} as const

/** An operation with a quota. */
export type QuotaOperation = keyof typeof attemptsPerHour

/** The attempts of one user at one operation: seconds since the epoch, oldest first. */
export type Attempts = readonly number[]

/**
 * The attempts with this one counted; undefined if the quota is used up. A refused attempt is not
 * counted: Amplify repeats every refusal three times.
 *
 * @see user-pools §7.2
 */
export function countAttempt(
  operation: QuotaOperation,
  attempts: Attempts,
  nowSeconds: number,
): Attempts | undefined {
  const recent = attempts.filter((at) => at > nowSeconds - 60 * 60)
  return recent.length >= attemptsPerHour[operation] ? undefined : [...recent, nowSeconds]
}

/** The failed sign-ins of one user. */
export interface Failures {
  readonly count: number
  readonly lastAtSeconds: number
}

const failuresBeforeLock = 5
const lockSecondsMax = 15 * 60

/**
 * Until when sign-ins of this user are refused, in seconds since the epoch; 0 if they are not. The lock
 * begins with the fifth failure at one second and doubles with each.
 *
 * @see user-pools §6.5
 */
export function lockedUntilSeconds(failures: Failures | undefined): number {
  if (failures === undefined || failures.count < failuresBeforeLock) return 0
  const seconds = Math.min(2 ** (failures.count - failuresBeforeLock), lockSecondsMax)
  return failures.lastAtSeconds + seconds
}

/**
 * The failures with one more. A quarter of an hour without any, after the lock, makes it the first. An
 * attempt during a lock does not count: refuse it with `Password attempts exceeded`. After a success
 * keep none.
 */
export function countFailure(failures: Failures | undefined, nowSeconds: number): Failures {
  const isForgotten =
    failures === undefined ||
    nowSeconds >= Math.max(lockedUntilSeconds(failures), failures.lastAtSeconds) + 15 * 60
  return { count: isForgotten ? 1 : failures.count + 1, lastAtSeconds: nowSeconds }
}
