import type { DatabaseId } from '@vivarium/fql'
import { rootDatabase } from '../model/authenticate.ts'
import type { Caller } from '../model/caller.ts'
import { ttlOfVersion, versionHeader } from '../model/codec.ts'
import { documentKey } from '../model/keys.ts'
import { databasePath } from '../model/schema.ts'
import type { UnitOfWork } from '../model/unit-of-work.ts'

/** What a stream's credentials rest on (data-model §10.3). */
export interface Hold {
  /** Differs as soon as the key or token, a role or the set of roles does. */
  readonly fingerprint: string
  /** When the token, key or identity expires, in microseconds; absent for never. */
  readonly expires: bigint | undefined
}

/** What an authenticated caller's credentials rest on now. */
export function holdOf(unit: UnitOfWork, caller: Caller): Hold {
  const { permissions, credential } = caller
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
