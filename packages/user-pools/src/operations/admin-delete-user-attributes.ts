import { z } from 'zod'
import { readAdministered } from '../model/administered.ts'
import { removeAttributes } from '../model/attribute-changes.ts'
import { saveUser } from '../model/names.ts'
import { operation } from '../operation.ts'
import { attributeName, userOfPool } from '../request-shapes.ts'

/** Removes attributes of a user; those the user does not have are ignored. @see user-pools §2.9 */
export const adminDeleteUserAttributes = operation({
  name: 'AdminDeleteUserAttributes',
  access: 'admin',
  request: userOfPool.extend({ UserAttributeNames: z.array(attributeName) }),
  errors: ['UserNotFoundException'],
  async run(request, { environment }) {
    const nowMs = environment.nowMs()
    await environment.store.transact(
      (transaction) => {
        const { pool, user } = readAdministered(transaction, request)
        const after = removeAttributes(pool, user, request.UserAttributeNames, nowMs)
        saveUser(transaction, pool, { before: user, after })
      },
      { intent: 'write' },
    )
    return {}
  },
})
