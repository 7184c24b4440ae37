import { z } from 'zod'
import { recordAttempt } from '../model/attempts.ts'
import { sameCaller } from '../model/caller.ts'
import { deleteCode, judgeCode } from '../model/codes.ts'
import type { User } from '../model/documents.ts'
import { saveUser } from '../model/names.ts'
import { poolSecretOf } from '../model/pools.ts'
import { transactOrRefuse } from '../model/refusals.ts'
import { tokenOperation } from '../operation.ts'
import { attributeName, code, jwt } from '../request-shapes.ts'
import { addressOf, verifiableName } from './verifiable-attribute.ts'

/**
 * Verifies an address of the user who asks with the code that was sent there. An address that waited for
 * it comes into force.
 *
 * @see user-pools §2.8 and §6.6
 */
export const verifyUserAttribute = tokenOperation({
  name: 'VerifyUserAttribute',
  request: z.object({ AccessToken: jwt, AttributeName: attributeName, Code: code }),
  errors: [
    'AliasExistsException',
    'CodeMismatchException',
    'ExpiredCodeException',
    'LimitExceededException',
    'UserNotFoundException',
  ],
  async run(request, { environment, error, caller }) {
    const attribute = verifiableName(request.AttributeName)
    const nowSeconds = environment.nowSeconds()
    const nowMs = environment.nowMs()
    const quota = {
      operation: 'VerifyUserAttribute',
      nowSeconds,
      quotas: environment.quotas,
    } as const
    await transactOrRefuse(environment.store, (transaction) => {
      const { pool, secrets, user: before } = sameCaller(transaction, caller)
      const destination = addressOf(before, attribute)
      if (!recordAttempt(transaction, pool.id, before.sub, quota)) {
        return error('LimitExceededException', 'attempts')
      }
      const place = {
        sub: before.sub,
        purpose: 'verify-attribute',
        attributeName: attribute,
      } as const
      const answer = judgeCode(
        transaction,
        { pool, poolSecret: poolSecretOf(secrets) },
        { ...place, destination },
        { typed: request.Code, nowSeconds },
      )
      if (answer === 'expired') return error('ExpiredCodeException', 'noCode')
      if (answer === 'mismatch') return error('CodeMismatchException', 'wrongCode')
      deleteCode(transaction, pool.id, place)
      const { [attribute]: _, ...waiting } = before.pending ?? {}
      const { pending: __, ...rest } = before
      const after: User = {
        ...rest,
        ...(Object.keys(waiting).length > 0 && { pending: waiting }),
        attributes: {
          ...before.attributes,
          [attribute]: destination,
          [`${attribute}_verified`]: 'true',
        },
        modifiedAtMs: nowMs,
      }
      saveUser(transaction, pool, { before, after })
      return undefined
    })
    return {}
  },
})
