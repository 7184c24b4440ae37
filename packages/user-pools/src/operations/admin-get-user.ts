import { allAttributes, describeUserState } from '../descriptions/user.ts'
import { readAdministered } from '../model/administered.ts'
import { operation } from '../operation.ts'
import { userOfPool } from '../request-shapes.ts'

/** Tells an administrator everything about a user but secrets. @see user-pools §2.9 */
export const adminGetUser = operation({
  name: 'AdminGetUser',
  access: 'admin',
  request: userOfPool,
  errors: ['UserNotFoundException'],
  async run(request, { environment }) {
    const { value } = await environment.store.transact(
      (transaction) => readAdministered(transaction, request),
      { intent: 'read' },
    )
    return { ...describeUserState(value.user), UserAttributes: allAttributes(value.user) }
  },
})
