/**
 * Codes that are sent to an address and typed back.
 *
 * A code is six digits, so its hash alone would be searched in no time: it is kept under an HMAC whose
 * key is the pool's secret, and the HMAC covers what the code is for. A code that reached one address
 * confirms nothing about another, even if the record were moved.
 *
 * @see user-pools §6.3
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a code may be used for; one code for each at a time. */
export type CodePurpose =
  | 'confirm-sign-up'
  | 'reset-password'
  | 'verify-attribute'
  | 'second-factor'
  | 'first-factor'

/** What a code is bound to. */
export interface CodeSubject {
  /** The user's `sub`. */
  readonly sub: string
  readonly purpose: CodePurpose
  /** The attribute that is verified: `email`, `phone_number`. */
  readonly attributeName: string
  /** The address that the code is sent to. */
  readonly destination: string
}

/** What is kept of a code. */
export interface StoredCode {
  readonly attributeName: string
  readonly destination: string
  /** Base64. */
  readonly hash: string
  readonly expiresAtSeconds: number
  /** How many wrong codes were compared with it. */
  readonly mismatches: number
}

/** How long a code holds unless it is told otherwise, by its purpose. */
export const codeValiditySeconds: Readonly<Record<CodePurpose, number>> = {
  'confirm-sign-up': 24 * 60 * 60,
  'verify-attribute': 24 * 60 * 60,
  'reset-password': 60 * 60,
  // These end with their session, whose length the app client sets: pass the session's.
  'second-factor': 3 * 60,
  'first-factor': 3 * 60,
}

/** A code of this purpose has so many digits. */
export function codeDigits(purpose: CodePurpose): 6 | 8 {
  return purpose === 'first-factor' ? 8 : 6
}

/** How many random bytes `createCode` takes. */
export const codeEntropyBytes = 16

/**
 * A new code and what to keep of it. Keep it in place of the one before, which thereby ends.
 *
 * @param entropy `codeEntropyBytes` random bytes, never used before
 */
export function createCode(
  subject: CodeSubject,
  {
    poolSecret,
    entropy,
    nowSeconds,
    validitySeconds = codeValiditySeconds[subject.purpose],
  }: {
    readonly poolSecret: Uint8Array
    readonly entropy: Uint8Array
    readonly nowSeconds: number
    readonly validitySeconds?: number | undefined
  },
): { readonly code: string; readonly stored: StoredCode } {
  const digits = codeDigits(subject.purpose)
  const random = BigInt(`0x${Buffer.from(entropy).toString('hex')}`)
  const code = (random % 10n ** BigInt(digits)).toString().padStart(digits, '0')
  return {
    code,
    stored: {
      attributeName: subject.attributeName,
      destination: subject.destination,
      hash: hashOf(code, subject, poolSecret).toString('base64'),
      expiresAtSeconds: nowSeconds + validitySeconds,
      mismatches: 0,
    },
  }
}

/**
 * What a typed code is worth.
 *
 * - `match`: delete the record in the same transaction, so that the code works once;
 * - `mismatch`: keep `stored`, which has counted it, and answer CodeMismatchException;
 * - `expired`: no code for this subject is outstanding: ExpiredCodeException.
 */
export type CodeVerdict =
  | { readonly kind: 'match' }
  | { readonly kind: 'mismatch'; readonly stored: StoredCode }
  | { readonly kind: 'expired' }

/**
 * Compares a typed code with the one that was sent, in constant time.
 *
 * @param stored undefined if none is outstanding
 * @param subject what the code must be for: `attributeName` as stored, `destination` as the user's
 * attribute (or pending value) is now. A code that went to an address the user has since changed counts
 * as expired.
 * @param mismatchesMax after so many wrong ones the code counts as expired. Default: no limit but the
 * hourly quota of the operation.
 */
export function checkCode(
  stored: StoredCode | undefined,
  typed: string,
  subject: CodeSubject,
  {
    poolSecret,
    nowSeconds,
    mismatchesMax = Number.POSITIVE_INFINITY,
  }: {
    readonly poolSecret: Uint8Array
    readonly nowSeconds: number
    readonly mismatchesMax?: number | undefined
  },
): CodeVerdict {
  if (
    stored === undefined ||
    stored.attributeName !== subject.attributeName ||
    stored.destination !== subject.destination ||
    nowSeconds >= stored.expiresAtSeconds ||
    stored.mismatches >= mismatchesMax
  ) {
    return { kind: 'expired' }
  }
  const expected = Buffer.from(stored.hash, 'base64')
  return timingSafeEqual(hashOf(typed, subject, poolSecret), expected)
    ? { kind: 'match' }
    : { kind: 'mismatch', stored: { ...stored, mismatches: stored.mismatches + 1 } }
}

function hashOf(code: string, subject: CodeSubject, poolSecret: Uint8Array): Buffer {
  const parts = [subject.sub, subject.purpose, subject.attributeName, subject.destination, code]
  return createHmac('sha256', poolSecret).update('code\0').update(JSON.stringify(parts)).digest()
}
