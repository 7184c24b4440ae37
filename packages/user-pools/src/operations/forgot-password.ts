import { z } from 'zod'
import { codeEntropyBytes } from '../authentication/codes.ts'
import {
  deliverCode,
  deliverCodeLater,
  deliveryDetails,
  recoveryAddress,
  recoveryOrder,
  simulatedAddress,
} from '../deliver-code.ts'
import type { Environment } from '../environment.ts'
import { recordAttempt, unknownSubject } from '../model/attempts.ts'
import { issueCode } from '../model/codes.ts'
import { findUser, fold } from '../model/names.ts'
import { hidesUsers, poolSecretOf, readClient } from '../model/pools.ts'
import { transactOrRefuse } from '../model/refusals.ts'
import { operation } from '../operation.ts'
import { clientId, secretHash, stringMap, username } from '../request-shapes.ts'
import { checkSecretHash } from '../sign-in/client-proof.ts'
import { migrateUser } from '../sign-in/migrate.ts'
import { lambdaErrors } from './lambda-errors.ts'

const forgotPasswordRequest = z.object({
  ClientId: clientId,
  SecretHash: secretHash.optional(),
  Username: username,
  ClientMetadata: stringMap.optional(),
})

/**
 * Sends a user a code with which they can set a new password.
 *
 * Where the client hides users, whoever cannot get one is answered as if it had been sent. That the pool
 * leaves recovery to its administrator is no secret of any user, so it is said whoever asks.
 *
 * @see user-pools §2.7
 */
export const forgotPassword = operation({
  name: 'ForgotPassword',
  access: 'public',
  request: forgotPasswordRequest,
  errors: [
    ...lambdaErrors,
    'CodeDeliveryFailureException',
    'LimitExceededException',
    'UserNotFoundException',
  ],
  async run(request, { environment, error }) {
    const { Username: typedName, ClientMetadata: clientMetadata } = request
    await migrateUnknown(environment, request)
    const nowSeconds = environment.nowSeconds()
    const entropy = environment.entropy(codeEntropyBytes)
    const outcome = await transactOrRefuse(environment.store, (transaction) => {
      const { client, pool, secrets } = readClient(transaction, request.ClientId)
      const poolSecret = poolSecretOf(secrets)
      const user = findUser(transaction, pool, typedName)
      const isHidden = hidesUsers(client)
      if (user === undefined && !isHidden) return error('UserNotFoundException', 'combination')
      if (recoveryOrder(pool).length === 0) {
        return error('NotAuthorizedException', 'contactAdministrator')
      }
      const recovery = user && recoveryAddress(pool, user)
      const address = recovery !== undefined && 'value' in recovery ? recovery : undefined
      const canReset = user?.isEnabled === true && user.status !== 'FORCE_CHANGE_PASSWORD'
      if (user !== undefined && !isHidden) {
        if (!user.isEnabled) return error('NotAuthorizedException', 'disabled')
        if (!canReset) return error('NotAuthorizedException', 'cannotReset')
        if (address === undefined) return error('InvalidParameterException', 'noRecoveryAddress')
      }
      const foldedName = fold(pool, typedName)
      const counted = user?.sub ?? unknownSubject(poolSecret, foldedName)
      const { quotas } = environment
      const quota = { operation: 'ForgotPassword', nowSeconds, quotas } as const
      if (!recordAttempt(transaction, pool.id, counted, quota)) {
        return error('LimitExceededException', 'attempts')
      }
      if (!canReset || address === undefined) {
        const shown = address ?? simulatedAddress(poolSecret, foldedName, recoveryOrder(pool))
        return { kind: 'simulated', address: shown } as const
      }
      const { sub } = user
      const { attribute: attributeName, value: destination } = address
      const code = issueCode(
        transaction,
        pool.id,
        { sub, purpose: 'reset-password', attributeName, destination },
        { poolSecret, entropy, nowSeconds },
      )
      const subject = { pool, clientId: client.id, user }
      return { kind: 'sent', isHidden, address, code, subject } as const
    })
    if (outcome.kind === 'simulated') {
      return { CodeDeliveryDetails: deliveryDetails(outcome.address) }
    }
    const { isHidden, address, code, subject } = outcome
    const deliver = isHidden ? deliverCodeLater : deliverCode
    return {
      CodeDeliveryDetails: await deliver(environment, {
        kind: 'password-reset',
        source: 'CustomMessage_ForgotPassword',
        subject,
        address,
        code,
        clientMetadata,
      }),
    }
  },
})

/**
 * Takes over a user of another directory, if the pool has one that knows the name.
 *
 * @throws UserPoolError as `readClient`, `checkSecretHash` and `migrateUser`
 */
async function migrateUnknown(
  environment: Environment,
  request: z.output<typeof forgotPasswordRequest>,
): Promise<void> {
  const { Username: typedName, ClientMetadata: clientMetadata } = request
  const { value: unknownTo } = await environment.store.transact(
    (transaction) => {
      const found = readClient(transaction, request.ClientId)
      checkSecretHash(found.client, request.SecretHash, { username: typedName })
      return findUser(transaction, found.pool, typedName) === undefined ? found : undefined
    },
    { intent: 'read' },
  )
  if (unknownTo === undefined) return
  const source = 'UserMigration_ForgotPassword'
  await migrateUser(environment, unknownTo, { source, typedName, clientMetadata })
}
