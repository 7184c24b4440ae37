import { checkPoolSettings } from '../model/pool-settings.ts'
import { readPool, writePool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { displayName, poolId, poolSettings } from '../request-shapes.ts'

/**
 * Replaces the settings of a user pool: whatever is left out goes back to its default.
 *
 * @see user-pools §2.11
 */
export const updateUserPool = operation({
  name: 'UpdateUserPool',
  access: 'admin',
  request: poolSettings.extend({ UserPoolId: poolId, PoolName: displayName.optional() }),
  errors: [],
  async run({ UserPoolId, PoolName, ...settings }, { environment }) {
    checkPoolSettings(settings)
    const modifiedAtMs = environment.nowMs()
    await environment.store.transact(
      (transaction) => {
        const pool = readPool(transaction, UserPoolId)
        writePool(transaction, { ...pool, name: PoolName ?? pool.name, settings, modifiedAtMs })
      },
      { intent: 'write' },
    )
    return {}
  },
})
