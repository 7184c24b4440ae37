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
import { ownedBy } from './owned.ts'
import { passwordMatches } from './password.ts'
import { isLive, liveVersion } from './versions.ts'

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
  const existing = credentialsOf(view, instance)
  if (existing !== undefined) {
    server.update(existing, params, position)
    return
  }
  const collection = nativeCollectionRef(view.database, 'credentials')
  server.create(collection, params.with('instance', instance), position)
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
  return asServer(view).create(tokens, fields, position)
}

/** Whether this is the password of `ref`. */
export function identify(view: DatabaseView, ref: Ref | undefined, password: string): boolean {
  const hash = ref && storedHash(view, ref)
  return hash !== undefined && passwordMatches(password, hash)
}

/** The credentials of a document; undefined if it has none. */
export function credentialsOf(view: DatabaseView, instance: Ref): Ref | undefined {
  return ownedBy(view.unit, 'credentials', instance).find((one) => isLive(view.unit, one))
}

function storedHash(view: DatabaseView, instance: Ref): string | undefined {
  const credentials = credentialsOf(view, instance)
  const version =
    credentials &&
    view.unit.transaction.countDocument(credentials, undefined, undefined, () =>
      liveVersion(view.unit, credentials, undefined),
    )
  const hash = version?.fields.get('hashed_password')
  return typeof hash === 'string' ? hash : undefined
}

/** Deletes the caller's token, or all tokens of its identity (data-model §8). */
export function logout(view: DatabaseView, all: boolean): boolean {
  const { identity, token } = view.caller
  if (all) {
    if (!(identity instanceof Ref)) return false
    for (const owned of ownedBy(view.unit, 'tokens', identity)) revoke(view, owned)
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
