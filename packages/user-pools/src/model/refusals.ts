/** Transactions that refuse and yet keep what they counted. */
import type { Store, Transaction, TransactOptions } from '@vivarium/store'
import { UserPoolError } from '../errors.ts'

/**
 * Runs `body` and throws the refusal that it returned, after the commit: an attempt that it counted stays
 * counted. A refusal that it throws undoes everything, as always.
 *
 * @throws UserPoolError what `body` returned or threw
 */
export async function transactOrRefuse<T>(
  store: Store,
  body: (transaction: Transaction) => T | UserPoolError,
  options?: TransactOptions,
): Promise<T> {
  const { value } = await store.transact(body, options)
  if (value instanceof UserPoolError) throw value
  return value
}
