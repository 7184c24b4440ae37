/** Refusing a wrong credential. @see user-pools §6.5 */
import type { Environment } from '../environment.ts'
import { refusal, type UserPoolError } from '../errors.ts'
import { isLocked, recordFailure } from '../model/attempts.ts'
import { type OpenTicket, spendTicket, type TicketNotes } from '../model/tickets.ts'
import type { Candidate } from './candidate.ts'

/**
 * Counts a failed sign-in and says how to refuse it.
 *
 * The lock is looked at again where the count is kept: of guesses sent side by side no more are judged
 * than of guesses sent one by one.
 *
 * @param ticket what was answered with the wrong credential; it is of no more use
 */
export async function failedAttempt(
  { store, nowSeconds }: Environment,
  { client: { pool }, attemptsSubject }: Candidate,
  ticket?: OpenTicket<TicketNotes>,
): Promise<UserPoolError> {
  const now = nowSeconds()
  const { value } = await store.transact(
    (transaction) => {
      if (isLocked(transaction, pool.id, attemptsSubject, now)) {
        return refusal('NotAuthorizedException', 'locked')
      }
      if (ticket !== undefined) spendTicket(transaction, pool.id, ticket)
      recordFailure(transaction, pool.id, attemptsSubject, now)
      return refusal('NotAuthorizedException', 'incorrect')
    },
    { intent: 'write' },
  )
  return value
}
