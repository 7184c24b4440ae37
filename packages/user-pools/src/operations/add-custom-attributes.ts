import { z } from 'zod'
import { readPool, writePool } from '../model/pools.ts'
import { extendSchema } from '../model/schema.ts'
import { operation } from '../operation.ts'
import { poolId, schemaAttribute } from '../request-shapes.ts'

/** Adds attributes to the schema of a pool, for good. @see user-pools §2.11 */
export const addCustomAttributes = operation({
  name: 'AddCustomAttributes',
  access: 'admin',
  request: z.object({
    UserPoolId: poolId,
    CustomAttributes: z.array(schemaAttribute).min(1).max(25),
  }),
  errors: [],
  async run({ UserPoolId, CustomAttributes }, { environment }) {
    const modifiedAtMs = environment.nowMs()
    await environment.store.transact(
      (transaction) => {
        const pool = readPool(transaction, UserPoolId)
        const schema = extendSchema(pool.schema, CustomAttributes)
        writePool(transaction, { ...pool, schema, modifiedAtMs })
      },
      { intent: 'write' },
    )
    return {}
  },
})
