import { z } from 'zod'
import { readAdministered } from '../model/administered.ts'
import { clearFailures } from '../model/attempts.ts'
import { deleteCode } from '../model/codes.ts'
import type { User } from '../model/documents.ts'
import {
  checkPasswordPolicy,
  hasSamePassword,
  historySizeOf,
  isRepeated,
  newVerifier,
  temporaryUntilSeconds,
} from '../model/passwords.ts'
import { withSessionsEnded } from '../model/sessions.ts'
import { withPassword, writeUser } from '../model/users.ts'
import { operation } from '../operation.ts'
import { password, userOfPool } from '../request-shapes.ts'
import { tellSessionsEnded } from '../sessions-ended.ts'

/**
 * Gives a user a password: for good, or until the user signs in with it and chooses another.
 *
 * @see user-pools §2.9
 */
export const adminSetUserPassword = operation({
  name: 'AdminSetUserPassword',
  access: 'admin',
  request: userOfPool.extend({ Password: password, Permanent: z.boolean().optional() }),
  errors: [
    'InvalidPasswordException',
    'PasswordHistoryPolicyViolationException',
    'UserNotFoundException',
  ],
  async run(request, { environment, error }) {
    const { Password, Permanent = false } = request
    const { value: found } = await environment.store.transact(
      (transaction) => readAdministered(transaction, request),
      { intent: 'read' },
    )
    const { username } = found.user
    checkPasswordPolicy(found.pool, Password)
    if (isRepeated(found.pool, found.user, Password)) {
      throw error('PasswordHistoryPolicyViolationException', 'repeated')
    }
    const verifier = newVerifier(environment, found.pool, { username, password: Password })
    const nowMs = environment.nowMs()
    const { value: changed } = await environment.store.transact(
      (transaction) => {
        const { pool, user } = readAdministered(transaction, request)
        // Another password since: the history was checked against the wrong one. The client tries again.
        if (user.sub !== found.user.sub || !hasSamePassword(user, found.user)) {
          throw error('TooManyRequestsException', 'rate')
        }
        const historySize = historySizeOf(pool)
        const renewed = withPassword(user, verifier, { nowMs, historySize })
        const after: User = {
          ...withSessionsEnded(renewed, nowMs),
          status: Permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD',
          ...(!Permanent && { temporaryUntilSeconds: temporaryUntilSeconds(pool, nowMs) }),
        }
        writeUser(transaction, pool, after)
        clearFailures(transaction, pool.id, user.sub)
        deleteCode(transaction, pool.id, { sub: user.sub, purpose: 'reset-password' })
        return { pool, user: after }
      },
      { intent: 'write' },
    )
    await tellSessionsEnded(environment, changed, 'password-changed')
    return {}
  },
})
