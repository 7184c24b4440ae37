import { z } from 'zod'
import { codeEntropyBytes } from '../authentication/codes.ts'
import {
  addressToVerify,
  deliverCode,
  deliverCodeLater,
  deliveryDetails,
  simulatedAddress,
} from '../deliver-code.ts'
import { recordAttempt, unknownSubject } from '../model/attempts.ts'
import { issueCode } from '../model/codes.ts'
import { findUser, fold } from '../model/names.ts'
import { hidesUsers, poolSecretOf, readClient } from '../model/pools.ts'
import { transactOrRefuse } from '../model/refusals.ts'
import { operation } from '../operation.ts'
import { clientId, secretHash, stringMap, username } from '../request-shapes.ts'
import { checkSecretHash } from '../sign-in/client-proof.ts'
import { lambdaErrors } from './lambda-errors.ts'

/**
 * Sends a new user another code, which ends the one before.
 *
 * Where the client hides users, whoever has nothing to confirm is answered as if a code had been sent.
 *
 * @see user-pools §2.3
 */
export const resendConfirmationCode = operation({
  name: 'ResendConfirmationCode',
  access: 'public',
  request: z.object({
    ClientId: clientId,
    SecretHash: secretHash.optional(),
    Username: username,
    ClientMetadata: stringMap.optional(),
  }),
  errors: [
    ...lambdaErrors,
    'CodeDeliveryFailureException',
    'LimitExceededException',
    'UserNotFoundException',
  ],
  async run(request, { environment, error }) {
    const { Username: typedName, ClientMetadata: clientMetadata } = request
    const nowSeconds = environment.nowSeconds()
    const entropy = environment.entropy(codeEntropyBytes)
    const { quotas } = environment
    const quota = { operation: 'ResendConfirmationCode', nowSeconds, quotas } as const
    const outcome = await transactOrRefuse(environment.store, (transaction) => {
      const { client, pool, secrets } = readClient(transaction, request.ClientId)
      checkSecretHash(client, request.SecretHash, { username: typedName })
      const poolSecret = poolSecretOf(secrets)
      const verified = pool.settings.AutoVerifiedAttributes ?? []
      if (verified.length === 0) return error('InvalidParameterException', 'noAutoVerification')
      const user = findUser(transaction, pool, typedName)
      const address = user && addressToVerify(pool, user)
      const isWaiting = user?.isEnabled === true && user.status === 'UNCONFIRMED'
      const isHidden = hidesUsers(client)
      if (!isHidden) {
        if (user === undefined) return error('UserNotFoundException', 'combination')
        if (!user.isEnabled) return error('NotAuthorizedException', 'disabled')
        if (!isWaiting) return error('InvalidParameterException', 'alreadyConfirmed')
        if (address === undefined) return error('InvalidParameterException', 'noAutoVerification')
      }
      const foldedName = fold(pool, typedName)
      const counted = user?.sub ?? unknownSubject(poolSecret, foldedName)
      if (!recordAttempt(transaction, pool.id, counted, quota)) {
        return error('LimitExceededException', 'attempts')
      }
      if (!isWaiting || address === undefined) {
        return { address: address ?? simulatedAddress(poolSecret, foldedName, verified) }
      }
      const { attribute: attributeName, value: destination } = address
      const code = issueCode(
        transaction,
        pool.id,
        { sub: user.sub, purpose: 'confirm-sign-up', attributeName, destination },
        { poolSecret, entropy, nowSeconds },
      )
      return { address, isHidden, sent: { code, subject: { pool, clientId: client.id, user } } }
    })
    const { address, isHidden, sent } = outcome
    if (sent === undefined) return { CodeDeliveryDetails: deliveryDetails(address) }
    const deliver = isHidden ? deliverCodeLater : deliverCode
    return {
      CodeDeliveryDetails: await deliver(environment, {
        kind: 'verification',
        source: 'CustomMessage_ResendCode',
        ...sent,
        address,
        clientMetadata,
      }),
    }
  },
})
