import { z } from 'zod'
import { tokenOperation } from '../operation.ts'
import { attributeName, jwt } from '../request-shapes.ts'
import { refuseSmsFactor } from './second-factors.ts'

/**
 * The old way to choose text messages as a second factor; an empty list switches them off.
 *
 * @see user-pools §2.8
 */
export const setUserSettings = tokenOperation({
  name: 'SetUserSettings',
  request: z.object({
    AccessToken: jwt,
    MFAOptions: z.array(
      z.object({
        DeliveryMedium: z.enum(['SMS', 'EMAIL']).optional(),
        AttributeName: attributeName.optional(),
      }),
    ),
  }),
  errors: ['UserNotFoundException'],
  async run({ MFAOptions }, { caller: { user } }) {
    if (MFAOptions.length > 0) throw refuseSmsFactor(user)
    return {}
  },
})
