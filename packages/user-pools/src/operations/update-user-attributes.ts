import { z } from 'zod'
import { codeEntropyBytes } from '../authentication/codes.ts'
import { type CodeDeliveryDetails, deliverCode } from '../deliver-code.ts'
import { changeAttributes } from '../model/attribute-changes.ts'
import { checkWritable } from '../model/attributes.ts'
import { sameCaller } from '../model/caller.ts'
import { deleteCode, issueCode } from '../model/codes.ts'
import { saveUser } from '../model/names.ts'
import { poolSecretOf } from '../model/pools.ts'
import { tokenOperation } from '../operation.ts'
import { attributes, attributesByName, jwt, stringMap } from '../request-shapes.ts'
import { lambdaErrors } from './lambda-errors.ts'

const verifiable = ['email', 'phone_number'] as const

/**
 * Changes attributes of the user who asks. A new address that the pool wants verified gets a code, and
 * where it demands that first, the old address stays in force until then.
 *
 * @see user-pools §2.8 and §6.6
 */
export const updateUserAttributes = tokenOperation({
  name: 'UpdateUserAttributes',
  request: z.object({
    AccessToken: jwt,
    UserAttributes: attributes,
    ClientMetadata: stringMap.optional(),
  }),
  errors: [
    ...lambdaErrors,
    'AliasExistsException',
    'CodeDeliveryFailureException',
    'UserNotFoundException',
  ],
  async run(request, { environment, caller }) {
    const given = attributesByName(request.UserAttributes)
    const nowMs = environment.nowMs()
    const nowSeconds = environment.nowSeconds()
    const entropies = verifiable.map(() => environment.entropy(codeEntropyBytes))
    const { value: changed } = await environment.store.transact(
      (transaction) => {
        const { client, pool, secrets, user: before } = sameCaller(transaction, caller)
        checkWritable(client, Object.keys(given))
        const { user: after, toVerify } = changeAttributes(pool, before, given, nowMs)
        saveUser(transaction, pool, { before, after })
        const { sub } = after
        const purpose = 'verify-attribute'
        // A code that was on its way to the former value verifies nothing any more.
        for (const attributeName of verifiable) {
          if (given[attributeName] === undefined) continue
          deleteCode(transaction, pool.id, { sub, purpose, attributeName })
        }
        const codes = toVerify.map(({ attribute, value: destination }, index) => ({
          address: { attribute, value: destination },
          code: issueCode(
            transaction,
            pool.id,
            { sub, purpose, attributeName: attribute, destination },
            {
              poolSecret: poolSecretOf(secrets),
              entropy: entropies[index] ?? new Uint8Array(),
              nowSeconds,
            },
          ),
        }))
        return { codes, subject: { pool, clientId: client.id, user: after } }
      },
      { intent: 'write' },
    )
    const delivered: CodeDeliveryDetails[] = []
    for (const { address, code } of changed.codes) {
      const details = await deliverCode(environment, {
        kind: 'verification',
        source: 'CustomMessage_UpdateUserAttribute',
        subject: changed.subject,
        address,
        code,
        clientMetadata: request.ClientMetadata,
      })
      delivered.push(details)
    }
    return { CodeDeliveryDetailsList: delivered }
  },
})
