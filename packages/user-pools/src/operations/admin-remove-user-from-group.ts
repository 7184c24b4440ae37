import { readAdministered } from '../model/administered.ts'
import { removeMember, requireGroup } from '../model/groups.ts'
import { operation } from '../operation.ts'
import { groupName, userOfPool } from '../request-shapes.ts'

/** Takes a user out of a group, whether they were in it or not. @see user-pools §2.9 */
export const adminRemoveUserFromGroup = operation({
  name: 'AdminRemoveUserFromGroup',
  access: 'admin',
  request: userOfPool.extend({ GroupName: groupName }),
  errors: ['UserNotFoundException'],
  async run(request, { environment }) {
    await environment.store.transact(
      (transaction) => {
        const { pool, user } = readAdministered(transaction, request)
        const group = requireGroup(transaction, pool.id, request.GroupName)
        removeMember(transaction, pool.id, { group: group.name, sub: user.sub })
      },
      { intent: 'write' },
    )
    return undefined
  },
})
