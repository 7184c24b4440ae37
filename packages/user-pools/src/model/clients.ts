/** The app clients of a pool. @see user-pools §2.12 */
import type { Transaction } from '@vivarium/store'
import { refusal } from '../errors.ts'
import { type AppClient, writeDocument } from './documents.ts'
import { clientKey, clientOfPoolKey, clientsOfPoolRange } from './keys.ts'

const clientsMax = 1_000

/** Keeps a new client. @throws UserPoolError LimitExceededException */
export function createClient(transaction: Transaction, client: AppClient): void {
  if (
    countUpTo(clientsMax, transaction.range(...clientsOfPoolRange(client.poolId))) === clientsMax
  ) {
    throw refusal(
      'LimitExceededException',
      'other',
      `The limit of ${clientsMax} clients is reached.`,
    )
  }
  writeClient(transaction, client)
  writeDocument(transaction, clientOfPoolKey(client.poolId, client.id), {})
}

/** Keeps a client that exists. */
export function writeClient(transaction: Transaction, client: AppClient): void {
  writeDocument(transaction, clientKey(client.id), client)
}

/** Forgets a client: its tokens are refused from now on. */
export function deleteClient(transaction: Transaction, { id, poolId }: AppClient): void {
  transaction.delete(clientKey(id))
  transaction.delete(clientOfPoolKey(poolId, id))
}

/** How many there are; at most `max` are looked at. */
export function countUpTo(max: number, entries: Iterable<unknown>): number {
  let count = 0
  for (const _ of entries) {
    count += 1
    if (count === max) break
  }
  return count
}
