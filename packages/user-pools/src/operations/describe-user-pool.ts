import { z } from 'zod'
import { describePool } from '../descriptions/pool.ts'
import { countUpTo } from '../model/clients.ts'
import { usersRange } from '../model/keys.ts'
import { readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { poolId } from '../request-shapes.ts'

/** `EstimatedNumberOfUsers` counts no further: an estimate must not read a whole pool. */
const estimatedUsersMax = 1_000

/** Tells the settings of a user pool. @see user-pools §2.11 */
export const describeUserPool = operation({
  name: 'DescribeUserPool',
  access: 'admin',
  request: z.object({ UserPoolId: poolId }),
  errors: [],
  async run({ UserPoolId }, { environment }) {
    const { value } = await environment.store.transact(
      (transaction) => ({
        pool: readPool(transaction, UserPoolId),
        users: countUpTo(estimatedUsersMax, transaction.range(...usersRange(UserPoolId))),
      }),
      { intent: 'read' },
    )
    return { UserPool: describePool(value.pool, environment.region, value.users) }
  },
})
