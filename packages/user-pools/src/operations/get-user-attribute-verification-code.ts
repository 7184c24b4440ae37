import { z } from 'zod'
import { codeEntropyBytes } from '../authentication/codes.ts'
import { deliverCode } from '../deliver-code.ts'
import { recordAttempt } from '../model/attempts.ts'
import { sameCaller } from '../model/caller.ts'
import { issueCode } from '../model/codes.ts'
import { poolSecretOf } from '../model/pools.ts'
import { transactOrRefuse } from '../model/refusals.ts'
import { tokenOperation } from '../operation.ts'
import { attributeName, jwt, stringMap } from '../request-shapes.ts'
import { lambdaErrors } from './lambda-errors.ts'
import { addressOf, verifiableName } from './verifiable-attribute.ts'

/**
 * Sends a code to an address of the user who asks: to the one that waits for it, if one does.
 *
 * @see user-pools §2.8
 */
export const getUserAttributeVerificationCode = tokenOperation({
  name: 'GetUserAttributeVerificationCode',
  request: z.object({
    AccessToken: jwt,
    AttributeName: attributeName,
    ClientMetadata: stringMap.optional(),
  }),
  errors: [
    ...lambdaErrors,
    'CodeDeliveryFailureException',
    'LimitExceededException',
    'UserNotFoundException',
  ],
  async run(request, { environment, error, caller }) {
    const attribute = verifiableName(request.AttributeName)
    const nowSeconds = environment.nowSeconds()
    const entropy = environment.entropy(codeEntropyBytes)
    const quota = {
      operation: 'GetUserAttributeVerificationCode',
      nowSeconds,
      quotas: environment.quotas,
    } as const
    const { subject, address, code } = await transactOrRefuse(environment.store, (transaction) => {
      const { client, pool, secrets, user } = sameCaller(transaction, caller)
      const destination = addressOf(user, attribute)
      if (!recordAttempt(transaction, pool.id, user.sub, quota)) {
        return error('LimitExceededException', 'attempts')
      }
      const issued = issueCode(
        transaction,
        pool.id,
        { sub: user.sub, purpose: 'verify-attribute', attributeName: attribute, destination },
        { poolSecret: poolSecretOf(secrets), entropy, nowSeconds },
      )
      return {
        code: issued,
        address: { attribute, value: destination },
        subject: { pool, clientId: client.id, user },
      }
    })
    return {
      CodeDeliveryDetails: await deliverCode(environment, {
        kind: 'verification',
        source: 'CustomMessage_VerifyUserAttribute',
        subject,
        address,
        code,
        clientMetadata: request.ClientMetadata,
      }),
    }
  },
})
