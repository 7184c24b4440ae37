import type { Transaction } from '@vivarium/store'
import { z } from 'zod'
import { refusal, type UserPoolError } from '../errors.ts'
import { clearFailures, recordAttempt, unknownSubject } from '../model/attempts.ts'
import { deleteCode, judgeCode, readCode } from '../model/codes.ts'
import type { User } from '../model/documents.ts'
import { findUser, fold } from '../model/names.ts'
import {
  checkPasswordPolicy,
  hasSamePassword,
  historySizeOf,
  isRepeated,
  newVerifier,
} from '../model/passwords.ts'
import { type ClientOfPool, hidesUsers, poolSecretOf, readClient } from '../model/pools.ts'
import { transactOrRefuse } from '../model/refusals.ts'
import { withSessionsEnded } from '../model/sessions.ts'
import { withPassword, writeUser } from '../model/users.ts'
import { operation } from '../operation.ts'
import { runPostConfirmation } from '../pool-triggers.ts'
import { clientId, code, password, secretHash, stringMap, username } from '../request-shapes.ts'
import { tellSessionsEnded } from '../sessions-ended.ts'
import { checkSecretHash } from '../sign-in/client-proof.ts'
import { lambdaErrors } from './lambda-errors.ts'

/**
 * Sets a new password with the code that ForgotPassword or an administrator sent.
 *
 * A password that the policy refuses burns no code, and is refused whatever the code. Everything that
 * costs a modular power happens before the transaction, for names that nobody has too.
 *
 * Who lost a password may have lost it to somebody: all sign-ins end, which the real service leaves as
 * they are.
 *
 * @see user-pools §2.7
 */
export const confirmForgotPassword = operation({
  name: 'ConfirmForgotPassword',
  access: 'public',
  request: z.object({
    ClientId: clientId,
    SecretHash: secretHash.optional(),
    Username: username,
    ConfirmationCode: code,
    Password: password,
    ClientMetadata: stringMap.optional(),
  }),
  errors: [
    ...lambdaErrors,
    'CodeMismatchException',
    'ExpiredCodeException',
    'InvalidPasswordException',
    'LimitExceededException',
    'PasswordHistoryPolicyViolationException',
    'UserNotConfirmedException',
    'UserNotFoundException',
  ],
  async run(request, { environment, error }) {
    const { Username: typedName, Password } = request
    const { value: found } = await environment.store.transact(
      (transaction) => {
        const target = readClient(transaction, request.ClientId)
        checkSecretHash(target.client, request.SecretHash, { username: typedName })
        checkPasswordPolicy(target.pool, Password)
        return { ...target, user: findUser(transaction, target.pool, typedName) }
      },
      { intent: 'read' },
    )
    const { client, pool, user: seen } = found
    const username = seen?.username ?? typedName
    const verifier = newVerifier(environment, pool, { username, password: Password })
    const isFormer = seen !== undefined && isRepeated(pool, seen, Password)
    const nowSeconds = environment.nowSeconds()
    const nowMs = environment.nowMs()
    const { quotas } = environment
    const quota = { operation: 'ConfirmForgotPassword', nowSeconds, quotas } as const
    const changed = await transactOrRefuse(environment.store, (transaction) => {
      readClient(transaction, client.id, pool.id)
      const user = findUser(transaction, pool, typedName)
      if (user === undefined && !hidesUsers(client)) {
        return error('UserNotFoundException', 'combination')
      }
      const counted =
        user?.sub ?? unknownSubject(poolSecretOf(found.secrets), fold(pool, typedName))
      if (!recordAttempt(transaction, pool.id, counted, quota)) {
        return error('LimitExceededException', 'attempts')
      }
      if (user === undefined) return error('CodeMismatchException', 'wrongCode')
      const typed = request.ConfirmationCode
      const refused = judgeReset(transaction, found, user, { typed, nowSeconds })
      if (refused !== undefined) return refused
      if (isFormer) return error('PasswordHistoryPolicyViolationException', 'repeated')
      // The verifier was made for the name, and compared with the passwords, that were seen before.
      if (seen?.username !== user.username || !hasSamePassword(seen, user)) {
        return error('ExpiredCodeException', 'noCode')
      }
      deleteCode(transaction, pool.id, { sub: user.sub, purpose: 'reset-password' })
      clearFailures(transaction, pool.id, user.sub)
      const historySize = historySizeOf(pool)
      const after: User = {
        ...withPassword(withSessionsEnded(user, nowMs), verifier, { nowMs, historySize }),
        status: 'CONFIRMED',
      }
      writeUser(transaction, pool, after)
      return { pool, clientId: client.id, user: after }
    })
    await tellSessionsEnded(environment, changed, 'password-changed')
    const source = 'PostConfirmation_ConfirmForgotPassword'
    await runPostConfirmation(environment, source, changed, request.ClientMetadata)
    return {}
  },
})

/** Judges the code, and whether the user may use it; undefined if both are well. */
function judgeReset(
  transaction: Transaction,
  { client, pool, secrets }: ClientOfPool,
  user: User,
  answer: { readonly typed: string; readonly nowSeconds: number },
): UserPoolError | undefined {
  const place = { sub: user.sub, purpose: 'reset-password' } as const
  const attributeName = readCode(transaction, pool.id, place)?.attributeName ?? ''
  const destination = user.attributes[attributeName] ?? ''
  const subject = { ...place, attributeName, destination }
  const poolSecret = poolSecretOf(secrets)
  const verdict = judgeCode(transaction, { pool, poolSecret }, subject, answer)
  if (verdict === 'expired') return refusal('ExpiredCodeException', 'noCode')
  if (!user.isEnabled && !hidesUsers(client)) return refusal('NotAuthorizedException', 'disabled')
  if (verdict === 'mismatch' || !user.isEnabled) {
    return refusal('CodeMismatchException', 'wrongCode')
  }
  return user.status === 'UNCONFIRMED'
    ? refusal('UserNotConfirmedException', 'unconfirmed')
    : undefined
}
