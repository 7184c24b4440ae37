import { describeGroup } from '../descriptions/group.ts'
import { readAdministered } from '../model/administered.ts'
import { readGroup } from '../model/groups.ts'
import { membershipsRange, partsOf } from '../model/keys.ts'
import { readPage } from '../model/pages.ts'
import { operation } from '../operation.ts'
import { groupList, username } from '../request-shapes.ts'

/** Lists the groups that a user is in, by name. @see user-pools §2.13 */
export const adminListGroupsForUser = operation({
  name: 'AdminListGroupsForUser',
  access: 'admin',
  request: groupList.extend({ Username: username }),
  errors: ['UserNotFoundException'],
  async run({ UserPoolId, Username, Limit, NextToken }, { environment }) {
    const request = {
      list: ['AdminListGroupsForUser', UserPoolId, Username],
      limit: Limit,
      token: NextToken,
      nowSeconds: environment.nowSeconds(),
    }
    const { value } = await environment.store.transact(
      (transaction) => {
        const { pool, user } = readAdministered(transaction, { UserPoolId, Username })
        return readPage(transaction, membershipsRange(pool.id, user.sub), request, ({ key }) => {
          const group = readGroup(transaction, pool.id, partsOf(key)[2] ?? '')
          return group && describeGroup(pool.id, group)
        })
      },
      { intent: 'read' },
    )
    return { Groups: value.items, NextToken: value.nextToken }
  },
})
