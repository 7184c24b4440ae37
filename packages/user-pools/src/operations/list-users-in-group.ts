import { describeUser } from '../descriptions/user.ts'
import { requireGroup } from '../model/groups.ts'
import { membersRange, partsOf } from '../model/keys.ts'
import { findUserBySub } from '../model/names.ts'
import { readPage } from '../model/pages.ts'
import { readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { groupList, groupName } from '../request-shapes.ts'

/** Lists the users in a group, by `sub`. @see user-pools §2.13 */
export const listUsersInGroup = operation({
  name: 'ListUsersInGroup',
  access: 'admin',
  request: groupList.extend({ GroupName: groupName }),
  errors: [],
  async run({ UserPoolId, GroupName, Limit, NextToken }, { environment }) {
    const request = {
      list: ['ListUsersInGroup', UserPoolId, GroupName],
      limit: Limit,
      token: NextToken,
      nowSeconds: environment.nowSeconds(),
    }
    const { value } = await environment.store.transact(
      (transaction) => {
        const pool = readPool(transaction, UserPoolId)
        requireGroup(transaction, pool.id, GroupName)
        return readPage(transaction, membersRange(pool.id, GroupName), request, ({ key }) => {
          const user = findUserBySub(transaction, pool, partsOf(key)[2] ?? '')
          return user && describeUser(user)
        })
      },
      { intent: 'read' },
    )
    return { Users: value.items, NextToken: value.nextToken }
  },
})
