import { describeGroup } from '../descriptions/group.ts'
import type { Group } from '../model/documents.ts'
import { requireGroup, writeGroup } from '../model/groups.ts'
import { readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { groupOfPool, groupSettings } from '../request-shapes.ts'

/** Changes a group; whatever is left out stays. @see user-pools §2.10 */
export const updateGroup = operation({
  name: 'UpdateGroup',
  access: 'admin',
  request: groupOfPool.extend(groupSettings.shape),
  errors: [],
  async run({ UserPoolId, GroupName, Description, RoleArn, Precedence }, { environment }) {
    const modifiedAtMs = environment.nowMs()
    const { value: group } = await environment.store.transact(
      (transaction) => {
        const before = requireGroup(transaction, readPool(transaction, UserPoolId).id, GroupName)
        const after: Group = {
          ...before,
          description: Description ?? before.description,
          roleArn: RoleArn ?? before.roleArn,
          precedence: Precedence ?? before.precedence,
          modifiedAtMs,
        }
        writeGroup(transaction, UserPoolId, after)
        return after
      },
      { intent: 'write' },
    )
    return { Group: describeGroup(UserPoolId, group) }
  },
})
