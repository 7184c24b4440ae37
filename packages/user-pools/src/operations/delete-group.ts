import { deleteGroup as forgetGroup, requireGroup } from '../model/groups.ts'
import { readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { groupOfPool } from '../request-shapes.ts'

/** Deletes a group, and with it who was in it. @see user-pools §2.10 */
export const deleteGroup = operation({
  name: 'DeleteGroup',
  access: 'admin',
  request: groupOfPool,
  errors: [],
  async run({ UserPoolId, GroupName }, { environment }) {
    await environment.store.transact(
      (transaction) => {
        const group = requireGroup(transaction, readPool(transaction, UserPoolId).id, GroupName)
        forgetGroup(transaction, UserPoolId, group)
      },
      { intent: 'write' },
    )
    environment.leftovers()
    return undefined
  },
})
