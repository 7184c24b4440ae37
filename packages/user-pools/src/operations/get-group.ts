import { describeGroup } from '../descriptions/group.ts'
import { requireGroup } from '../model/groups.ts'
import { readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { groupOfPool } from '../request-shapes.ts'

/** Tells the settings of a group. @see user-pools §2.10 */
export const getGroup = operation({
  name: 'GetGroup',
  access: 'admin',
  request: groupOfPool,
  errors: [],
  async run({ UserPoolId, GroupName }, { environment }) {
    const { value: group } = await environment.store.transact(
      (transaction) => requireGroup(transaction, readPool(transaction, UserPoolId).id, GroupName),
      { intent: 'read' },
    )
    return { Group: describeGroup(UserPoolId, group) }
  },
})
