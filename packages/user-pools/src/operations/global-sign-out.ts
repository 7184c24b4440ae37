import { z } from 'zod'
import { sameCaller } from '../model/caller.ts'
import { withSessionsEnded } from '../model/sessions.ts'
import { writeUser } from '../model/users.ts'
import { tokenOperation } from '../operation.ts'
import { jwt } from '../request-shapes.ts'
import { tellSessionsEnded } from '../sessions-ended.ts'

/**
 * Ends all sign-ins of a user, with every token they gave.
 *
 * @see user-pools §2.8
 */
export const globalSignOut = tokenOperation({
  name: 'GlobalSignOut',
  request: z.object({ AccessToken: jwt }),
  errors: ['UserNotFoundException'],
  async run(_request, { environment, caller }) {
    const nowMs = environment.nowMs()
    await environment.store.transact(
      (transaction) => {
        const { pool, user } = sameCaller(transaction, caller)
        writeUser(transaction, pool, withSessionsEnded(user, nowMs))
      },
      { intent: 'write' },
    )
    await tellSessionsEnded(environment, caller, 'global-sign-out')
    return {}
  },
})
