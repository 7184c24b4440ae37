import { z } from 'zod'
import { describeClient } from '../descriptions/client.ts'
import { readClient } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { clientId, poolId } from '../request-shapes.ts'

/** Tells the settings of an app client, its secret among them. @see user-pools §2.12 */
export const describeUserPoolClient = operation({
  name: 'DescribeUserPoolClient',
  access: 'admin',
  request: z.object({ UserPoolId: poolId, ClientId: clientId }),
  errors: [],
  async run({ UserPoolId, ClientId }, { environment }) {
    const { value } = await environment.store.transact(
      (transaction) => readClient(transaction, ClientId, UserPoolId),
      { intent: 'read' },
    )
    return { UserPoolClient: describeClient(value.client) }
  },
})
