/** The attributes that codes verify. @see user-pools §6.6 */
import { refusal } from '../errors.ts'
import type { VerifiableName } from '../model/attribute-changes.ts'
import type { User } from '../model/documents.ts'

/** @throws UserPoolError InvalidParameterException. Unverified: its text. */
export function verifiableName(name: string): VerifiableName {
  if (name === 'email' || name === 'phone_number') return name
  throw refusal(
    'InvalidParameterException',
    'other',
    `Attribute ${name} cannot be verified. Only email and phone_number can.`,
  )
}

/**
 * The address that a code verifies: the one that waits for it, else the one in force.
 *
 * @throws UserPoolError InvalidParameterException if the user has none. Unverified: its text.
 */
export function addressOf(user: User, attribute: VerifiableName): string {
  const address = user.pending?.[attribute] ?? user.attributes[attribute] ?? ''
  if (address !== '') return address
  throw refusal(
    'InvalidParameterException',
    'other',
    `User does not have the attribute ${attribute}`,
  )
}
