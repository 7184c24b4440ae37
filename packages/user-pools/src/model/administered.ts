/** The user that an administrative request names. @see user-pools §2.9 */
import type { Transaction } from '@vivarium/store'
import { refusal } from '../errors.ts'
import type { User, UserPool } from './documents.ts'
import { findUserForAdmin } from './names.ts'
import { readPool } from './pools.ts'

/** The members of a request that name a user to administer. */
export interface AdministeredName {
  readonly UserPoolId: string
  readonly Username: string
}

/** A user with its pool. */
export interface Administered {
  readonly pool: UserPool
  readonly user: User
}

/** @throws UserPoolError ResourceNotFoundException, UserNotFoundException */
export function readAdministered(
  transaction: Transaction,
  { UserPoolId, Username }: AdministeredName,
): Administered {
  const pool = readPool(transaction, UserPoolId)
  const user = findUserForAdmin(transaction, pool, Username)
  if (user === undefined) throw refusal('UserNotFoundException', 'unknown')
  return { pool, user }
}
