import { z } from 'zod'
import { deleteClient } from '../model/clients.ts'
import { readClient } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { clientId, poolId } from '../request-shapes.ts'

/** Deletes an app client: no token of it is accepted any more. @see user-pools §2.12 */
export const deleteUserPoolClient = operation({
  name: 'DeleteUserPoolClient',
  access: 'admin',
  request: z.object({ UserPoolId: poolId, ClientId: clientId }),
  errors: [],
  async run({ UserPoolId, ClientId }, { environment }) {
    await environment.store.transact(
      (transaction) =>
        deleteClient(transaction, readClient(transaction, ClientId, UserPoolId).client),
      { intent: 'write' },
    )
    return undefined
  },
})
