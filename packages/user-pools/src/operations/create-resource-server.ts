import { describeResourceServer, resourceServerOf } from '../descriptions/resource-server.ts'
import { readPool } from '../model/pools.ts'
import { createResourceServer as keepServer } from '../model/resource-servers.ts'
import { operation } from '../operation.ts'
import { serverOfPool, serverSettings } from '../request-shapes.ts'

/** Makes a resource server. @see user-pools §2.14 */
export const createResourceServer = operation({
  name: 'CreateResourceServer',
  access: 'admin',
  request: serverOfPool.extend(serverSettings.shape),
  errors: ['LimitExceededException'],
  async run(request, { environment }) {
    const { UserPoolId } = request
    const server = resourceServerOf(request)
    await environment.store.transact(
      (transaction) => keepServer(transaction, readPool(transaction, UserPoolId).id, server),
      { intent: 'write' },
    )
    return { ResourceServer: describeResourceServer(UserPoolId, server) }
  },
})
