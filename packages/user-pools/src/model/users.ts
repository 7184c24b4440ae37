/** Changing users as a whole. */
import type { Transaction } from '@vivarium/store'
import type { SrpVerifier } from '../authentication/srp.ts'
import { deleteCodes } from './codes.ts'
import { type User, type UserPool, writeDocument } from './documents.ts'
import {
  attemptsKey,
  memberKey,
  membershipKey,
  membershipsRange,
  partsOf,
  userKey,
} from './keys.ts'
import { eraseUser, fold } from './names.ts'

/** Writes a user none of whose names changed. Otherwise: `saveUser`. */
export function writeUser(transaction: Transaction, pool: UserPool, user: User): void {
  writeDocument(transaction, userKey(pool.id, fold(pool, user.username)), user)
}

/**
 * Deletes a user with names, codes, counters and memberships. Sign-ins stay until they are forgotten:
 * they name a `sub` that nobody has any more.
 */
export function deleteUser(transaction: Transaction, pool: UserPool, user: User): void {
  eraseUser(transaction, pool, user)
  deleteCodes(transaction, pool.id, user.sub)
  transaction.delete(attemptsKey(pool.id, user.sub))
  const groups = [...transaction.range(...membershipsRange(pool.id, user.sub))].map(
    ({ key }) => partsOf(key)[2] ?? '',
  )
  for (const group of groups) {
    transaction.delete(membershipKey(pool.id, user.sub, group))
    transaction.delete(memberKey(pool.id, group, user.sub))
  }
}

/**
 * The user with a new password of their own; it is nobody's temporary one any more.
 *
 * @param historySize how many former verifiers are kept
 */
export function withPassword(
  user: User,
  verifier: SrpVerifier,
  { nowMs, historySize }: { readonly nowMs: number; readonly historySize: number },
): User {
  const { temporaryUntilSeconds: _, passwordHistory = [], ...rest } = user
  const former = user.verifier === undefined ? [] : [user.verifier]
  const history = [...former, ...passwordHistory].slice(0, Math.max(historySize - 1, 0))
  return {
    ...rest,
    verifier,
    ...(history.length > 0 && { passwordHistory: history }),
    modifiedAtMs: nowMs,
  }
}
