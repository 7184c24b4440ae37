/** From a secret to a caller (wire §2, data-model §6.1 to §6.3). */
import { type DatabaseId, nativeCollections, Ref } from '@vivarium/fql'
import { looksLikeJwt } from '../jwt/jwt.ts'
import { type Caller, type Permissions, permissionsOf, permissionsOfIdentity } from './caller.ts'
import type { StoredVersion } from './codec.ts'
import { DatabaseView } from './database-view.ts'
import { jwtCaller } from './jwt-caller.ts'
import { type KeyHome, keyHomes } from './key-homes.ts'
import { isAlive, rootDatabase } from './root-database.ts'
import { type RoleSetting, readRoleSetting } from './schema.ts'
import { decodeSecret, isSameSecret, matchesHash, type Secret } from './secrets.ts'
import { resolveName, type UnitOfWork } from './unit-of-work.ts'
import { isLive, liveVersion } from './versions.ts'

/** What a secret's suffix asks for: a place below its database, and whose rights (wire §2.2). */
interface Scope {
  readonly path: readonly string[]
  readonly as:
    | { readonly kind: 'role'; readonly role: 'admin' | 'server' | 'server-readonly' | 'client' }
    | { readonly kind: 'named role'; readonly name: string }
    | { readonly kind: 'document'; readonly collection: string; readonly id: bigint }
}

/** A caller that a secret stands for. */
export interface Authenticated {
  readonly caller: Caller
  /**
   * Whether the document that it acts as exists. Asked apart, so that this is read together with what the
   * query reads; no answer may be given to a caller for whom it is not true.
   */
  readonly isLive: () => boolean
}

/**
 * The caller that a secret stands for, as things are in this transaction; undefined for 401.
 *
 * @param rootSecrets acts as admin on the root database
 * @param proofs what is known of the secret if it is a JSON Web Token. Default: what the transaction knows
 * @throws Unproven through the whole transaction, for a token whose signature has yet to be checked
 */
export function authenticate(
  unit: UnitOfWork,
  text: string,
  rootSecrets: readonly string[],
  proofs = unit.proofs,
): Authenticated | undefined {
  if (looksLikeJwt(text)) {
    const caller = jwtCaller(unit, text, proofs, (one) => new DatabaseView(unit, one))
    return caller && known(caller)
  }
  const parts = parseSecret(text)
  if (parts === undefined) return undefined
  const { secret, scope } = parts
  const decoded = decodeSecret(secret)
  if (decoded?.kind === 'token') return tokenCaller(unit, decoded)
  const caller = (decoded && keyCaller(unit, decoded)) ?? rootCaller(secret, rootSecrets)
  return caller && (scope ? scoped(unit, caller, scope) : known(caller))
}

/** A caller that acts as no document. */
const known = (caller: Caller): Authenticated => ({ caller, isLive: () => true })

const secretPattern = /^[^/,()&=:]+$/
const scopePattern =
  /^(?:([^,()&=:]+):)?(?:(admin|server-readonly|server|client)|@role\/([^/:,()&=]+)|(?:@doc|classes|collections)\/([^/:,()&=]+)\/(-?\d+))(.*)$/s

/** Splits a secret from its suffix. A suffix that names no scope is ignored (wire §2.2). */
function parseSecret(
  text: string,
): { readonly secret: string; readonly scope: Scope | undefined } | undefined {
  const colon = text.indexOf(':')
  const secret = colon < 0 ? text : text.slice(0, colon)
  if (!secretPattern.test(secret)) return undefined
  if (colon < 0) return { secret, scope: undefined }
  const match = scopePattern.exec(text.slice(colon + 1))
  if (match === null) return { secret, scope: undefined }
  const [, path, builtin, role, collection, id, rest] = match
  // What follows a scope spoils it, unless it is a suffix of its own, which is ignored.
  if (rest?.startsWith(':')) return { secret, scope: undefined }
  if (rest !== '') return undefined
  const databases = path === undefined ? [] : path.split('/')
  if (builtin !== undefined) {
    return { secret, scope: { path: databases, as: { kind: 'role', role: builtinRole(builtin) } } }
  }
  if (role !== undefined)
    return { secret, scope: { path: databases, as: { kind: 'named role', name: role } } }
  const document = { kind: 'document', collection: collection ?? '', id: BigInt(id ?? 0) } as const
  return { secret, scope: { path: databases, as: document } }
}

function builtinRole(name: string): 'admin' | 'server' | 'server-readonly' | 'client' {
  return name === 'admin' || name === 'server' || name === 'client' ? name : 'server-readonly'
}

function rootCaller(secret: string, rootSecrets: readonly string[]): Caller | undefined {
  if (!rootSecrets.some((one) => isSameSecret(one, secret))) return undefined
  return {
    database: rootDatabase,
    permissions: { kind: 'admin' },
    identity: undefined,
    token: undefined,
    credential: undefined,
    predicateIdentity: undefined,
    isRoot: true,
  }
}

