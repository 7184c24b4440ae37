import { z } from 'zod'
import { recordAttempt, unknownSubject } from '../model/attempts.ts'
import { deleteCode, judgeCode, readCode } from '../model/codes.ts'
import type { User } from '../model/documents.ts'
import { findUser, fold, saveUser } from '../model/names.ts'
import { hidesUsers, poolSecretOf, readClient } from '../model/pools.ts'
import { transactOrRefuse } from '../model/refusals.ts'
import { operation } from '../operation.ts'
import { runPostConfirmation } from '../pool-triggers.ts'
import { clientId, code, secretHash, session, stringMap, username } from '../request-shapes.ts'
import { checkSecretHash } from '../sign-in/client-proof.ts'
import { lambdaErrors } from './lambda-errors.ts'

/**
 * Confirms a new user with the code sent at sign-up.
 *
 * The trigger runs after the write, as in Cognito: if it fails, the caller sees its error and the user
 * stays confirmed.
 *
 * @see user-pools §2.2
 */
export const confirmSignUp = operation({
  name: 'ConfirmSignUp',
  access: 'public',
  request: z.object({
    ClientId: clientId,
    SecretHash: secretHash.optional(),
    Username: username,
    ConfirmationCode: code,
    ForceAliasCreation: z.boolean().optional(),
    ClientMetadata: stringMap.optional(),
    Session: session.optional(),
  }),
  errors: [
    ...lambdaErrors,
    'AliasExistsException',
    'CodeMismatchException',
    'ExpiredCodeException',
    'LimitExceededException',
    'UserNotFoundException',
  ],
  async run(request, { environment, error }) {
    const nowSeconds = environment.nowSeconds()
    const nowMs = environment.nowMs()
    const quota = { operation: 'ConfirmSignUp', nowSeconds, quotas: environment.quotas } as const
    const confirmed = await transactOrRefuse(environment.store, (transaction) => {
      const { client, pool, secrets } = readClient(transaction, request.ClientId)
      checkSecretHash(client, request.SecretHash, { username: request.Username })
      const poolSecret = poolSecretOf(secrets)
      const user = findUser(transaction, pool, request.Username)
      if (user === undefined) {
        if (!hidesUsers(client)) return error('UserNotFoundException', 'combination')
        const subject = unknownSubject(poolSecret, fold(pool, request.Username))
        if (!recordAttempt(transaction, pool.id, subject, quota)) {
          return error('LimitExceededException', 'attempts')
        }
        return error('ExpiredCodeException', 'noCode')
      }
      if (!user.isEnabled && !hidesUsers(client)) {
        return error('NotAuthorizedException', 'disabled')
      }
      if (user.status !== 'UNCONFIRMED') {
        return error('NotAuthorizedException', 'cannotConfirm', user.status)
      }
      if (!recordAttempt(transaction, pool.id, user.sub, quota)) {
        return error('LimitExceededException', 'attempts')
      }
      const { sub } = user
      const place = { sub, purpose: 'confirm-sign-up' } as const
      const attributeName = readCode(transaction, pool.id, place)?.attributeName ?? ''
      const destination = user.attributes[attributeName] ?? ''
      const answer = judgeCode(
        transaction,
        { pool, poolSecret },
        { ...place, attributeName, destination },
        { typed: request.ConfirmationCode, nowSeconds },
      )
      if (answer === 'expired') return error('ExpiredCodeException', 'noCode')
      if (answer === 'mismatch') return error('CodeMismatchException', 'wrongCode')
      if (!user.isEnabled) return error('NotAuthorizedException', 'disabled')
      deleteCode(transaction, pool.id, place)
      const after: User = {
        ...user,
        status: 'CONFIRMED',
        attributes: { ...user.attributes, [`${attributeName}_verified`]: 'true' },
        modifiedAtMs: nowMs,
      }
      saveUser(transaction, pool, {
        before: user,
        after,
        takesAliases: request.ForceAliasCreation,
      })
      return { pool, clientId: client.id, user: after }
    })
    const source = 'PostConfirmation_ConfirmSignUp'
    await runPostConfirmation(environment, source, confirmed, request.ClientMetadata)
    return {}
  },
})
