import { type DatabaseId, ObjectValue } from '@vivarium/fql'
import { claimedMicros } from '../jwt/jwt.ts'
import type { Caller } from '../model/caller.ts'
import { ttlOfVersion, versionHeader } from '../model/codec.ts'
import { documentKey } from '../model/keys.ts'
import { rootDatabase } from '../model/root-database.ts'
import { databasePath } from '../model/schema.ts'
import type { UnitOfWork } from '../model/unit-of-work.ts'

/** What a stream's credentials rest on (data-model §10.3). */
export interface Hold {
  /** Differs as soon as the key, token or access provider, a role or the set of roles does. */
  readonly fingerprint: string
  /** When the token, key, identity or JSON Web Token expires, in microseconds; absent for never. */
  readonly expires: bigint | undefined
}

/** What an authenticated caller's credentials rest on now. */
export function holdOf(unit: UnitOfWork, caller: Caller): Hold {
  const { permissions, credential, token } = caller
  const roles = permissions.kind === 'roles' ? permissions.memberships : []
  const parts = [
    ...(credential === undefined ? [] : [credential]),
    ...roles.map(({ role }) => role.ref),
  ].map((ref) => {
    const bytes = unit.transaction.get(documentKey(ref))
    return `${ref.id}@${bytes === undefined ? '' : versionHeader(bytes).micros}`
  })
  const expiries = watchedRefs(caller).flatMap((ref) => {
    const bytes = unit.transaction.get(documentKey(ref))
    return (bytes === undefined ? undefined : ttlOfVersion(bytes)) ?? []
  })
  const claimed = token instanceof ObjectValue ? claimedMicros(token, 'exp') : undefined
  if (typeof claimed === 'bigint') expiries.push(claimed)
  return {
    fingerprint: parts.join(' '),
    expires: expiries.length === 0 ? undefined : expiries.reduce((a, b) => (a < b ? a : b)),
  }
}

/** The documents whose changes can end a caller's streams: its key or token, and its identity. */
export function watchedRefs({ credential, permissions }: Caller) {
  const identity = permissions.kind === 'roles' ? permissions.identity : undefined
  return [credential, identity].filter((ref) => ref !== undefined)
}

/** The databases where those documents, the roles and the databases themselves can change. */
export function watchedDatabases(unit: UnitOfWork, caller: Caller): ReadonlySet<DatabaseId> {
  const { database, credential } = caller
  const homes = credential === undefined ? [database] : [database, credential.database]
  const above = homes.flatMap((home) => databasePath(unit.transaction, rootDatabase, home) ?? [])
  return new Set([rootDatabase, ...above, ...homes])
}
