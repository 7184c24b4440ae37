/**
 * What becomes of a user whose attributes are written or removed.
 *
 * A new address is unverified at once; where the pool demands it, the address waits, and the old one
 * stays in force until the new one is verified. Whoever may set the flag of an address settles that with
 * the same request.
 *
 * @see user-pools §6.6
 */
import { refusal } from '../errors.ts'
import type { User, UserPool } from './documents.ts'
import { checkAttributes } from './schema.ts'

const addresses = ['email', 'phone_number'] as const

/** An attribute that can be verified. */
export type VerifiableName = (typeof addresses)[number]

/** A user after a change, and which addresses the pool now wants to have verified. */
export interface AttributeChange {
  readonly user: User
  /** The new addresses that get a code, be they in force or waiting. */
  readonly toVerify: readonly { readonly attribute: VerifiableName; readonly value: string }[]
}

/**
 * The user with other attributes; an empty value removes one.
 *
 * @param given with `email_verified` and `phone_number_verified` only where the caller may set them
 * @throws UserPoolError InvalidParameterException
 */
export function changeAttributes(
  pool: UserPool,
  user: User,
  given: Readonly<Record<string, string>>,
  nowMs: number,
): AttributeChange {
  checkAttributes(pool.schema, given, { isCreation: false })
  const values = normalized(given)
  const attributes = new Map(Object.entries(user.attributes))
  const pending = new Map(Object.entries(user.pending ?? {}))
  const toVerify: AttributeChange['toVerify'][number][] = []
  for (const name of addresses) {
    const value = values[name]
    if (value === undefined) continue
    pending.delete(name)
    if (value === attributes.get(name)) continue
    const isVerified = values[flagOf(name)] === 'true'
    const waits = value !== '' && !isVerified && mustVerifyFirst(pool, name)
    if (waits) {
      pending.set(name, value)
    } else {
      attributes.set(name, value)
      attributes.set(flagOf(name), 'false')
    }
    const isAsked = pool.settings.AutoVerifiedAttributes?.includes(name) ?? false
    if (waits || (value !== '' && !isVerified && isAsked)) toVerify.push({ attribute: name, value })
  }
  for (const [name, value] of Object.entries(values)) {
    // The flag of an address that waits says nothing about the one in force.
    const isFlagOfWaiting = addresses.some(
      (address) => flagOf(address) === name && pending.has(address),
    )
    if (!isVerifiable(name) && !isFlagOfWaiting) attributes.set(name, value)
  }
  return { user: withAttributes(user, { attributes, pending, nowMs }), toVerify }
}

function flagOf(name: VerifiableName): string {
  return `${name}_verified`
}

/**
 * The user without these attributes.
 *
 * @throws UserPoolError InvalidParameterException
 */
export function removeAttributes(
  pool: UserPool,
  user: User,
  names: readonly string[],
  nowMs: number,
): User {
  const schema = new Map(pool.schema.map((attribute) => [attribute.Name, attribute]))
  const unknown = names.filter((name) => !schema.has(name))
  if (unknown.length > 0) {
    const lines = unknown.map((name) => `user.${name}: Attribute does not exist in the schema.\n`)
    throw invalid(`Invalid user attributes: ${lines.join('')}`)
  }
  // Unverified: the text.
  const kept = names.filter((name) => schema.get(name)?.Required || name === 'sub')
  if (kept.length > 0) {
    const lines = kept.map((name) => `user.${name}: Required attributes cannot be deleted.\n`)
    throw invalid(`Invalid user attributes: ${lines.join('')}`)
  }
  const attributes = new Map(Object.entries(user.attributes))
  const pending = new Map(Object.entries(user.pending ?? {}))
  for (const name of names) {
    attributes.delete(name)
    pending.delete(name)
  }
  return withAttributes(user, { attributes, pending, nowMs })
}

/**
 * Values as they are kept: flags in lower case, so that `True` means true.
 *
 * @see user-pools §2.9
 */
export function normalized(
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      name.endsWith('_verified') ? value.toLowerCase() : value,
    ]),
  )
}

/** Without empty values, and without the flags of addresses that are not there. */
export function settled(
  attributes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(attributes).filter(([name, value]) => {
      const address = addresses.find((candidate) => flagOf(candidate) === name)
      return value !== '' && (address === undefined || (attributes[address] ?? '') !== '')
    }),
  )
}

function isVerifiable(name: string): name is VerifiableName {
  return addresses.some((address) => address === name)
}

function mustVerifyFirst(pool: UserPool, name: VerifiableName): boolean {
  const { UserAttributeUpdateSettings } = pool.settings
  return (
    UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate?.includes(name) ?? false
  )
}

function withAttributes(
  user: User,
  {
    attributes,
    pending,
    nowMs,
  }: {
    readonly attributes: ReadonlyMap<string, string>
    readonly pending: ReadonlyMap<string, string>
    readonly nowMs: number
  },
): User {
  const { pending: _, ...rest } = user
  return {
    ...rest,
    attributes: settled(Object.fromEntries(attributes)),
    ...(pending.size > 0 && { pending: Object.fromEntries(pending) }),
    modifiedAtMs: nowMs,
  }
}

function invalid(text: string) {
  return refusal('InvalidParameterException', 'other', text)
}
