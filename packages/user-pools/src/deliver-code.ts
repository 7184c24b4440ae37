/**
 * Where codes go, and sending them there.
 *
 * @see user-pools §2.1 and §2.7
 */
import { createHmac } from 'node:crypto'
import type { Environment } from './environment.ts'
import { refusal } from './errors.ts'
import { maskedDestination } from './messages/masked-destination.ts'
import { DeliveryError } from './messages/message.ts'
import { composeMessage, type MessageKind } from './messages/templates.ts'
import type { User, UserPool } from './model/documents.ts'
import { isEmailAddress, isPhoneNumber } from './model/schema.ts'
import { runCustomMessage, type TriggerSubject } from './pool-triggers.ts'
import type { CustomMessageSource } from './triggers/custom-message.ts'
import type { ClientMetadata } from './triggers/event.ts'

/** An attribute that codes can be sent to. */
export type AddressName = 'email' | 'phone_number'

/** An address of a user. */
export interface Address {
  readonly attribute: AddressName
  readonly value: string
}

/** `CodeDeliveryDetailsType`. */
export interface CodeDeliveryDetails {
  readonly Destination: string
  readonly DeliveryMedium: 'EMAIL' | 'SMS'
  readonly AttributeName: AddressName
}

function mediumOf(attribute: AddressName): 'EMAIL' | 'SMS' {
  return attribute === 'email' ? 'EMAIL' : 'SMS'
}

/** What a caller is told of where a code went. */
export function deliveryDetails({ attribute, value }: Address): CodeDeliveryDetails {
  const DeliveryMedium = mediumOf(attribute)
  return {
    Destination: maskedDestination(DeliveryMedium, value),
    DeliveryMedium,
    AttributeName: attribute,
  }
}

/**
 * Where a code would go for a name that nobody has: the typed address itself, else one made up, the same
 * each time. Only its mask is ever shown.
 *
 * @param order what the pool would send codes to, best first
 * @see user-pools §2.7
 */
export function simulatedAddress(
  poolSecret: Uint8Array,
  foldedName: string,
  order: readonly AddressName[],
): Address {
  if (isEmailAddress(foldedName)) return { attribute: 'email', value: foldedName }
  if (isPhoneNumber(foldedName)) return { attribute: 'phone_number', value: foldedName }
  const random = createHmac('sha256', poolSecret).update('address\0').update(foldedName).digest()
  const [attribute = 'email'] = order
  if (attribute === 'phone_number') {
    const digits = (random.readUInt32BE(0) % 10_000).toString().padStart(4, '0')
    return { attribute, value: `+1555010${digits}` }
  }
  const letterAt = (index: number): string => String.fromCharCode(97 + ((random[index] ?? 0) % 26))
  return { attribute, value: `${letterAt(0)}@${letterAt(1)}` }
}

/** Where a new user's code goes: the telephone wins. Undefined: the pool verifies nothing they have. */
export function addressToVerify(pool: UserPool, user: User): Address | undefined {
  const verified = pool.settings.AutoVerifiedAttributes ?? []
  const found = (['phone_number', 'email'] as const).find(
    (attribute) => verified.includes(attribute) && (user.attributes[attribute] ?? '') !== '',
  )
  return found && { attribute: found, value: user.attributes[found] ?? '' }
}

/**
 * Where a code to reset a password goes: `none` if no address is verified, `administrator` if the pool
 * leaves it to one.
 */
export function recoveryAddress(
  pool: UserPool,
  user: User,
): Address | { readonly attribute: 'none' | 'administrator' } {
  const order = recoveryOrder(pool)
  if (order.length === 0) return { attribute: 'administrator' }
  const found = order.find(
    (attribute) =>
      (user.attributes[attribute] ?? '') !== '' &&
      user.attributes[`${attribute}_verified`] === 'true',
  )
  return found === undefined
    ? { attribute: 'none' }
    : { attribute: found, value: user.attributes[found] ?? '' }
}

/**
 * The attributes that can recover an account, best first; text messages unless the pool says. None: the
 * pool leaves recovery to an administrator.
 */
export function recoveryOrder(pool: UserPool): readonly AddressName[] {
  const mechanisms = pool.settings.AccountRecoverySetting?.RecoveryMechanisms
  if (mechanisms === undefined) return ['phone_number', 'email']
  if (mechanisms.some(({ Name }) => Name === 'admin_only')) return []
  return mechanisms
    .toSorted((one, other) => one.Priority - other.Priority)
    .map(({ Name }) => (Name === 'verified_email' ? 'email' : 'phone_number'))
}

/** A message about to be sent. */
export interface Delivery {
  readonly kind: MessageKind
  readonly source: CustomMessageSource
  readonly subject: TriggerSubject
  readonly address: Address
  readonly code: string
  /** What the message calls the user. Default: the canonical name. */
  readonly username?: string | undefined
  readonly clientMetadata: ClientMetadata | undefined
}

/**
 * Sends a code, in the words of the CustomMessage trigger or the pool's.
 *
 * @throws TriggerError, UserPoolError CodeDeliveryFailureException
 */
export async function deliverCode(
  environment: Environment,
  delivery: Delivery,
): Promise<CodeDeliveryDetails> {
  try {
    await send(environment, delivery)
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    environment.onEvent({ kind: 'delivery-failed', error })
    throw refusal('CodeDeliveryFailureException', 'failed')
  }
  return deliveryDetails(delivery.address)
}

/**
 * Sends a code after the answer, for an app client that hides which users exist: an answer that waits for
 * the trigger and the messenger, or tells of their failure, is one that nobody gets for a user who is not
 * there. So the errors of both are events alone, `CodeDeliveryFailureException` and those of the trigger
 * too, although the reference lists them.
 *
 * @see user-pools §6.8
 */
export function deliverCodeLater(
  environment: Environment,
  delivery: Delivery,
): CodeDeliveryDetails {
  environment.afterwards(async () => {
    try {
      await send(environment, delivery)
    } catch (error) {
      environment.onEvent({ kind: 'delivery-failed', error })
    }
  })
  return deliveryDetails(delivery.address)
}

async function send(
  environment: Environment,
  { kind, source, subject, address, code, username, clientMetadata }: Delivery,
): Promise<void> {
  const custom = await runCustomMessage(environment, source, subject, clientMetadata)
  const message = composeMessage(kind, {
    medium: mediumOf(address.attribute),
    to: address.value,
    code,
    username: username ?? subject.user.username,
    settings: subject.pool.settings,
    custom,
  })
  await environment.messenger.deliver(message)
}
