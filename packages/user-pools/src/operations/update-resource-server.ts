import { describeResourceServer, resourceServerOf } from '../descriptions/resource-server.ts'
import { readPool } from '../model/pools.ts'
import { requireResourceServer, writeResourceServer } from '../model/resource-servers.ts'
import { operation } from '../operation.ts'
import { serverOfPool, serverSettings } from '../request-shapes.ts'

/** Replaces the name and the scopes of a resource server. @see user-pools §2.14 */
export const updateResourceServer = operation({
  name: 'UpdateResourceServer',
  access: 'admin',
  request: serverOfPool.extend(serverSettings.shape),
  errors: [],
  async run(request, { environment }) {
    const { UserPoolId, Identifier } = request
    const server = resourceServerOf(request)
    await environment.store.transact(
      (transaction) => {
        const pool = readPool(transaction, UserPoolId)
        requireResourceServer(transaction, pool.id, Identifier)
        writeResourceServer(transaction, pool.id, server)
      },
      { intent: 'write' },
    )
    return { ResourceServer: describeResourceServer(UserPoolId, server) }
  },
})
