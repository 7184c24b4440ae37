/**
 * Whether a request comes from the app client it names.
 *
 * @see user-pools §1.6
 */
import { secretHashMatches } from '../authentication/secret-hash.ts'
import { refusal } from '../errors.ts'
import type { AppClient } from '../model/documents.ts'

/**
 * Checks `SecretHash`.
 *
 * @throws UserPoolError NotAuthorizedException
 */
export function checkSecretHash(
  client: AppClient,
  hash: string | undefined,
  { username }: { readonly username: string },
): void {
  if (isUnneeded(client, hash)) return
  if (hash === undefined) throw refusal('NotAuthorizedException', 'secretMissing', client.id)
  if (!matches(client, hash, [username])) {
    throw refusal('NotAuthorizedException', 'hashWrong', client.id)
  }
}

/**
 * Checks `SECRET_HASH` among the parameters of a sign-in.
 *
 * @param usernames any of these may be under the hash
 * @param text what to say of a wrong one: challenges and refreshes have words of their own
 * @throws UserPoolError NotAuthorizedException
 */
export function checkSecretHashParameter(
  client: AppClient,
  parameters: Readonly<Record<string, string>>,
  usernames: readonly string[],
  text: 'hashWrong' | 'hashWrongLater',
): void {
  const hash = checkSecretHashPresence(client, parameters)
  if (hash === undefined) return
  if (!matches(client, hash, usernames)) throw refusal('NotAuthorizedException', text, client.id)
}

/**
 * Checks that a client with a secret sent a `SECRET_HASH`, and one without sent none.
 *
 * @returns undefined if there is none to check
 * @throws UserPoolError NotAuthorizedException
 */
export function checkSecretHashPresence(
  client: AppClient,
  { SECRET_HASH: hash }: Readonly<Record<string, string>>,
): string | undefined {
  if (isUnneeded(client, hash)) return undefined
  if (hash === undefined) throw refusal('NotAuthorizedException', 'hashMissing', client.id)
  return hash
}

/** True for a client without a secret, unless a hash was sent all the same. */
function isUnneeded(client: AppClient, hash: string | undefined): boolean {
  if (client.secret !== undefined) return false
  // Unverified: the text for a hash that nobody asked for.
  if (hash !== undefined) throw refusal('NotAuthorizedException', 'secretUnexpected', client.id)
  return true
}

function matches(client: AppClient, hash: string, usernames: readonly string[]): boolean {
  return secretHashMatches(hash, {
    usernames,
    clientId: client.id,
    clientSecrets: client.secret === undefined ? [] : [client.secret],
  })
}
