/** The trigger's settings: environment variables, checked once, before the first sign-in. */
import type { Lifetimes } from './sign-in-query.ts'

/** Where the server key is. */
export type ServerKeySource =
  | { readonly kind: 'value'; readonly secret: string }
  | { readonly kind: 'file'; readonly path: string }
  /** AWS Secrets Manager: the name or the ARN of a secret. */
  | { readonly kind: 'secrets-manager'; readonly secretId: string }

/** Names of the claims; a claim without a name is left out. */
export interface ClaimNames {
  readonly accessToken: string | undefined
  readonly refreshToken: string | undefined
  readonly userId: string | undefined
}

/** What `readConfiguration` makes of the environment. */
export interface Configuration {
  /** The data API's origin. */
  readonly endpoint: string
  readonly serverKey: ServerKeySource
  readonly claims: ClaimNames
  /** Claims taken out of the ID token. */
  readonly suppressedClaims: readonly string[]
  /** Which tokens of the user pool get the claims. */
  readonly claimsIn: { readonly idToken: boolean; readonly accessToken: boolean }
  readonly lifetimes: Lifetimes
  readonly adoptsByEmail: boolean
  /** What becomes of a sign-in when there are no Fauna tokens for it. */
  readonly withoutTokens: 'refuse' | 'sign-in'
  /** How long the trigger may take; the user pool waits for five seconds. */
  readonly timeoutMs: number
}

/** The environment will not do; the message lists every fault, and no value. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

/** A setting has a value that it cannot have. */
class Fault extends Error {}

/**
 * Reads the settings.
 *
 * @throws ConfigurationError
 */
export function readConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
): Configuration {
  const faults: string[] = []
  // With a fault, the default stands in, so that the rest is read too; the faults end it all below.
  const setting = <T>(name: string, byDefault: string, read: (text: string) => T): T => {
    try {
      return read(environment[name]?.trim() || byDefault)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      faults.push(`${name} ${error.message}`)
      return read(byDefault)
    }
  }
  if (!environment.FAUNA_ENDPOINT?.trim()) faults.push('FAUNA_ENDPOINT is not set')
  const claims = {
    accessToken: setting('FAUNA_ACCESS_TOKEN_CLAIM', 'fauna_access_token', claimName),
    refreshToken: setting('FAUNA_REFRESH_TOKEN_CLAIM', 'fauna_refresh_token', claimName),
    userId: setting('FAUNA_USER_ID_CLAIM', 'userId', claimName),
  }
  const accessSeconds = setting('FAUNA_ACCESS_TOKEN_SECONDS', '600', seconds)
  const refreshSeconds = setting('FAUNA_REFRESH_TOKEN_SECONDS', '3600', seconds)
  const sessionSeconds = setting('FAUNA_SESSION_SECONDS', '86400', seconds)
  const configuration: Configuration = {
    endpoint: setting('FAUNA_ENDPOINT', 'http://localhost', endpoint),
    serverKey: serverKeySource(environment, faults),
    claims,
    suppressedClaims: setting('FAUNA_SUPPRESSED_CLAIMS', 'email', claimNames),
    claimsIn: setting('FAUNA_CLAIMS_IN', 'id', tokens),
    lifetimes: {
      accessSeconds: claims.accessToken === undefined ? undefined : accessSeconds,
      refreshSeconds: claims.refreshToken === undefined ? undefined : refreshSeconds,
      sessionSeconds,
    },
    adoptsByEmail: setting('FAUNA_ADOPT_BY_EMAIL', 'true', boolean),
    withoutTokens: setting('FAUNA_WITHOUT_TOKENS', 'refuse', oneOf('refuse', 'sign-in')),
    timeoutMs: setting('FAUNA_TIMEOUT_MS', '4500', milliseconds),
  }
  if (faults.length === 0) faults.push(...contradictions(configuration))
  if (faults.length > 0) {
    throw new ConfigurationError(`The token trigger is not configured: ${faults.join('; ')}`)
  }
  return configuration
}

