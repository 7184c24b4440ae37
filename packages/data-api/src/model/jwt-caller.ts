/** From a JSON Web Token to a caller (data-model §7). */
import type { DatabaseId, ObjectValue, Value } from '@vivarium/fql'
import { audiencesOf, isTimely, type Jwt, parseJwt } from '../jwt/jwt.ts'
import { type AccessProvider, audienceOf } from './access-provider.ts'
import { type Claim, claimTo, providerOf } from './audiences.ts'
import { holds } from './authorization.ts'
import type { Caller } from './caller.ts'
import type { DatabaseView } from './database-view.ts'
import { databaseOfGlobalId } from './global-id.ts'
import { isSigned, type Proofs } from './proofs.ts'
import { rootDatabase } from './root-database.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/**
 * The caller that a token stands for, as things are in this transaction; undefined for 401.
 *
 * @param seenBy makes the view in which the predicates of roles are asked
 * @throws Unproven through the whole transaction, if its signature has yet to be checked
 */
export function jwtCaller(
  unit: UnitOfWork,
  text: string,
  proofs: Proofs,
  seenBy: (caller: Caller) => DatabaseView,
): Caller | undefined {
  const jwt = parseJwt(text)
  if (jwt === undefined || !isTimely(jwt.claims, unit.transaction.timestamp)) return undefined
  const found = acceptedBy(unit, jwt)
  if (found === undefined || !isSigned(proofs, jwt, found.provider.jwksUri)) return undefined
  return withRoles(unit, jwt.claims, found, seenBy)
}

/** Who accepts a token: a provider of the database that it is for. */
function acceptedBy(unit: UnitOfWork, { claims }: Jwt): Claim | undefined {
  const issuer = claims.get('iss')
  const audiences = audiencesOf(claims)
  if (typeof issuer !== 'string' || audiences === undefined) return undefined
  const prefix = unit.audiencePrefix
  const databases = audiences.filter((one) => one.startsWith(prefix))
  if (databases.length === 0) return acceptedForOther(unit, issuer, audiences, claims)
  const [audience = ''] = databases
  const database = databaseOfGlobalId(audience.slice(prefix.length))
  if (databases.length > 1 || database === undefined || database === rootDatabase) return undefined
  // Issuing tokens is nothing that a database does here; nobody else may do it in its name.
  if (issuer === audienceOf(prefix, database)) return undefined
  const provider = providerOf(unit, database, issuer)
  return provider && { database, provider }
}

/**
 * Our addition: a token for an audience that a provider lists. It must be of a kind that the provider takes
 * (`token_use`), because an issuer makes tokens of different kinds for different uses; and there must be no
 * doubt about the database.
 */
function acceptedForOther(
  unit: UnitOfWork,
  issuer: string,
  audiences: readonly string[],
  claims: ObjectValue,
): Claim | undefined {
  const use = claims.get('token_use')
  // Access tokens of Cognito name the client that they were issued to, and no audience.
  const named = use === 'access' ? [claims.get('client_id')] : audiences
  const claimed = new Map<DatabaseId, Claim>()
  for (const audience of named.slice(0, audiencesMax)) {
    const claim = typeof audience === 'string' ? claimTo(unit, issuer, audience) : undefined
    if (claim !== undefined && takes(claim.provider, use)) claimed.set(claim.database, claim)
  }
  const [only] = claimed.values()
  return claimed.size === 1 ? only : undefined
}

/** How many audiences of one token are looked for. */
const audiencesMax = 16

/** Whether a provider takes tokens of a kind, or of no kind in particular. */
function takes({ tokenUses }: AccessProvider, use: Value | undefined): boolean {
  if (tokenUses.length === 0) return use === undefined
  return typeof use === 'string' && tokenUses.includes(use)
}

/** The caller with the roles that are granted for the claims; undefined if there is none (data-model §7.1). */
function withRoles(
  unit: UnitOfWork,
  claims: ObjectValue,
  { database, provider }: Claim,
  seenBy: (caller: Caller) => DatabaseView,
): Caller | undefined {
  const subject = claims.get('sub') ?? undefined
  const caller: Caller = {
    database,
    permissions: { kind: 'client' },
    identity: subject,
    token: claims,
    credential: provider.ref,
    predicateIdentity: subject,
    isRoot: false,
  }
  const { roles } = unit.schemaAtStart(database)
  const view = seenBy(caller)
  const granted = new Set(
    provider.roles.flatMap(({ role, predicate }) => {
      const known = roles.get(role.id)
      if (known === undefined) return []
      return predicate === undefined || holds(view, predicate, claims) ? [known] : []
    }),
  )
  if (granted.size === 0) return undefined
  const memberships = Array.from(granted, (role) => ({ role }))
  return { ...caller, permissions: { kind: 'roles', memberships, identity: undefined } }
}
