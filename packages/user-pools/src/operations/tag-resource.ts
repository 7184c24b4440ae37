import { z } from 'zod'
import { writePool } from '../model/pools.ts'
import { readTaggedPool } from '../model/tagged-pool.ts'
import { operation } from '../operation.ts'
import { arn, stringMap } from '../request-shapes.ts'

/** Tags a user pool; of two tags with one key the new one counts. @see user-pools §2.14 */
export const tagResource = operation({
  name: 'TagResource',
  access: 'admin',
  request: z.object({ ResourceArn: arn, Tags: stringMap }),
  errors: [],
  async run({ ResourceArn, Tags }, { environment }) {
    await environment.store.transact(
      (transaction) => {
        const pool = readTaggedPool(transaction, environment.region, ResourceArn)
        const UserPoolTags = { ...pool.settings.UserPoolTags, ...Tags }
        writePool(transaction, { ...pool, settings: { ...pool.settings, UserPoolTags } })
      },
      { intent: 'write' },
    )
    return {}
  },
})
