/** Passwords of documents, and the tokens they buy (data-model §8). */
import {
  type DocumentValue,
  failure,
  nativeCollectionRef,
  nativeCollections,
  type ObjectValue,
  Position,
  Ref,
  validationFailed,
} from '@vivarium/fql'
import type { DatabaseView } from './database-view.ts'
import { wrongType } from './fields.ts'
import { passwordMatches } from './password.ts'
import { documentsOf } from './schema.ts'

/** The documents of a built-in collection whose `instance` is `ref`. */
function* ownedBy(view: DatabaseView, native: 'credentials' | 'tokens', ref: Ref) {
  const { unit, database } = view
  const all = documentsOf(
    unit.transaction,
    database,
    nativeCollections[native],
    unit.lambdas(database),
  )
  for (const [owned, version] of all) {
    const instance = version.fields.get('instance')
    if (instance instanceof Ref && instance.equals(ref)) yield { ref: owned, version }
  }
}

/** The same database with the rights of a server key. */
function asServer(view: DatabaseView): DatabaseView {
  return view.as({ ...view.caller, permissions: { kind: 'server' } })
}

/** Creates or updates a document's credentials from its `credentials` field (data-model §3.5). */
export function writeCredentials(
  view: DatabaseView,
  instance: Ref,
  params: ObjectValue,
  position: Position,
): void {
  const server = asServer(view)
  const [existing] = ownedBy(view, 'credentials', instance)
  if (existing !== undefined) {
    server.update(existing.ref, params, position)
    return
  }
  const collection = nativeCollectionRef(view.database, 'credentials')
  server.create(collection, params.with('instance', instance), position, 'create')
}

/**
 * A new token for `ref`, if the password is right.
 *
 * @throws authentication failed at the form, whatever is wrong
 */
export function login(
  view: DatabaseView,
  ref: Ref | undefined,
  params: ObjectValue,
  position: Position,
): DocumentValue {
  const hash = ref && storedHash(view, ref)
  const password = params.get('password')
  if (hash !== undefined && password !== undefined && typeof password !== 'string') {
    throw validationFailed([wrongType(['password'], password, 'String')], position)
  }
  const isRight =
    hash !== undefined && typeof password === 'string' && passwordMatches(password, hash)
  if (ref === undefined || !isRight) {
    const why = 'The document was not found or provided password was incorrect.'
    throw failure('authentication failed', why, position)
  }
  const tokens = nativeCollectionRef(view.database, 'tokens')
  const fields = params.without('password').with('instance', ref)
  return asServer(view).create(tokens, fields, position, 'login')
}

/** Whether this is the password of `ref`. */
export function identify(view: DatabaseView, ref: Ref | undefined, password: string): boolean {
  const hash = ref && storedHash(view, ref)
  return hash !== undefined && passwordMatches(password, hash)
}

function storedHash(view: DatabaseView, ref: Ref): string | undefined {
  for (const { version } of ownedBy(view, 'credentials', ref)) {
    const hash = version.fields.get('hashed_password')
    return typeof hash === 'string' ? hash : undefined
  }
  return undefined
}

/** Deletes the caller's token, or all tokens of its identity (data-model §8). */
export function logout(view: DatabaseView, all: boolean): boolean {
  const { identity, token } = view.caller
  if (all) {
    if (!(identity instanceof Ref)) return false
    for (const owned of [...ownedBy(view, 'tokens', identity)]) revoke(view, owned.ref)
    return true
  }
  if (!(token instanceof Ref) || token.collection !== nativeCollections.tokens) return false
  revoke(view, token)
  return true
}

/** Deletes a token that exists; one that has expired is revoked already. */
function revoke(view: DatabaseView, token: Ref): void {
  const server = asServer(view)
  if (server.exists(token, undefined)) server.delete(token, Position.root)
}
