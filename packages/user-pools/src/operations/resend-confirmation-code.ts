import { z } from 'zod'
import { codeEntropyBytes } from '../authentication/codes.ts'
import { addressToVerify, deliverCode, deliveryDetails, simulatedAddress } from '../deliver-code.ts'
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
    const outcome = await transactOrRefuse(environment.store, (transaction) => {
      const { client, pool, secrets } = readClient(transaction, request.ClientId)
      checkSecretHash(client, request.SecretHash, { username: typedName })
      const poolSecret = poolSecretOf(secrets)
      const verified = pool.settings.AutoVerifiedAttributes ?? []
      if (verified.length === 0) return error('InvalidParameterException', 'noAutoVerification')
      const user = findUser(transaction, pool, typedName)
      const address = user && addressToVerify(pool, user)
      const isWaiting = user?.isEnabled === true && user.status === 'UNCONFIRMED'
      if (!hidesUsers(client)) {
        if (user === undefined) return error('UserNotFoundException', 'combination')
        if (!user.isEnabled) return error('NotAuthorizedException', 'disabled')
        if (!isWaiting) return error('InvalidParameterException', 'alreadyConfirmed')
        if (address === undefined) return error('InvalidParameterException', 'noAutoVerification')
      }
      const subject = user?.sub ?? unknownSubject(poolSecret, fold(pool, typedName))
      const quota = {
        operation: 'ResendConfirmationCode',
        nowSeconds,
        quotas: environment.quotas,
      } as const
      if (!recordAttempt(transaction, pool.id, subject, quota)) {
        return error('LimitExceededException', 'attempts')
      }
      if (!isWaiting || address === undefined) {
        const order = (['phone_number', 'email'] as const).filter((name) => verified.includes(name))
        const shown = address ?? simulatedAddress(poolSecret, fold(pool, typedName), order)
        return { kind: 'simulated', address: shown } as const
      }
      const code = issueCode(
        transaction,
        pool.id,
        {
          sub: user.sub,
          purpose: 'confirm-sign-up',
          attributeName: address.attribute,
          destination: address.value,
        },
        { poolSecret, entropy, nowSeconds },
      )
      return {
        kind: 'sent',
        address,
        code,
        subject: { pool, clientId: client.id, user },
      } as const
    })
    if (outcome.kind === 'simulated') {
      return { CodeDeliveryDetails: deliveryDetails(outcome.address) }
    }
    const { address, code, subject } = outcome
    return {
      CodeDeliveryDetails: await deliverCode(environment, {
        kind: 'verification',
        source: 'CustomMessage_ResendCode',
        subject,
        address,
        code,
        clientMetadata,
      }),
    }
  },
})
