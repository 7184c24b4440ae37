import { z } from 'zod'
import { describePoolBriefly } from '../descriptions/pool.ts'
import { decode, type UserPool } from '../model/documents.ts'
import { poolsRange } from '../model/keys.ts'
import { readPage } from '../model/pages.ts'
import { operation } from '../operation.ts'
import { pageToken } from '../request-shapes.ts'

/** Lists the user pools, by id. @see user-pools §2.13 */
export const listUserPools = operation({
  name: 'ListUserPools',
  access: 'admin',
  request: z.object({ MaxResults: z.int().min(1).max(60), NextToken: pageToken.optional() }),
  errors: [],
  async run({ MaxResults, NextToken }, { environment }) {
    const request = {
      list: ['ListUserPools'],
      limit: MaxResults,
      token: NextToken,
      nowSeconds: environment.nowSeconds(),
    }
    const { value } = await environment.store.transact(
      (transaction) =>
        readPage(transaction, poolsRange(), request, ({ value: bytes }) =>
          describePoolBriefly(decode<UserPool>(bytes)),
        ),
      { intent: 'read' },
    )
    return { UserPools: value.items, NextToken: value.nextToken }
  },
})
