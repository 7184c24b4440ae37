import { readAdministered } from '../model/administered.ts'
import { deleteUser } from '../model/users.ts'
import { operation } from '../operation.ts'
import { userOfPool } from '../request-shapes.ts'
import { tellSessionsEnded } from '../sessions-ended.ts'

/** Deletes a user, whose tokens are refused from now on. @see user-pools §2.9 */
export const adminDeleteUser = operation({
  name: 'AdminDeleteUser',
  access: 'admin',
  request: userOfPool,
  errors: ['UserNotFoundException'],
  async run(request, { environment }) {
    const { value: deleted } = await environment.store.transact(
      (transaction) => {
        const { pool, user } = readAdministered(transaction, request)
        deleteUser(transaction, pool, user)
        return { pool, user }
      },
      { intent: 'write' },
    )
    await tellSessionsEnded(environment, deleted, 'user-deleted')
    return undefined
  },
})
