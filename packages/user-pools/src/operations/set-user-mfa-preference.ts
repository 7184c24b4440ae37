import { z } from 'zod'
import { tokenOperation } from '../operation.ts'
import { jwt } from '../request-shapes.ts'
import { refuseSmsFactor } from './second-factors.ts'

const preference = z
  .object({ Enabled: z.boolean().optional(), PreferredMfa: z.boolean().optional() })
  .optional()

/**
 * Chooses second factors. No pool of ours has any, so all that can be done is to switch them off, which
 * is no error for a factor that was never set up; switching one on is refused as for a user who has not
 * set it up.
 *
 * @see user-pools §2.8
 */
export const setUserMFAPreference = tokenOperation({
  name: 'SetUserMFAPreference',
  request: z.object({
    AccessToken: jwt,
    SMSMfaSettings: preference,
    SoftwareTokenMfaSettings: preference,
    EmailMfaSettings: preference,
    WebAuthnMfaSettings: z.object({ Enabled: z.boolean().optional() }).optional(),
  }),
  errors: ['UserNotFoundException'],
  async run(request, { error, caller: { user } }) {
    const { SMSMfaSettings, SoftwareTokenMfaSettings, EmailMfaSettings } = request
    const settings = [SMSMfaSettings, SoftwareTokenMfaSettings, EmailMfaSettings]
    if (settings.filter((factor) => factor?.PreferredMfa === true).length > 1) {
      // Unverified: the text.
      throw error('InvalidParameterException', 'other', 'Only one MFA method can be preferred')
    }
    if (SoftwareTokenMfaSettings?.Enabled === true) {
      const text = 'User has not set up software token mfa'
      throw error('InvalidParameterException', 'other', text)
    }
    if (SMSMfaSettings?.Enabled === true) throw refuseSmsFactor(user)
    if (EmailMfaSettings?.Enabled === true || request.WebAuthnMfaSettings?.Enabled === true) {
      throw error('NotImplementedException', 'other', 'Vivarium does not implement this factor.')
    }
    return {}
  },
})
