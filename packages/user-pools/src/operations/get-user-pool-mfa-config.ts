import { z } from 'zod'
import { readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { poolId } from '../request-shapes.ts'

/** Tells whether a pool asks for second factors. @see user-pools §2.11 */
export const getUserPoolMfaConfig = operation({
  name: 'GetUserPoolMfaConfig',
  access: 'admin',
  request: z.object({ UserPoolId: poolId }),
  errors: [],
  async run({ UserPoolId }, { environment }) {
    const { value: pool } = await environment.store.transact(
      (transaction) => readPool(transaction, UserPoolId),
      { intent: 'read' },
    )
    return { MfaConfiguration: pool.settings.MfaConfiguration ?? 'OFF' }
  },
})
