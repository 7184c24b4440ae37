import { readAdministered } from '../model/administered.ts'
import { writeUser } from '../model/users.ts'
import { operation } from '../operation.ts'
import { userOfPool } from '../request-shapes.ts'

/** Lets a user in again. Sign-ins that ended stay ended. @see user-pools §2.9 */
export const adminEnableUser = operation({
  name: 'AdminEnableUser',
  access: 'admin',
  request: userOfPool,
  errors: ['UserNotFoundException'],
  async run(request, { environment }) {
    const modifiedAtMs = environment.nowMs()
    await environment.store.transact(
      (transaction) => {
        const { pool, user } = readAdministered(transaction, request)
        writeUser(transaction, pool, { ...user, isEnabled: true, modifiedAtMs })
      },
      { intent: 'write' },
    )
    return {}
  },
})
