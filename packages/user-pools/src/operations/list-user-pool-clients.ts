import { z } from 'zod'
import { describeClientBriefly } from '../descriptions/client.ts'
import { clientsOfPoolRange, partsOf } from '../model/keys.ts'
import { readPage } from '../model/pages.ts'
import { findClient, readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { nextToken, poolId } from '../request-shapes.ts'

/** Lists the app clients of a pool, by id. @see user-pools §2.13 */
export const listUserPoolClients = operation({
  name: 'ListUserPoolClients',
  access: 'admin',
  request: z.object({
    UserPoolId: poolId,
    MaxResults: z.int().min(1).max(60).optional(),
    NextToken: nextToken.optional(),
  }),
  errors: [],
  async run({ UserPoolId, MaxResults, NextToken }, { environment }) {
    const request = {
      list: ['ListUserPoolClients', UserPoolId],
      limit: MaxResults,
      token: NextToken,
      nowSeconds: environment.nowSeconds(),
    }
    const { value } = await environment.store.transact(
      (transaction) => {
        readPool(transaction, UserPoolId)
        return readPage(transaction, clientsOfPoolRange(UserPoolId), request, ({ key }) => {
          const client = findClient(transaction, partsOf(key)[1] ?? '')
          return client && describeClientBriefly(client)
        })
      },
      { intent: 'read' },
    )
    return { UserPoolClients: value.items, NextToken: value.nextToken }
  },
})
