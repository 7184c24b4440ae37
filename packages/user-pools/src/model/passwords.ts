/**
 * New passwords: whether a pool takes them, and what is kept of them.
 *
 * All of it costs modular powers, so it happens outside of transactions; the transaction that keeps a
 * verifier checks that the user still has the one these were compared with.
 *
 * @see user-pools §6.2
 */
import { passwordComplaint } from '../authentication/password-policy.ts'
import {
  createVerifier,
  passwordMatches,
  poolNameOf,
  type SrpVerifier,
  saltBytes,
} from '../authentication/srp.ts'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import type { User, UserPool } from './documents.ts'

/** @throws UserPoolError InvalidPasswordException if the pool's policy refuses `password` */
export function checkPasswordPolicy(pool: UserPool, password: string): void {
  const complaint = passwordComplaint(password, pool.settings.Policies?.PasswordPolicy)
  if (complaint !== undefined) throw refusal('InvalidPasswordException', 'policy', complaint)
}

/** What to keep of a user's new password. */
export function newVerifier(
  environment: Environment,
  pool: UserPool,
  { username, password }: { readonly username: string; readonly password: string },
): SrpVerifier {
  const identity = { poolName: poolNameOf(pool.id), username, password }
  return createVerifier(identity, environment.entropy(saltBytes))
}

/** Whether `password` is the user's, in constant time; false for a user without one. */
export function isPasswordOf(pool: UserPool, user: User, password: string): boolean {
  if (user.verifier === undefined) return false
  const identity = { poolName: poolNameOf(pool.id), username: user.username, password }
  return passwordMatches(user.verifier, identity)
}

/** How many passwords of a user may not come again, the present one among them. */
export function historySizeOf(pool: UserPool): number {
  return pool.settings.Policies?.PasswordPolicy?.PasswordHistorySize ?? 0
}

/** Whether the pool's history forbids the user this password. */
export function isRepeated(pool: UserPool, user: User, password: string): boolean {
  const former = [user.verifier, ...(user.passwordHistory ?? [])].slice(0, historySizeOf(pool))
  return former.some(
    (verifier) => verifier !== undefined && isPasswordOf(pool, { ...user, verifier }, password),
  )
}

/** Whether two states of a user have the same password. */
export function hasSamePassword(one: User, other: User): boolean {
  return (
    one.verifier?.salt === other.verifier?.salt &&
    one.verifier?.verifier === other.verifier?.verifier
  )
}

const temporaryPasswordDaysDefault = 7

/** When a temporary password that is given now ends. @see user-pools §6.2 */
export function temporaryUntilSeconds(pool: UserPool, nowMs: number): number {
  const days = pool.settings.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays
  // 0 asks for the default.
  return Math.floor(nowMs / 1000) + (days || temporaryPasswordDaysDefault) * 24 * 60 * 60
}
