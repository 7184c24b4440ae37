/** Inviting a user whom an administrator made. @see user-pools §2.9 */
import { type AddressName, deliverCode } from './deliver-code.ts'
import type { Environment } from './environment.ts'
import type { Administered } from './model/administered.ts'
import type { User, UserPool } from './model/documents.ts'
import type { ClientMetadata } from './triggers/event.ts'

/** A way for an invitation to go. */
export type Medium = 'SMS' | 'EMAIL'

const addressOf: Readonly<Record<Medium, AddressName>> = { SMS: 'phone_number', EMAIL: 'email' }

/**
 * Sends a temporary password to the addresses that were asked for; one that the user lacks is passed over.
 *
 * @throws TriggerError, UserPoolError CodeDeliveryFailureException
 */
export async function sendInvitation(
  environment: Environment,
  { pool, user }: Administered,
  {
    password,
    mediums,
    clientMetadata,
  }: {
    readonly password: string
    readonly mediums: readonly Medium[]
    readonly clientMetadata: ClientMetadata | undefined
  },
): Promise<void> {
  for (const medium of new Set(mediums)) {
    const attribute = addressOf[medium]
    const value = user.attributes[attribute] ?? ''
    if (value === '') continue
    await deliverCode(environment, {
      kind: 'invitation',
      source: 'CustomMessage_AdminCreateUser',
      subject: { pool, user, clientId: undefined },
      address: { attribute, value },
      code: password,
      username: signInName(pool, user),
      clientMetadata,
    })
  }
}

/** What the user types to sign in: nobody remembers the UUID that is the name where addresses are. */
function signInName({ usernameAttributes }: UserPool, user: User): string {
  const attribute = usernameAttributes.find((name) => (user.attributes[name] ?? '') !== '')
  return attribute === undefined ? user.username : (user.attributes[attribute] ?? '')
}
