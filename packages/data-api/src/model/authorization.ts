/** Who may do what (data-model §6). */
import {
  apply,
  attempt,
  type Context,
  isArray,
  type LambdaValue,
  nativeCollections,
  nativeOf,
  Position,
  Ref,
  type Value,
} from '@vivarium/fql'
import type { DatabaseView } from './database-view.ts'
import type { Action, Membership } from './schema.ts'
import { newestVersion } from './versions.ts'

/** The built-in collections that `server` keys have nothing to do with (data-model §6.4). */
const adminOnly: ReadonlySet<string> = new Set(['databases', 'keys', 'roles', 'access_providers'])

const reads: ReadonlySet<Action> = new Set(['read', 'history_read', 'unrestricted_read'])

/** The ref of the collection that a document belongs to: the resource of its privileges. */
export function collectionOf(ref: Ref): Ref {
  return new Ref(ref.database, nativeCollections.collections, BigInt(ref.collection))
}

/**
 * Whether the caller may do `action` on `resource`, a ref of a collection, index or function.
 *
 * @param argument what a predicate is given; made only if one is asked
 */
export function isAllowed(
  view: DatabaseView,
  action: Action,
  resource: Ref,
  argument: (lambda: LambdaValue) => Value,
): boolean {
  const { permissions, database } = view.caller
  switch (permissions.kind) {
    case 'client':
      return false
    case 'admin':
      return isRead(action) || resource.database === database
    case 'server':
      return !isAdminOnly(resource) && (isRead(action) || resource.database === database)
    case 'server-readonly':
      return !isAdminOnly(resource) && reads.has(action)
    case 'predicate':
      return (
        !isAdminOnly(resource) &&
        (action === 'read' || action === 'unrestricted_read' || action === 'call')
      )
    default:
      return (
        resource.database === database &&
        permissions.memberships.some((one) => grants(view, one, action, resource, argument))
      )
  }
}

const isRead = (action: Action) => reads.has(action) || action === 'call'

function isAdminOnly(resource: Ref): boolean {
  if (resource.collection !== nativeCollections.collections) return false
  const native = nativeOf(new Ref(resource.database, Number(resource.id), 0n))
  return native !== undefined && adminOnly.has(native)
}

/** Whether one role grants an action: it has the privilege, and the caller is its member. */
function grants(
  view: DatabaseView,
  membership: Membership,
  action: Action,
  resource: Ref,
  argument: (lambda: LambdaValue) => Value,
): boolean {
  for (const privilege of membership.role.privileges) {
    const granted = privilege.resource.equals(resource) ? privilege.actions.get(action) : undefined
    if (granted === undefined) continue
    if (!isMember(view, membership)) return false
    if (granted === true || holds(view, granted, argument(granted))) return true
  }
  return false
}

/** Whether the caller's identity is a member of a role, by its predicate if there is one. */
function isMember(view: DatabaseView, { predicate }: Membership): boolean {
  if (predicate === undefined) return true
  const { permissions } = view.caller
  if (permissions.kind !== 'roles' || permissions.identity === undefined) return false
  const known = view.memberships.get(predicate)
  if (known !== undefined) return known
  // Recursion ends here: the predicate runs with permissions of its own, which ask no membership.
  const result = holds(view, predicate, permissions.identity)
  view.memberships.set(predicate, result)
  return result
}

/** Whether a predicate gives exactly `true`; an error is a no (data-model §6.7). */
export function holds(view: DatabaseView, predicate: LambdaValue, argument: Value): boolean {
  const result = attempt(() =>
    apply(predicate, argument, predicateContext(view, predicate), Position.root),
  )
  return result.ok && result.value === true
}

function predicateContext(view: DatabaseView, predicate: LambdaValue): Context {
  return {
    documents: view.forPredicates,
    version: predicate.version,
    at: undefined,
    limit: { effect: 'read', where: 'auth predicates' },
    meter: view.unit.meter,
  }
}

/** Whether the caller may read a document. */
export function mayRead(view: DatabaseView, ref: Ref): boolean {
  const isOwn = ref.database === view.database
  if (isOwn && view.openCollections.has(ref.collection)) return true
  let dependsOnDocument = false
  const isGranted = isAllowed(view, 'read', collectionOf(ref), () => {
    dependsOnDocument = true
    return ref
  })
  if (isGranted && isOwn && !dependsOnDocument) view.openCollections.add(ref.collection)
  return isGranted || hasBaseline(view, 'read', ref)
}

/** Whether the caller may delete a document. */
export function mayDelete(view: DatabaseView, ref: Ref): boolean {
  return isAllowed(view, 'delete', collectionOf(ref), () => ref) || hasBaseline(view, 'delete', ref)
}

/**
 * What a token may do without any role: read its own credentials, read and delete the tokens of its own
 * identity; and read its own document as long as no role has it as a member (data-model §6.5).
 */
function hasBaseline(view: DatabaseView, action: 'read' | 'delete', ref: Ref): boolean {
  const { permissions } = view.caller
  if (permissions.kind !== 'roles' || permissions.identity === undefined) return false
  const { identity, memberships } = permissions
  if (ref.equals(identity)) {
    return action === 'read' && !memberships.some((one) => isMember(view, one))
  }
  const native = nativeOf(ref)
  const isOwnKind = native === 'tokens' || (native === 'credentials' && action === 'read')
  if (!isOwnKind || ref.database !== view.caller.database) return false
  const instance = newestVersion(view.unit, ref)?.fields.get('instance')
  return instance instanceof Ref && instance.equals(identity)
}

/** Whether the caller may write a document: the predicate sees it before and after (data-model §6.6). */
export function mayWrite(view: DatabaseView, ref: Ref, before: Value, after: Value): boolean {
  return isAllowed(view, 'write', collectionOf(ref), ({ pattern }) =>
    isArray(pattern as Value) && pattern.length === 3 ? [before, after, ref] : [before, after],
  )
}

/** Whether the caller may create a document in a collection. */
export function mayCreate(view: DatabaseView, collection: Ref, fields: Value): boolean {
  return isAllowed(view, 'create', collection, () => fields)
}

/** Whether the caller may create this very document (data-model §2.4). */
export function mayCreateWithId(view: DatabaseView, ref: Ref, fields: Value): boolean {
  const collection = collectionOf(ref)
  const withId = isAllowed(view, 'create_with_id', collection, ({ pattern }) =>
    isArray(pattern as Value) && pattern.length === 2 ? [fields, ref] : fields,
  )
  if (withId) return true
  return (
    mayCreate(view, collection, fields) &&
    isAllowed(view, 'history_write', collection, () => [ref, view.now, 'create', fields])
  )
}