/** What is right by itself but not together. */
function contradictions({ claims, suppressedClaims, lifetimes }: Configuration): string[] {
  const faults: string[] = []
  const names = Object.values(claims).filter((name) => name !== undefined)
  if (new Set(names).size < names.length) faults.push('two claims have the same name')
  const hidden = names.filter((name) => suppressedClaims.includes(name))
  if (hidden.length > 0) faults.push(`FAUNA_SUPPRESSED_CLAIMS takes out ${hidden.join(', ')}`)
  const { accessSeconds = 0, refreshSeconds = 0, sessionSeconds } = lifetimes
  if (Math.max(accessSeconds, refreshSeconds) > sessionSeconds) {
    faults.push('FAUNA_SESSION_SECONDS is less than the lifetime of a token')
  }
  return faults
}

/** The variables that may hold the key, or tell where it is. */
const keyVariables = {
  FAUNA_SERVER_KEY: (secret: string): ServerKeySource => ({ kind: 'value', secret }),
  FAUNA_SERVER_KEY_FILE: (path: string): ServerKeySource => ({ kind: 'file', path }),
  FAUNA_SERVER_KEY_SECRET_ID: (secretId: string): ServerKeySource => ({
    kind: 'secrets-manager',
    secretId,
  }),
}

function serverKeySource(
  environment: Readonly<Record<string, string | undefined>>,
  faults: string[],
): ServerKeySource {
  const given = Object.entries(keyVariables).flatMap(([name, source]) => {
    const text = environment[name]?.trim()
    return text ? [source(text)] : []
  })
  if (given.length !== 1) {
    faults.push(`of ${Object.keys(keyVariables).join(', ')} exactly one must be set`)
  }
  return given[0] ?? { kind: 'value', secret: '' }
}

/** A Fauna endpoint; the driver knows no path. */
function endpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Fault('is not an http:// or https:// address')
  }
  if (/(?:^|\.)fauna\.com\.?$/.test(url.hostname)) {
    throw new Fault('is an address of fauna.com, whose names belong to strangers now')
  }
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    throw new Fault('has more than a scheme, a host and a port')
  }
  return url.origin
}

/** Claims that Cognito does not let a trigger set: it would ignore them without a word. */
const reservedClaims = new Set(
  `acr amr at_hash aud auth_time azp client_id device_key event_id exp iat identities iss jti nbf nonce
  origin_jti scope sub token_use username version`.split(/\s+/),
)

function claimName(text: string): string | undefined {
  if (text === 'none') return undefined
  if (!/^[A-Za-z_][\w:.-]{0,127}$/.test(text)) throw new Fault('is not the name of a claim')
  if (reservedClaims.has(text) || /^(?:cognito|dev):/.test(text)) {
    throw new Fault('is a claim that the user pool keeps to itself')
  }
  if (text === '__proto__' || text === 'constructor' || text === 'prototype') {
    throw new Fault('is not the name of a claim')
  }
  return text
}

function claimNames(text: string): readonly string[] {
  return text.split(',').flatMap((name) => claimName(name.trim()) ?? [])
}

function tokens(text: string): Configuration['claimsIn'] {
  const names = text.split(',').map((name) => name.trim())
  if (!names.every((name) => name === 'id' || name === 'access')) {
    throw new Fault('is not id, access, or both with a comma between')
  }
  return { idToken: names.includes('id'), accessToken: names.includes('access') }
}

function integer(text: string, min: number, max: number, unit: string): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= min && number <= max)) {
    throw new Fault(`is not a whole number of ${unit} from ${min} to ${max}`)
  }
  return number
}

const seconds = (text: string) => integer(text, 1, 315_360_000, 'seconds')
const milliseconds = (text: string) => integer(text, 100, 900_000, 'milliseconds')

function boolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Fault('is neither true nor false')
  return text === 'true'
}

function oneOf<const T extends string>(...allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((one) => one === text)
    if (found === undefined) throw new Fault(`is none of ${allowed.join(', ')}`)
    return found
  }
}
