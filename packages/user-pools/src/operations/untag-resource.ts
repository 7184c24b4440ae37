import { z } from 'zod'
import { writePool } from '../model/pools.ts'
import { readTaggedPool } from '../model/tagged-pool.ts'
import { operation } from '../operation.ts'
import { arn } from '../request-shapes.ts'

/** Removes tags of a user pool; keys it does not have are ignored. @see user-pools §2.14 */
export const untagResource = operation({
  name: 'UntagResource',
  access: 'admin',
  request: z.object({ ResourceArn: arn, TagKeys: z.array(z.string().min(1).max(128)) }),
  errors: [],
  async run({ ResourceArn, TagKeys }, { environment }) {
    await environment.store.transact(
      (transaction) => {
        const pool = readTaggedPool(transaction, environment.region, ResourceArn)
        const kept = Object.entries(pool.settings.UserPoolTags ?? {}).filter(
          ([key]) => !TagKeys.includes(key),
        )
        const settings = { ...pool.settings, UserPoolTags: Object.fromEntries(kept) }
        writePool(transaction, { ...pool, settings })
      },
      { intent: 'write' },
    )
    return {}
  },
})
