import { readAdministered } from '../model/administered.ts'
import { withSessionsEnded } from '../model/sessions.ts'
import { writeUser } from '../model/users.ts'
import { operation } from '../operation.ts'
import { userOfPool } from '../request-shapes.ts'
import { tellSessionsEnded } from '../sessions-ended.ts'

/** Keeps a user out and ends their sign-ins; the status stays what it is. @see user-pools §2.9 */
export const adminDisableUser = operation({
  name: 'AdminDisableUser',
  access: 'admin',
  request: userOfPool,
  errors: ['UserNotFoundException'],
  async run(request, { environment }) {
    const nowMs = environment.nowMs()
    const { value: disabled } = await environment.store.transact(
      (transaction) => {
        const { pool, user } = readAdministered(transaction, request)
        const after = { ...withSessionsEnded(user, nowMs), isEnabled: false, modifiedAtMs: nowMs }
        writeUser(transaction, pool, after)
        return { pool, user: after }
      },
      { intent: 'write' },
    )
    await tellSessionsEnded(environment, disabled, 'user-disabled')
    return {}
  },
})
