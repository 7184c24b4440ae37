import { describeGroup } from '../descriptions/group.ts'
import { decode, type Group } from '../model/documents.ts'
import { groupsRange } from '../model/keys.ts'
import { readPage } from '../model/pages.ts'
import { readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { groupList } from '../request-shapes.ts'

/** Lists the groups of a pool, by name. @see user-pools §2.13 */
export const listGroups = operation({
  name: 'ListGroups',
  access: 'admin',
  request: groupList,
  errors: [],
  async run({ UserPoolId, Limit, NextToken }, { environment }) {
    const request = {
      list: ['ListGroups', UserPoolId],
      limit: Limit,
      token: NextToken,
      nowSeconds: environment.nowSeconds(),
    }
    const { value } = await environment.store.transact(
      (transaction) => {
        readPool(transaction, UserPoolId)
        return readPage(transaction, groupsRange(UserPoolId), request, ({ value: bytes }) =>
          describeGroup(UserPoolId, decode<Group>(bytes)),
        )
      },
      { intent: 'read' },
    )
    return { Groups: value.items, NextToken: value.nextToken }
  },
})
