/** Second factors, which no pool of ours has. @see user-pools §2.8 and §6.9 */
import { refusal, type UserPoolError } from '../errors.ts'
import type { User } from '../model/documents.ts'

/** How a user is refused who wants codes by text message as a second factor. */
export function refuseSmsFactor(user: User): UserPoolError {
  if ((user.attributes.phone_number ?? '') === '') {
    const text = 'User does not have delivery config set to turn on SMS_MFA'
    return refusal('InvalidParameterException', 'other', text)
  }
  return refusal(
    'NotImplementedException',
    'other',
    'Vivarium does not implement text messages as a second factor.',
  )
}
