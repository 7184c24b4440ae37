import { describeClient } from '../descriptions/client.ts'
import { writeClient } from '../model/clients.ts'
import { checkClientSettings } from '../model/pool-settings.ts'
import { readClient } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { clientId, clientSettings, displayName, poolId } from '../request-shapes.ts'

/**
 * Replaces the settings of an app client: whatever is left out goes back to its default. Its secret stays
 * as it is.
 *
 * @see user-pools §2.11 and §2.12
 */
export const updateUserPoolClient = operation({
  name: 'UpdateUserPoolClient',
  access: 'admin',
  request: clientSettings.extend({
    UserPoolId: poolId,
    ClientId: clientId,
    ClientName: displayName.optional(),
  }),
  errors: [],
  async run({ UserPoolId, ClientId, ClientName, ...settings }, { environment }) {
    const modifiedAtMs = environment.nowMs()
    const { value } = await environment.store.transact(
      (transaction) => {
        const { pool, client } = readClient(transaction, ClientId, UserPoolId)
        checkClientSettings(pool, settings)
        const changed = { ...client, name: ClientName ?? client.name, settings, modifiedAtMs }
        writeClient(transaction, changed)
        return changed
      },
      { intent: 'write' },
    )
    return { UserPoolClient: describeClient(value) }
  },
})
