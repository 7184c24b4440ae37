import { describeGroup } from '../descriptions/group.ts'
import type { Group } from '../model/documents.ts'
import { createGroup as keepGroup } from '../model/groups.ts'
import { readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { groupOfPool, groupSettings } from '../request-shapes.ts'
import { clearGroup } from '../sweep/clear-groups.ts'

/** Makes a group. @see user-pools §2.10 */
export const createGroup = operation({
  name: 'CreateGroup',
  access: 'admin',
  request: groupOfPool.extend(groupSettings.shape),
  errors: ['GroupExistsException', 'LimitExceededException'],
  async run({ UserPoolId, GroupName, Description, RoleArn, Precedence }, { environment }) {
    const nowMs = environment.nowMs()
    const group: Group = {
      name: GroupName,
      description: Description,
      roleArn: RoleArn,
      precedence: Precedence,
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
    }
    const { store } = environment
    for (;;) {
      const { value: isKept } = await store.transact(
        (transaction) => keepGroup(transaction, readPool(transaction, UserPoolId), group),
        { intent: 'write' },
      )
      if (isKept) return { Group: describeGroup(UserPoolId, group) }
      await clearGroup(store, UserPoolId, GroupName)
    }
  },
})
