import { z } from 'zod'
import { deletePool, readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { poolId } from '../request-shapes.ts'

/**
 * Deletes a user pool. It is gone with the answer; what was in it is cleared away afterwards.
 *
 * @see user-pools §2.11
 */
export const deleteUserPool = operation({
  name: 'DeleteUserPool',
  access: 'admin',
  request: z.object({ UserPoolId: poolId }),
  errors: [],
  async run({ UserPoolId }, { environment, error }) {
    await environment.store.transact(
      (transaction) => {
        const pool = readPool(transaction, UserPoolId)
        if (pool.settings.DeletionProtection === 'ACTIVE') {
          throw error('InvalidParameterException', 'deletionProtection')
        }
        deletePool(transaction, pool)
      },
      { intent: 'write' },
    )
    environment.leftovers()
    return undefined
  },
})