/** The caller of a key: the one among those of its id that has this secret. */
function keyCaller(unit: UnitOfWork, secret: Secret): Caller | undefined {
  const callers = keyHomes(unit, secret.id).flatMap((home) => keyCallerIn(unit, secret, home) ?? [])
  return callers.length === 1 ? callers[0] : undefined
}

function keyCallerIn(
  unit: UnitOfWork,
  secret: Secret,
  { home, target }: KeyHome,
): Caller | undefined {
  const ref = new Ref(home, nativeCollections.keys, secret.id)
  const version = liveVersionIn(unit, ref, target)
  if (version === undefined) return undefined
  if (!matchesHash(secret.random, version.fields.get('hashed_secret'))) return undefined
  const setting = readRoleSetting(version.fields.get('role')) ?? []
  return {
    database: target,
    permissions: keyPermissions(unit, setting, target),
    identity: undefined,
    // A key of a parent database cannot be named in its child.
    token: target === home ? ref : undefined,
    credential: ref,
    predicateIdentity: undefined,
    isRoot: false,
  }
}

function keyPermissions(unit: UnitOfWork, setting: RoleSetting, database: DatabaseId): Permissions {
  if (typeof setting === 'string') return { kind: setting }
  return permissionsOf(setting, unit.schemaAtStart(database))
}

/** The document of a key or token, if it is live, and its database and the one that it opens are. */
function liveVersionIn(unit: UnitOfWork, ref: Ref, target: DatabaseId): StoredVersion | undefined {
  let version: StoredVersion | undefined
  const alive: boolean[] = []
  // Independent reads, and the schema that whatever comes next needs: one round trip to a remote store.
  const reads = [
    () => alive.push(isAlive(unit, target)),
    () => alive.push(target === ref.database || isAlive(unit, ref.database)),
    () => unit.schemaAtStart(target),
    () => {
      version = liveVersion(unit, ref, undefined)
    },
  ]
  unit.transaction.all(reads.length, (i) => reads[i]?.())
  return alive.every(Boolean) ? version : undefined
}

function tokenCaller(unit: UnitOfWork, secret: Secret): Authenticated | undefined {
  const database = secret.database ?? rootDatabase
  const ref = new Ref(database, nativeCollections.tokens, secret.id)
  const version = liveVersionIn(unit, ref, database)
  if (version === undefined) return undefined
  if (!matchesHash(secret.random, version.fields.get('hashed_secret'))) return undefined
  const instance = version.fields.get('instance')
  return instance instanceof Ref
    ? identityCaller(unit, instance, { token: ref, credential: ref })
    : undefined
}

/** The caller that acts as a document; undefined unless the document is live. */
function identityCaller(
  unit: UnitOfWork,
  identity: Ref,
  { token, credential }: Pick<Caller, 'token' | 'credential'>,
): Authenticated | undefined {
  const schema = unit.schemaAtStart(identity.database)
  const isKnown = identity.collection < 1024 || schema.collections.has(identity.collection)
  if (!isKnown) return undefined
  const caller = {
    database: identity.database,
    permissions: permissionsOfIdentity(identity, schema),
    identity,
    token,
    credential,
    predicateIdentity: identity,
    isRoot: false,
  }
  return { caller, isLive: () => isLive(unit, identity) }
}

/** A key's caller with the rights that the suffix asks for, if the key may ask (data-model §6.2). */
function scoped(unit: UnitOfWork, caller: Caller, scope: Scope): Authenticated | undefined {
  const { kind } = caller.permissions
  const isOwnDocument = scope.as.kind === 'document' && scope.path.length === 0
  if (kind !== 'admin' && !(kind === 'server' && isOwnDocument)) return undefined
  const database = descend(unit, caller.database, scope.path)
  if (database === undefined) return undefined
  const { as } = scope
  const token = database === caller.database ? caller.token : undefined
  const there = { ...caller, database, token, isRoot: false }
  if (as.kind === 'role') return known({ ...there, permissions: { kind: as.role } })
  const schema = unit.schemaAtStart(database)
  if (as.kind === 'named role') {
    const id = schema.names.roles.get(as.name)
    if (id === undefined) return undefined
    const ref = new Ref(database, nativeCollections.roles, id)
    return known({ ...there, permissions: permissionsOf([ref], schema) })
  }
  const collection = schema.names.collections.get(as.collection)
  if (collection === undefined) return undefined
  const own = token instanceof Ref ? token : undefined
  const { credential } = caller
  const identity = new Ref(database, Number(collection), as.id)
  return identityCaller(unit, identity, { token: own, credential })
}

/** The database at the end of a path of names below another. */
function descend(
  unit: UnitOfWork,
  from: DatabaseId,
  path: readonly string[],
): DatabaseId | undefined {
  let at = from
  for (const name of path) {
    const child = resolveName(unit.transaction, 'databases', name, at)
    if (child === undefined) return undefined
    at = child.id
  }
  return at
}
