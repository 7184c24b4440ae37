import { z } from 'zod'
import { recordAttempt } from '../model/attempts.ts'
import { sameCaller } from '../model/caller.ts'
import {
  checkPasswordPolicy,
  hasSamePassword,
  historySizeOf,
  isPasswordOf,
  isRepeated,
  newVerifier,
} from '../model/passwords.ts'
import { transactOrRefuse } from '../model/refusals.ts'
import { withPassword, writeUser } from '../model/users.ts'
import { tokenOperation } from '../operation.ts'
import { jwt, password } from '../request-shapes.ts'

/**
 * Changes the password of a user who knows the present one. Sign-ins go on, as on the real service.
 *
 * @see user-pools §2.8
 */
export const changePassword = tokenOperation({
  name: 'ChangePassword',
  request: z.object({
    AccessToken: jwt,
    PreviousPassword: password.optional(),
    ProposedPassword: password,
  }),
  errors: [
    'InvalidPasswordException',
    'LimitExceededException',
    'PasswordHistoryPolicyViolationException',
    'UserNotFoundException',
  ],
  async run(request, { environment, error, caller }) {
    const { PreviousPassword, ProposedPassword } = request
    const { pool, user: seen } = caller
    checkPasswordPolicy(pool, ProposedPassword)
    const hasPassword = seen.verifier !== undefined
    if (hasPassword && PreviousPassword === undefined) {
      throw error('InvalidParameterException', 'missingParameter', 'PreviousPassword')
    }
    const isRight = !hasPassword || isPasswordOf(pool, seen, PreviousPassword ?? '')
    const isFormer = isRepeated(pool, seen, ProposedPassword)
    const verifier = newVerifier(environment, pool, {
      username: seen.username,
      password: ProposedPassword,
    })
    const nowMs = environment.nowMs()
    const quota = {
      operation: 'ChangePassword',
      nowSeconds: environment.nowSeconds(),
      quotas: environment.quotas,
    } as const
    await transactOrRefuse(environment.store, (transaction) => {
      const { user } = sameCaller(transaction, caller)
      if (!recordAttempt(transaction, pool.id, user.sub, quota)) {
        return error('LimitExceededException', 'attempts')
      }
      // Another password meanwhile: what was compared with the former one is worth nothing.
      if (!isRight || !hasSamePassword(seen, user)) {
        return error('NotAuthorizedException', 'incorrect')
      }
      if (isFormer) return error('PasswordHistoryPolicyViolationException', 'repeated')
      const historySize = historySizeOf(pool)
      writeUser(transaction, pool, withPassword(user, verifier, { nowMs, historySize }))
      return undefined
    })
    return {}
  },
})
