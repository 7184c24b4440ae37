/**
 * The codes that users were sent and have not typed yet: one for each purpose, and for each attribute
 * where attributes are verified one by one. A new one ends the one before.
 *
 * @see user-pools §6.3
 */
import type { Transaction } from '@vivarium/store'
import {
  type CodeSubject,
  checkCode,
  createCode,
  type StoredCode,
} from '../authentication/codes.ts'
import { readDocument, writeDocument } from './documents.ts'
import { codeKey, codesRange } from './keys.ts'
import type { ClientOfPool } from './pools.ts'

type CodePlace = Pick<CodeSubject, 'sub' | 'purpose'> & { readonly attributeName?: string }

/** A code whose purpose is one for the whole user has no attribute in its key. */
function keyOf(poolId: string, { sub, purpose, attributeName = '' }: CodePlace) {
  return codeKey(poolId, sub, purpose, purpose === 'verify-attribute' ? attributeName : '')
}

/** Keeps a new code and returns it in clear, to be sent. */
export function issueCode(
  transaction: Transaction,
  poolId: string,
  subject: CodeSubject,
  secrets: {
    readonly poolSecret: Uint8Array
    /** `codeEntropyBytes` random bytes, never used before. */
    readonly entropy: Uint8Array
    readonly nowSeconds: number
    /** Default: what codes of this purpose have. */
    readonly validitySeconds?: number | undefined
  },
): string {
  const { code, stored } = createCode(subject, secrets)
  writeDocument(transaction, keyOf(poolId, subject), stored)
  return code
}

/** The code of this purpose that is outstanding, if any. */
export function readCode(
  transaction: Transaction,
  poolId: string,
  place: CodePlace,
): StoredCode | undefined {
  return readDocument<StoredCode>(transaction, keyOf(poolId, place))
}

/** Forgets a code: it was used, or what it was for is no more. */
export function deleteCode(transaction: Transaction, poolId: string, place: CodePlace): void {
  transaction.delete(keyOf(poolId, place))
}

/** Forgets all codes of a user. */
export function deleteCodes(transaction: Transaction, poolId: string, sub: string): void {
  const keys = [...transaction.range(...codesRange(poolId, sub))].map(({ key }) => Buffer.from(key))
  for (const key of keys) transaction.delete(key)
}

/** What a typed code is worth. */
export type CodeAnswer = 'match' | 'mismatch' | 'expired'

/**
 * Judges a typed code and counts a wrong one. A right one stays until `deleteCode`, so that what comes of
 * it may still be refused.
 *
 * @param destination the address as the user has it now: a code that went elsewhere is worth nothing
 */
export function judgeCode(
  transaction: Transaction,
  pool: Pick<ClientOfPool, 'pool'> & { readonly poolSecret: Uint8Array },
  subject: CodeSubject,
  { typed, nowSeconds }: { readonly typed: string; readonly nowSeconds: number },
): CodeAnswer {
  const stored = readCode(transaction, pool.pool.id, subject)
  const verdict = checkCode(stored, typed, subject, { poolSecret: pool.poolSecret, nowSeconds })
  if (verdict.kind === 'mismatch') {
    writeDocument(transaction, keyOf(pool.pool.id, subject), verdict.stored)
  }
  return verdict.kind
}
