/**
 * The factors that a user may begin with where the client lets them choose.
 *
 * @see user-pools §2.4 and §2.5, USER_AUTH
 */
import { type Address, simulatedAddress } from '../deliver-code.ts'
import type { User, UserPool } from '../model/documents.ts'
import { fold } from '../model/names.ts'
import { poolSecretOf } from '../model/pools.ts'
import type { Candidate } from './candidate.ts'

/** A challenge that a user can choose. */
export type FirstFactor = 'PASSWORD' | 'PASSWORD_SRP' | 'EMAIL_OTP' | 'SMS_OTP'

/** A factor whose code is sent. */
export type CodeFactor = 'EMAIL_OTP' | 'SMS_OTP'

/** Which address each code factor proves. */
export const factorAddress = { EMAIL_OTP: 'email', SMS_OTP: 'phone_number' } as const

const codeFactors = ['EMAIL_OTP', 'SMS_OTP'] as const

/** What the pool allows. */
export function allowedFactors(pool: UserPool): readonly string[] {
  return pool.settings.Policies?.SignInPolicy?.AllowedFirstAuthFactors ?? ['PASSWORD']
}

/** Whether users of the pool need no password. */
export function isPasswordless(pool: UserPool): boolean {
  return codeFactors.some((factor) => allowedFactors(pool).includes(factor))
}

/** The factors of a user. A code can only reach who is confirmed, at a verified address. */
export function factorsOf(pool: UserPool, user: User): readonly FirstFactor[] {
  const allowed = allowedFactors(pool)
  const hasPassword = allowed.includes('PASSWORD') && user.verifier !== undefined
  const codes = codeFactors.filter(
    (factor) => allowed.includes(factor) && verifiedAddress(user, factor) !== undefined,
  )
  return [...(hasPassword ? (['PASSWORD', 'PASSWORD_SRP'] as const) : []), ...codes]
}

/** The factors of whoever wants to sign in; nobody is offered what somebody usually has. */
export function factorsOfCandidate({ client: { pool }, user }: Candidate): readonly FirstFactor[] {
  const known = user && factorsOf(pool, user)
  if (known !== undefined && known.length > 0) return known
  const allowed = allowedFactors(pool)
  return [
    ...(allowed.includes('PASSWORD') ? (['PASSWORD', 'PASSWORD_SRP'] as const) : []),
    ...(allowed.includes('EMAIL_OTP') ? (['EMAIL_OTP'] as const) : []),
  ]
}

/** Where the code of a factor goes; undefined if it goes nowhere. */
export function verifiedAddress(user: User, factor: CodeFactor): Address | undefined {
  const attribute = factorAddress[factor]
  const value = user.attributes[attribute] ?? ''
  const isReachable =
    user.isEnabled &&
    user.status === 'CONFIRMED' &&
    value !== '' &&
    user.attributes[`${attribute}_verified`] === 'true'
  return isReachable ? { attribute, value } : undefined
}

/** Where a code is said to go that goes nowhere. */
export function pretendedAddress(
  { client: { pool, secrets }, user, typedName }: Candidate,
  factor: CodeFactor,
): Address {
  const attribute = factorAddress[factor]
  const value = user?.attributes[attribute] ?? ''
  if (value !== '') return { attribute, value }
  return simulatedAddress(poolSecretOf(secrets), fold(pool, typedName), [attribute])
}
