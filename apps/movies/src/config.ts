const secretKinds = ['fauna', 'id-token'] as const

/**
 * What opens the database after a sign-in: the tokens of the database that a trigger has put into the ID
 * token (`fauna`), or the ID token itself, which an access provider of the database knows (`id-token`).
 */
export type SecretKind = (typeof secretKinds)[number]

/** Where the application's servers are; the web server answers it at `/config.json`. */
export interface Config {
  readonly region: string
  readonly userPoolId: string
  readonly clientId: string
  /** Of the user pools; Amazon's own in production with Cognito. */
  readonly userPoolsEndpoint: string
  /** Of the data API. */
  readonly dataApiEndpoint: string
  readonly dataApiSecret: SecretKind
  /** A page that shows sent messages, in development alone. */
  readonly mailbox?: string | undefined
}

/** Asks the web server where everything is. @throws Error with words for the person who runs it */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json', { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(`/config.json answered ${response.status}.`)
  const config: unknown = await response.json()
  const text = (name: string): string => {
    const value = property(config, name)
    if (typeof value !== 'string' || value === '') throw new Error(`/config.json lacks "${name}".`)
    return value
  }
  const mailbox = property(config, 'mailbox')
  return {
    region: text('region'),
    userPoolId: text('userPoolId'),
    clientId: text('clientId'),
    userPoolsEndpoint: text('userPoolsEndpoint'),
    dataApiEndpoint: text('dataApiEndpoint'),
    dataApiSecret: secretKind(property(config, 'dataApiSecret') ?? 'fauna'),
    mailbox: typeof mailbox === 'string' ? mailbox : undefined,
  }
}

function secretKind(value: unknown): SecretKind {
  const kind = secretKinds.find((known) => known === value)
  if (kind === undefined) {
    throw new Error(`/config.json has another "dataApiSecret" than ${secretKinds.join(' or ')}.`)
  }
  return kind
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}
