import { z } from 'zod'
import { describeResourceServer } from '../descriptions/resource-server.ts'
import { decode, type ResourceServer } from '../model/documents.ts'
import { resourceServersRange } from '../model/keys.ts'
import { readPage } from '../model/pages.ts'
import { readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { pageToken, poolId } from '../request-shapes.ts'

const pageSize = 50

/** Lists the resource servers of a pool, by identifier. @see user-pools §2.13 */
export const listResourceServers = operation({
  name: 'ListResourceServers',
  access: 'admin',
  request: z.object({
    UserPoolId: poolId,
    MaxResults: z.int().min(1).max(pageSize).optional(),
    NextToken: pageToken.optional(),
  }),
  errors: [],
  async run({ UserPoolId, MaxResults = pageSize, NextToken }, { environment }) {
    const request = {
      list: ['ListResourceServers', UserPoolId],
      limit: MaxResults,
      token: NextToken,
      nowSeconds: environment.nowSeconds(),
    }
    const { value } = await environment.store.transact(
      (transaction) => {
        const range = resourceServersRange(readPool(transaction, UserPoolId).id)
        return readPage(transaction, range, request, (entry) =>
          describeResourceServer(UserPoolId, decode<ResourceServer>(entry.value)),
        )
      },
      { intent: 'read' },
    )
    return { ResourceServers: value.items, NextToken: value.nextToken }
  },
})
