import { readAdministered } from '../model/administered.ts'
import { withSessionsEnded } from '../model/sessions.ts'
import { writeUser } from '../model/users.ts'
import { operation } from '../operation.ts'
import { userOfPool } from '../request-shapes.ts'
import { tellSessionsEnded } from '../sessions-ended.ts'

/** Ends all sign-ins of a user. @see user-pools §2.9 */
export const adminUserGlobalSignOut = operation({
  name: 'AdminUserGlobalSignOut',
  access: 'admin',
  request: userOfPool,
  errors: ['UserNotFoundException'],
  async run(request, { environment }) {
    const nowMs = environment.nowMs()
    const { value: signedOut } = await environment.store.transact(
      (transaction) => {
        const { pool, user } = readAdministered(transaction, request)
        writeUser(transaction, pool, withSessionsEnded(user, nowMs))
        return { pool, user }
      },
      { intent: 'write' },
    )
    await tellSessionsEnded(environment, signedOut, 'global-sign-out')
    return {}
  },
})
