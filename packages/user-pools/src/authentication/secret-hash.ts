import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * `SECRET_HASH`: the proof that a request comes from an app client with a secret.
 *
 * @param username the name the request itself carries as `USERNAME`
 * @see user-pools §1.6
 */
export function secretHash(username: string, clientId: string, clientSecret: string): string {
  return createHmac('sha256', clientSecret).update(username).update(clientId).digest('base64')
}

/**
 * Whether `given` is the secret hash of one of `usernames` under one of the client's secrets. A client
 * has up to two while they rotate; a refresh carries no name, so every name of the user may be meant.
 */
export function secretHashMatches(
  given: string,
  {
    usernames,
    clientId,
    clientSecrets,
  }: {
    readonly usernames: readonly string[]
    readonly clientId: string
    readonly clientSecrets: readonly string[]
  },
): boolean {
  const hash = Buffer.from(given)
  return clientSecrets.some((secret) =>
    usernames.some((username) => {
      const expected = Buffer.from(secretHash(username, clientId, secret))
      return hash.length === expected.length && timingSafeEqual(hash, expected)
    }),
  )
}

/** Whether `given` is one of the client's secrets: for the operations that send the secret itself. */
export function clientSecretMatches(given: string, clientSecrets: readonly string[]): boolean {
  const bytes = Buffer.from(given)
  return clientSecrets.some((secret) => {
    const expected = Buffer.from(secret)
    return bytes.length === expected.length && timingSafeEqual(bytes, expected)
  })
}
