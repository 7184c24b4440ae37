import { readPool } from '../model/pools.ts'
import {
  deleteResourceServer as forgetServer,
  requireResourceServer,
} from '../model/resource-servers.ts'
import { operation } from '../operation.ts'
import { serverOfPool } from '../request-shapes.ts'

/** Deletes a resource server. @see user-pools §2.14 */
export const deleteResourceServer = operation({
  name: 'DeleteResourceServer',
  access: 'admin',
  request: serverOfPool,
  errors: [],
  async run({ UserPoolId, Identifier }, { environment }) {
    await environment.store.transact(
      (transaction) => {
        const pool = readPool(transaction, UserPoolId)
        forgetServer(transaction, pool.id, requireResourceServer(transaction, pool.id, Identifier))
      },
      { intent: 'write' },
    )
    return undefined
  },
})
