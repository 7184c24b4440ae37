import { codeEntropyBytes } from '../authentication/codes.ts'
import { deliverCode } from '../deliver-code.ts'
import { readAdministered } from '../model/administered.ts'
import { changeAttributes } from '../model/attribute-changes.ts'
import { issueCode } from '../model/codes.ts'
import { saveUser } from '../model/names.ts'
import { poolSecretOf, readSecrets } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { attributes, attributesByName, stringMap, userOfPool } from '../request-shapes.ts'
import { lambdaErrors } from './lambda-errors.ts'

/**
 * Writes any attributes of a user, whatever its clients may write; an empty value removes one.
 *
 * @see user-pools §2.9 and §6.6
 */
export const adminUpdateUserAttributes = operation({
  name: 'AdminUpdateUserAttributes',
  access: 'admin',
  request: userOfPool.extend({ UserAttributes: attributes, ClientMetadata: stringMap.optional() }),
  errors: [
    ...lambdaErrors,
    'AliasExistsException',
    'CodeDeliveryFailureException',
    'UserNotFoundException',
  ],
  async run(request, { environment }) {
    const given = attributesByName(request.UserAttributes)
    const nowMs = environment.nowMs()
    const nowSeconds = environment.nowSeconds()
    const entropy = {
      email: environment.entropy(codeEntropyBytes),
      phone_number: environment.entropy(codeEntropyBytes),
    }
    const { value: changed } = await environment.store.transact(
      (transaction) => {
        const { pool, user } = readAdministered(transaction, request)
        const { user: after, toVerify } = changeAttributes(pool, user, given, nowMs)
        // What an administrator vouches for is this user's, whoever had it before.
        saveUser(transaction, pool, { before: user, after, takesAliases: true })
        const poolSecret = poolSecretOf(readSecrets(transaction, pool.id))
        const codes = toVerify.map(({ attribute, value }) => ({
          address: { attribute, value },
          code: issueCode(
            transaction,
            pool.id,
            {
              sub: user.sub,
              purpose: 'verify-attribute',
              attributeName: attribute,
              destination: value,
            },
            { poolSecret, entropy: entropy[attribute], nowSeconds },
          ),
        }))
        return { pool, user: after, codes }
      },
      { intent: 'write' },
    )
    const subject = { pool: changed.pool, user: changed.user, clientId: undefined }
    for (const { address, code } of changed.codes) {
      await deliverCode(environment, {
        kind: 'verification',
        source: 'CustomMessage_UpdateUserAttribute',
        subject,
        address,
        code,
        clientMetadata: request.ClientMetadata,
      })
    }
    return {}
  },
})
