/**
 * What an app client may read and write of its users.
 *
 * @see user-pools §2.12 and §6.6
 */
import { refusal } from '../errors.ts'
import type { AppClient, User } from './documents.ts'

const neverWritable: ReadonlySet<string> = new Set([
  'sub',
  'email_verified',
  'phone_number_verified',
  'identities',
])

function isDeveloperOnly(name: string): boolean {
  return name.startsWith('dev:')
}

/**
 * Checks that the client may write all of these attributes.
 *
 * @throws UserPoolError NotAuthorizedException
 */
export function checkWritable(client: AppClient, names: readonly string[]): void {
  const { WriteAttributes } = client.settings
  const isWritable = (name: string): boolean =>
    !neverWritable.has(name) &&
    !isDeveloperOnly(name) &&
    (WriteAttributes === undefined || WriteAttributes.includes(name))
  if (!names.every(isWritable)) throw refusal('NotAuthorizedException', 'unauthorizedAttribute')
}

/** The attributes of the user that the client may read, `sub` first and always. */
export function readableAttributes(
  client: AppClient,
  user: User,
): Readonly<Record<string, string>> {
  const { ReadAttributes } = client.settings
  const isReadable = ([name]: [string, string]): boolean =>
    !isDeveloperOnly(name) && (ReadAttributes?.includes(name) ?? true)
  return {
    sub: user.sub,
    ...Object.fromEntries(Object.entries(user.attributes).filter(isReadable)),
  }
}
