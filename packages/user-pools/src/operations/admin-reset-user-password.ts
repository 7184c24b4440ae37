import { codeEntropyBytes } from '../authentication/codes.ts'
import { type Address, deliverCode, recoveryAddress } from '../deliver-code.ts'
import { refusal } from '../errors.ts'
import { readAdministered } from '../model/administered.ts'
import { issueCode } from '../model/codes.ts'
import type { User, UserPool } from '../model/documents.ts'
import { poolSecretOf, readSecrets } from '../model/pools.ts'
import { withSessionsEnded } from '../model/sessions.ts'
import { writeUser } from '../model/users.ts'
import { operation } from '../operation.ts'
import { stringMap, userOfPool } from '../request-shapes.ts'
import { tellSessionsEnded } from '../sessions-ended.ts'
import { lambdaErrors } from './lambda-errors.ts'

/**
 * Makes a user choose a new password with a code: the old one stops working at once.
 *
 * @see user-pools §2.9
 */
export const adminResetUserPassword = operation({
  name: 'AdminResetUserPassword',
  access: 'admin',
  request: userOfPool.extend({ ClientMetadata: stringMap.optional() }),
  errors: [...lambdaErrors, 'CodeDeliveryFailureException', 'UserNotFoundException'],
  async run(request, { environment, error }) {
    const nowMs = environment.nowMs()
    const entropy = environment.entropy(codeEntropyBytes)
    const { value: reset } = await environment.store.transact(
      (transaction) => {
        const { pool, user } = readAdministered(transaction, request)
        if (!user.isEnabled) throw error('NotAuthorizedException', 'disabledReset')
        if (user.status !== 'CONFIRMED' && user.status !== 'RESET_REQUIRED') {
          throw error('NotAuthorizedException', 'cannotReset')
        }
        const address = addressOf(pool, user)
        const after: User = {
          ...withSessionsEnded(user, nowMs),
          status: 'RESET_REQUIRED',
          modifiedAtMs: nowMs,
        }
        writeUser(transaction, pool, after)
        const code = issueCode(
          transaction,
          pool.id,
          {
            sub: user.sub,
            purpose: 'reset-password',
            attributeName: address.attribute,
            destination: address.value,
          },
          {
            poolSecret: poolSecretOf(readSecrets(transaction, pool.id)),
            entropy,
            nowSeconds: environment.nowSeconds(),
          },
        )
        return { pool, user: after, address, code }
      },
      { intent: 'write' },
    )
    const { pool, user, address, code } = reset
    await tellSessionsEnded(environment, reset, 'password-changed')
    await deliverCode(environment, {
      kind: 'password-reset',
      source: 'CustomMessage_ForgotPassword',
      subject: { pool, user, clientId: undefined },
      address,
      code,
      clientMetadata: request.ClientMetadata,
    })
    return {}
  },
})

/** A pool that leaves resets to administrators still sends the code to a verified address. */
function addressOf(pool: UserPool, user: User): Address {
  const { AccountRecoverySetting: _, ...settings } = pool.settings
  const preferred = recoveryAddress(pool, user)
  const address =
    preferred.attribute === 'administrator'
      ? recoveryAddress({ ...pool, settings }, user)
      : preferred
  if (!('value' in address)) throw refusal('InvalidParameterException', 'noRecoveryAddress')
  return address
}
