/** The pool that the ARN of a tag operation names. @see user-pools §2.14 */
import type { Transaction } from '@vivarium/store'
import { refusal } from '../errors.ts'
import type { UserPool } from './documents.ts'
import { poolIdInArn } from './identifiers.ts'
import { readPool } from './pools.ts'

/** @throws UserPoolError ResourceNotFoundException, InvalidParameterException */
export function readTaggedPool(transaction: Transaction, region: string, arn: string): UserPool {
  const poolId = poolIdInArn(region, arn)
  if (poolId === undefined) {
    // Unverified: the text.
    throw refusal('InvalidParameterException', 'other', `${arn} is not the ARN of a user pool.`)
  }
  return readPool(transaction, poolId)
}
