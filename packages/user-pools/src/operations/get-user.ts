import { z } from 'zod'
import { readableAttributes } from '../model/attributes.ts'
import { tokenOperation } from '../operation.ts'
import { attributeList, jwt } from '../request-shapes.ts'

/**
 * Tells a user what the app client may know of them.
 *
 * @see user-pools §2.8
 */
export const getUser = tokenOperation({
  name: 'GetUser',
  request: z.object({ AccessToken: jwt }),
  errors: ['UserNotFoundException'],
  async run(_request, { caller: { client, user } }) {
    return {
      Username: user.username,
      UserAttributes: attributeList(readableAttributes(client, user)),
    }
  },
})
