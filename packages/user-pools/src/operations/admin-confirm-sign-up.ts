import { readAdministered } from '../model/administered.ts'
import { deleteCode } from '../model/codes.ts'
import type { User } from '../model/documents.ts'
import { writeUser } from '../model/users.ts'
import { operation } from '../operation.ts'
import { runPostConfirmation } from '../pool-triggers.ts'
import { stringMap, userOfPool } from '../request-shapes.ts'
import { lambdaErrors } from './lambda-errors.ts'

/**
 * Confirms a new user without a code. No address is verified by that.
 *
 * @see user-pools §2.9
 */
export const adminConfirmSignUp = operation({
  name: 'AdminConfirmSignUp',
  access: 'admin',
  request: userOfPool.extend({ ClientMetadata: stringMap.optional() }),
  errors: [...lambdaErrors, 'UserNotFoundException'],
  async run(request, { environment, error }) {
    const modifiedAtMs = environment.nowMs()
    const { value: confirmed } = await environment.store.transact(
      (transaction) => {
        const { pool, user } = readAdministered(transaction, request)
        if (user.status !== 'UNCONFIRMED') {
          throw error('NotAuthorizedException', 'cannotConfirm', user.status)
        }
        const after: User = { ...user, status: 'CONFIRMED', modifiedAtMs }
        writeUser(transaction, pool, after)
        deleteCode(transaction, pool.id, { sub: user.sub, purpose: 'confirm-sign-up' })
        return { pool, user: after }
      },
      { intent: 'write' },
    )
    await runPostConfirmation(
      environment,
      'PostConfirmation_ConfirmSignUp',
      { ...confirmed, clientId: undefined },
      request.ClientMetadata,
    )
    return {}
  },
})
