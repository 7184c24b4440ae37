/**
 * What ID and access tokens say before a trigger changes it.
 *
 * @see user-pools §4.2 and §4.3
 */

/** A value that a claim may have. */
export type ClaimValue =
  | string
  | number
  | boolean
  | null
  | readonly ClaimValue[]
  | { readonly [name: string]: ClaimValue }

/** The claims of one token. Without a prototype's help: names come from functions that are not ours. */
export type Claims = ReadonlyMap<string, ClaimValue>

/** A group, as far as tokens tell of it. */
export interface GroupMembership {
  readonly name: string
  /** 0 is the strongest; without one, the weakest. */
  readonly precedence?: number | undefined
  readonly roleArn?: string | undefined
}

/** The groups and roles of a token: what Cognito calls a group configuration. */
export interface GroupConfiguration {
  readonly groups: readonly string[]
  readonly roles: readonly string[]
  readonly preferredRole: string | undefined
}

/** Whom tokens are made for, and on the strength of which sign-in. */
export interface TokenSubject {
  readonly sub: string
  /** The canonical user name. */
  readonly username: string
  /** All attributes, `sub` or not, as the strings that they are stored as. */
  readonly attributes: Readonly<Record<string, string>>
  /** The client's `ReadAttributes`. Undefined: it may read all. `sub` is always told. */
  readonly readAttributes?: readonly string[] | undefined
  readonly groups: GroupConfiguration
  readonly clientId: string
  /** From `issuerOf`. */
  readonly issuer: string
  /** When the user signed in; a refresh keeps it. */
  readonly authTimeSeconds: number
  readonly issuedAtSeconds: number
  /** The same in both tokens; new with each sign-in and refresh. */
  readonly eventId: string
  /** The id of the sign-in, on which revocation hangs. Undefined: the client has no token revocation. */
  readonly originJti?: string | undefined
  readonly deviceKey?: string | undefined
  /** Default: what a sign-in through the API gives. */
  readonly scopes?: readonly string[] | undefined
}

/** The scope that self-service operations ask for. */
export const selfServiceScope = 'aws.cognito.signin.user.admin'

/**
 * The group configuration that a user's memberships give: strongest first, then by name.
 *
 * The preferred role is that of the strongest group; there is none if groups tie with different roles.
 */
export function groupConfiguration(memberships: readonly GroupMembership[]): GroupConfiguration {
  const strength = (group: GroupMembership): number => group.precedence ?? Number.POSITIVE_INFINITY
  // Unverified: the reference does not say how groups of equal precedence are ordered.
  const sorted = memberships.toSorted((one, other) => {
    const [first, second] = [strength(one), strength(other)]
    if (first !== second) return first < second ? -1 : 1
    return one.name < other.name ? -1 : 1
  })
  const roles = sorted.flatMap((group) => group.roleArn ?? [])
  const [strongest] = sorted
  const candidates = sorted
    .filter((group) => strongest !== undefined && strength(group) === strength(strongest))
    .flatMap((group) => group.roleArn ?? [])
  return {
    groups: sorted.map((group) => group.name),
    roles: [...new Set(roles)],
    preferredRole: new Set(candidates).size === 1 ? candidates[0] : undefined,
  }
}

/** @param jti a UUID of its own */
export function idTokenClaims(
  subject: TokenSubject,
  { jti, lifetimeSeconds }: { readonly jti: string; readonly lifetimeSeconds: number },
): Claims {
  const claims = new Map<string, ClaimValue>(attributeClaims(subject))
  claims.set('sub', subject.sub)
  for (const [name, value] of groupClaims(subject.groups)) claims.set(name, value)
  claims.set('iss', subject.issuer)
  claims.set('cognito:username', subject.username)
  if (subject.originJti !== undefined) claims.set('origin_jti', subject.originJti)
  claims.set('aud', subject.clientId)
  claims.set('event_id', subject.eventId)
  claims.set('token_use', 'id')
  claims.set('auth_time', subject.authTimeSeconds)
  claims.set('exp', subject.issuedAtSeconds + lifetimeSeconds)
  claims.set('iat', subject.issuedAtSeconds)
  if (subject.originJti !== undefined) claims.set('jti', jti)
  return claims
}

/**
 * An access token tells nothing of the user but the name and the groups.
 *
 * @param jti a UUID of its own
 */
export function accessTokenClaims(
  subject: TokenSubject,
  { jti, lifetimeSeconds }: { readonly jti: string; readonly lifetimeSeconds: number },
): Claims {
  const claims = new Map<string, ClaimValue>()
  claims.set('sub', subject.sub)
  if (subject.deviceKey !== undefined) claims.set('device_key', subject.deviceKey)
  if (subject.groups.groups.length > 0) claims.set('cognito:groups', subject.groups.groups)
  claims.set('iss', subject.issuer)
  claims.set('client_id', subject.clientId)
  if (subject.originJti !== undefined) claims.set('origin_jti', subject.originJti)
  claims.set('event_id', subject.eventId)
  claims.set('token_use', 'access')
  claims.set('scope', (subject.scopes ?? [selfServiceScope]).join(' '))
  claims.set('auth_time', subject.authTimeSeconds)
  claims.set('exp', subject.issuedAtSeconds + lifetimeSeconds)
  claims.set('iat', subject.issuedAtSeconds)
  if (subject.originJti !== undefined) claims.set('jti', jti)
  claims.set('username', subject.username)
  return claims
}

/** The claims of a group configuration in an ID token; empty lists are left out. */
export function groupClaims({
  groups,
  roles,
  preferredRole,
}: GroupConfiguration): [string, ClaimValue][] {
  const claims: [string, ClaimValue][] = []
  if (groups.length > 0) claims.push(['cognito:groups', groups])
  if (preferredRole !== undefined) claims.push(['cognito:preferred_role', preferredRole])
  if (roles.length > 0) claims.push(['cognito:roles', roles])
  return claims
}

const verifiedFlags = [
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
] as const

function attributeClaims({ attributes, readAttributes }: TokenSubject): [string, ClaimValue][] {
  const isReadable = (name: string): boolean => readAttributes?.includes(name) ?? true
  const claims = Object.entries(attributes)
    // The user's status is told to triggers, never in tokens.
    .filter(([name]) => isReadable(name) && !name.startsWith('cognito:'))
    .map(([name, value]): [string, ClaimValue] => [name, attributeClaim(name, value)])
  // An address that was never verified says so.
  for (const [address, flag] of verifiedFlags) {
    if (attributes[address] !== undefined && attributes[flag] === undefined && isReadable(flag)) {
      claims.push([flag, false])
    }
  }
  return claims
}

/** Attributes are strings; a few are told as what they mean. Custom ones stay strings. */
function attributeClaim(name: string, value: string): ClaimValue {
  switch (name) {
    case 'email_verified':
    case 'phone_number_verified':
      return value.toLowerCase() === 'true'
    // Unverified: the shapes of the next two are known from OpenID Connect alone.
    case 'updated_at': {
      const seconds = Number(value)
      return Number.isFinite(seconds) && value !== '' ? seconds : value
    }
    case 'address':
      return { formatted: value }
    case 'identities':
      return identitiesOf(value)
    default:
      return value
  }
}

/** The attribute is the JSON text of a list that Cognito itself writes. */
function identitiesOf(text: string): ClaimValue {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : text
  } catch {
    return text
  }
}
