import { readAdministered } from '../model/administered.ts'
import { addMember, requireGroup } from '../model/groups.ts'
import { operation } from '../operation.ts'
import { groupName, userOfPool } from '../request-shapes.ts'

/** Puts a user into a group, once however often it is asked. @see user-pools §2.9 */
export const adminAddUserToGroup = operation({
  name: 'AdminAddUserToGroup',
  access: 'admin',
  request: userOfPool.extend({ GroupName: groupName }),
  errors: ['UserNotFoundException'],
  async run(request, { environment }) {
    await environment.store.transact(
      (transaction) => {
        // Unverified: which of the two the service looks at first.
        const { pool, user } = readAdministered(transaction, request)
        const group = requireGroup(transaction, pool.id, request.GroupName)
        addMember(transaction, pool.id, { group, user })
      },
      { intent: 'write' },
    )
    return undefined
  },
})
