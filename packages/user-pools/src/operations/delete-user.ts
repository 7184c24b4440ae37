import { z } from 'zod'
import { sameCaller } from '../model/caller.ts'
import { deleteUser as erase } from '../model/users.ts'
import { tokenOperation } from '../operation.ts'
import { jwt } from '../request-shapes.ts'
import { tellSessionsEnded } from '../sessions-ended.ts'

/**
 * Deletes the user who asks. No trigger runs.
 *
 * @see user-pools §2.8
 */
export const deleteUser = tokenOperation({
  name: 'DeleteUser',
  request: z.object({ AccessToken: jwt }),
  errors: ['UserNotFoundException'],
  async run(_request, { environment, caller }) {
    await environment.store.transact(
      (transaction) => {
        const { pool, user } = sameCaller(transaction, caller)
        erase(transaction, pool, user)
      },
      { intent: 'write' },
    )
    await tellSessionsEnded(environment, caller, 'user-deleted')
    return undefined
  },
})
