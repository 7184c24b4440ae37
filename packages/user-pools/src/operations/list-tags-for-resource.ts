import { z } from 'zod'
import { readTaggedPool } from '../model/tagged-pool.ts'
import { operation } from '../operation.ts'
import { arn } from '../request-shapes.ts'

/** Tells the tags of a user pool. @see user-pools §2.14 */
export const listTagsForResource = operation({
  name: 'ListTagsForResource',
  access: 'admin',
  request: z.object({ ResourceArn: arn }),
  errors: [],
  async run({ ResourceArn }, { environment }) {
    const { value: pool } = await environment.store.transact(
      (transaction) => readTaggedPool(transaction, environment.region, ResourceArn),
      { intent: 'read' },
    )
    return { Tags: pool.settings.UserPoolTags ?? {} }
  },
})
