/**
 * Counting what a user tried, and the names that nobody has.
 *
 * Unknown names share a bounded number of counters, so that a lock or a quota does not tell who exists
 * and guessing names fills no disk.
 *
 * @see user-pools §6.4 and §6.5
 */
import { createHmac } from 'node:crypto'
import type { Transaction } from '@vivarium/store'
import {
  countAttempt,
  countFailure,
  lockedUntilSeconds,
  type QuotaOperation,
} from '../authentication/quotas.ts'
import { type Attempts, readDocument, writeDocument } from './documents.ts'
import { attemptsKey } from './keys.ts'

const unknownCountersBytes = 2

/** Under what the attempts at a name that no user has are counted. */
export function unknownSubject(poolSecret: Uint8Array, foldedName: string): string {
  const hash = createHmac('sha256', poolSecret).update('attempts\0').update(foldedName).digest()
  return `?${hash.subarray(0, unknownCountersBytes).toString('hex')}`
}

function readAttempts(transaction: Transaction, poolId: string, subject: string): Attempts {
  return readDocument<Attempts>(transaction, attemptsKey(poolId, subject)) ?? {}
}

/** Whether sign-ins of this subject are refused at present. */
export function isLocked(
  transaction: Transaction,
  poolId: string,
  subject: string,
  nowSeconds: number,
): boolean {
  return nowSeconds < lockedUntilSeconds(readAttempts(transaction, poolId, subject).failures)
}

/** Counts a failed sign-in. */
export function recordFailure(
  transaction: Transaction,
  poolId: string,
  subject: string,
  nowSeconds: number,
): void {
  const attempts = readAttempts(transaction, poolId, subject)
  writeDocument(transaction, attemptsKey(poolId, subject), {
    ...attempts,
    failures: countFailure(attempts.failures, nowSeconds),
  })
}

/** Forgets failed sign-ins: the user proved who they are. */
export function clearFailures(transaction: Transaction, poolId: string, subject: string): void {
  const attempts = readAttempts(transaction, poolId, subject)
  if (attempts.failures === undefined) return
  const { failures: _, ...rest } = attempts
  writeDocument(transaction, attemptsKey(poolId, subject), rest)
}

/** Counts an attempt at an operation with a quota; false if the quota is used up. */
export function recordAttempt(
  transaction: Transaction,
  poolId: string,
  subject: string,
  {
    operation,
    nowSeconds,
    quotas,
  }: {
    readonly operation: QuotaOperation
    readonly nowSeconds: number
    /** False: nothing is counted. */
    readonly quotas: boolean
  },
): boolean {
  if (!quotas) return true
  const attempts = readAttempts(transaction, poolId, subject)
  const counted = countAttempt(operation, attempts.counted?.[operation] ?? [], nowSeconds)
  if (counted === undefined) return false
  writeDocument(transaction, attemptsKey(poolId, subject), {
    ...attempts,
    counted: { ...attempts.counted, [operation]: counted },
  })
  return true
}

/** Whether nothing of these attempts matters any more. */
export function areAttemptsOver(attempts: Attempts, nowSeconds: number): boolean {
  const hourAgo = nowSeconds - 60 * 60
  const isQuiet = Object.values(attempts.counted ?? {}).every((times) =>
    times.every((at) => at < hourAgo),
  )
  const last = Math.max(
    lockedUntilSeconds(attempts.failures),
    attempts.failures?.lastAtSeconds ?? 0,
  )
  return isQuiet && last < hourAgo
}
