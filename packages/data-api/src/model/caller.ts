import type { DatabaseId, Ref, Value } from '@vivarium/fql'
import type { Membership, RoleSetting, Schema } from './schema.ts'

/**
 * What a caller may do (data-model §6.4, §6.7). `predicate` is what role predicates themselves run with.
 */
export type Permissions =
  | { readonly kind: 'admin' | 'server' | 'server-readonly' | 'client' | 'predicate' }
  | {
      readonly kind: 'roles'
      readonly memberships: readonly Membership[]
      /** The document whose token is used: it has the baseline rights of data-model §6.5. */
      readonly identity: Ref | undefined
    }

/** Who asks, and in which database. */
export interface Caller {
  readonly database: DatabaseId
  readonly permissions: Permissions
  /** `CurrentIdentity()`. */
  readonly identity: Value | undefined
  /** `CurrentToken()`; undefined where it is `invalid token`. */
  readonly token: Value | undefined
  /** The document of the key, token or access provider in use, wherever it is stored; absent for a root secret. */
  readonly credential: Ref | undefined
  /** `CurrentIdentity()` inside role predicates (data-model §6.7). */
  readonly predicateIdentity: Value | undefined
  /** A root secret: functions never lower its rights. */
  readonly isRoot: boolean
}

/** The permissions of a built-in role, or of the named roles that still exist. */
export function permissionsOf(setting: RoleSetting, schema: Schema): Permissions {
  if (typeof setting === 'string') return { kind: setting }
  const memberships = setting.flatMap((ref) => {
    const role = schema.roles.get(ref.id)
    return role === undefined ? [] : [{ role }]
  })
  return { kind: 'roles', memberships, identity: undefined }
}

/** The permissions of a document's token: every role that has its collection as a member. */
export function permissionsOfIdentity(identity: Ref, schema: Schema): Permissions {
  return { kind: 'roles', memberships: schema.membershipsOf(identity.collection), identity }
}
