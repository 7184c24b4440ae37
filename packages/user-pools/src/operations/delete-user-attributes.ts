import { z } from 'zod'
import { removeAttributes } from '../model/attribute-changes.ts'
import { checkWritable } from '../model/attributes.ts'
import { sameCaller } from '../model/caller.ts'
import { deleteCode } from '../model/codes.ts'
import { saveUser } from '../model/names.ts'
import { tokenOperation } from '../operation.ts'
import { attributeName, jwt } from '../request-shapes.ts'

/**
 * Removes attributes of the user who asks.
 *
 * @see user-pools §2.8
 */
export const deleteUserAttributes = tokenOperation({
  name: 'DeleteUserAttributes',
  request: z.object({ AccessToken: jwt, UserAttributeNames: z.array(attributeName) }),
  errors: ['UserNotFoundException'],
  async run({ UserAttributeNames: names }, { environment, caller }) {
    const nowMs = environment.nowMs()
    await environment.store.transact(
      (transaction) => {
        const { client, pool, user: before } = sameCaller(transaction, caller)
        const after = removeAttributes(pool, before, names, nowMs)
        checkWritable(client, names)
        saveUser(transaction, pool, { before, after })
        for (const name of names) {
          const place = {
            sub: before.sub,
            purpose: 'verify-attribute',
            attributeName: name,
          } as const
          deleteCode(transaction, pool.id, place)
        }
      },
      { intent: 'write' },
    )
    return {}
  },
})
