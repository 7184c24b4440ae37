import { z } from 'zod'
import { tokenOperation } from '../operation.ts'
import { jwt } from '../request-shapes.ts'
import { factorsOf } from '../sign-in/first-factors.ts'

/**
 * Tells a user what they may begin a sign-in with.
 *
 * @see user-pools, Appendix A
 */
export const getUserAuthFactors = tokenOperation({
  name: 'GetUserAuthFactors',
  request: z.object({ AccessToken: jwt }),
  errors: ['UserNotFoundException'],
  async run(_request, { caller: { pool, user } }) {
    const factors = factorsOf(pool, user)
    return {
      Username: user.username,
      // A password is one factor, however it is proved.
      ConfiguredUserAuthFactors: factors.filter((factor) => factor !== 'PASSWORD_SRP'),
    }
  },
})
