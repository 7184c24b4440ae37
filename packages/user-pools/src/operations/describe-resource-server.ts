import { describeResourceServer as describeServer } from '../descriptions/resource-server.ts'
import { readPool } from '../model/pools.ts'
import { requireResourceServer } from '../model/resource-servers.ts'
import { operation } from '../operation.ts'
import { serverOfPool } from '../request-shapes.ts'

/** Tells the name and the scopes of a resource server. @see user-pools §2.14 */
export const describeResourceServer = operation({
  name: 'DescribeResourceServer',
  access: 'admin',
  request: serverOfPool,
  errors: [],
  async run({ UserPoolId, Identifier }, { environment }) {
    const { value: server } = await environment.store.transact(
      (transaction) =>
        requireResourceServer(transaction, readPool(transaction, UserPoolId).id, Identifier),
      { intent: 'read' },
    )
    return { ResourceServer: describeServer(UserPoolId, server) }
  },
})
