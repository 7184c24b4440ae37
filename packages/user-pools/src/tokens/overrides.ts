/**
 * What a Pre Token Generation function may change in the tokens, and how.
 *
 * @see user-pools §5.4
 */
import { type Claims, type ClaimValue, type GroupConfiguration, groupClaims } from './claims.ts'

/** Changes to one token. */
export interface ClaimOverrides {
  readonly addOrOverride: ReadonlyMap<string, ClaimValue>
  readonly suppress: readonly string[]
}

/** What a function answered, checked: see `checkPreTokenGeneration`. */
export interface TokenOverrides {
  readonly id?: ClaimOverrides | undefined
  readonly access?:
    | (ClaimOverrides & {
        readonly scopesToAdd: readonly string[]
        readonly scopesToSuppress: readonly string[]
      })
    | undefined
  /** For both tokens. Undefined: the groups stay as they are. */
  readonly groups?: GroupConfiguration | undefined
}

/** Claims with overrides applied, and what was ignored on the way. */
export interface OverriddenClaims {
  readonly claims: Claims
  /** Names of claims that a function must not touch but tried to. Log these, never their values. */
  readonly ignored: readonly string[]
}

/** Which names nobody may add, change or take away, in either token. */
const reserved: ReadonlySet<string> = new Set([
  'acr',
  'amr',
  'at_hash',
  'aud',
  'auth_time',
  'azp',
  'client_id',
  'device_key',
  'event_id',
  'exp',
  'iat',
  'identities',
  'iss',
  'jti',
  'nbf',
  'nonce',
  'origin_jti',
  'sub',
  'token_use',
  'username',
  'version',
])

const groupClaimNames = ['cognito:groups', 'cognito:preferred_role', 'cognito:roles']

/** Groups first, then claims; what is both added and suppressed is suppressed. */
export function overrideIdClaims(claims: Claims, overrides: TokenOverrides): OverriddenClaims {
  const result = new Map(claims)
  const ignored: string[] = []
  if (overrides.groups !== undefined) {
    for (const name of groupClaimNames) result.delete(name)
    for (const [name, value] of groupClaims(overrides.groups)) result.set(name, value)
  }
  for (const [name, value] of overrides.id?.addOrOverride ?? []) {
    if (isReserved(name) || name.startsWith('dev:')) ignored.push(name)
    else result.set(name, value)
  }
  for (const name of overrides.id?.suppress ?? []) {
    // Without the groups, the roles that came with them go too.
    if (name === 'cognito:groups') for (const claim of groupClaimNames) result.delete(claim)
    else if (isReserved(name)) ignored.push(name)
    else result.delete(name)
  }
  return { claims: result, ignored }
}

/** As for the ID token; besides, scopes are added and then suppressed. */
export function overrideAccessClaims(claims: Claims, overrides: TokenOverrides): OverriddenClaims {
  const result = new Map(claims)
  const ignored: string[] = []
  if (overrides.groups !== undefined) {
    result.delete('cognito:groups')
    const { groups } = overrides.groups
    if (groups.length > 0) result.set('cognito:groups', groups)
  }
  for (const [name, value] of overrides.access?.addOrOverride ?? []) {
    // An audience may be added if it is the client itself, which some resource servers look for.
    const isOwnAudience = name === 'aud' && value === claims.get('client_id')
    const isRefused = isReserved(name) || name === 'scope' || name.startsWith('dev:')
    if (isRefused && !isOwnAudience) ignored.push(name)
    else result.set(name, value)
  }
  for (const name of overrides.access?.suppress ?? []) {
    if (name === 'cognito:groups') result.delete(name)
    else if (isReserved(name) || name === 'scope') ignored.push(name)
    else result.delete(name)
  }
  if (overrides.access !== undefined) overrideScopes(result, overrides.access)
  return { claims: result, ignored }
}

function overrideScopes(
  claims: Map<string, ClaimValue>,
  {
    scopesToAdd,
    scopesToSuppress,
  }: { readonly scopesToAdd: readonly string[]; readonly scopesToSuppress: readonly string[] },
): void {
  const current = claims.get('scope')
  const scopes = new Set(typeof current === 'string' ? current.split(' ') : [])
  for (const scope of scopesToAdd) scopes.add(scope)
  for (const scope of scopesToSuppress) scopes.delete(scope)
  // Unverified: whether a token without scopes has an empty claim or none.
  if (scopes.size === 0) claims.delete('scope')
  else claims.set('scope', [...scopes].join(' '))
}

/** Groups and roles are changed through the group configuration alone. */
function isReserved(name: string): boolean {
  return reserved.has(name) || name.startsWith('cognito:')
}
