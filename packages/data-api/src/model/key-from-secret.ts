import {
  type DatabaseId,
  instanceUnusable,
  nativeCollections,
  ObjectValue,
  type Position,
  permissionDenied,
  Ref,
  type Value,
} from '@vivarium/fql'
import { looksLikeJwt } from '../jwt/jwt.ts'
import { mayRead } from './authorization.ts'
import type { DatabaseView } from './database-view.ts'
import { isWithin } from './describe-ref.ts'
import { jwtCaller } from './jwt-caller.ts'
import { databaseDocument } from './schema.ts'
import { decodeSecret, matchesHash } from './secrets.ts'

/**
 * The document of a key or token, from its secret; for a JSON Web Token, the database that it opens.
 *
 * @throws instance not found (400) on any failure, lack of permission included
 * @throws permission denied for a token's database that the caller may not read
 * @see data-model §6.6, §7.2
 */
export function keyFromSecret(view: DatabaseView, text: string, position: Position): Value {
  const missing = () => instanceUnusable(`No key found for secret ${text}.`, position)
  if (looksLikeJwt(text)) {
    const opened = jwtCaller(view.unit, text, view.unit.proofs, (caller) => view.as(caller))
    if (opened === undefined) throw missing()
    return databaseOfToken(view, opened.database, position)
  }
  const secret = decodeSecret(text)
  if (secret === undefined) throw missing()
  const isKey = secret.kind === 'key'
  if (!isKey && secret.database !== view.database) throw missing()
  const collection = isKey ? nativeCollections.keys : nativeCollections.tokens
  const ref = new Ref(view.database, collection, secret.id)
  const document = mayRead(view, ref) ? view.read(ref, undefined) : undefined
  if (document === undefined) throw missing()
  if (!matchesHash(secret.random, document.fields.get('hashed_secret'))) throw missing()
  return document
}

function databaseOfToken(view: DatabaseView, opened: DatabaseId, position: Position): Value {
  const ref = databaseDocument(view.unit.transaction, opened)
  const isBelow = ref !== undefined && isWithin(view.unit, ref.database, view.database)
  if (!isBelow || !mayRead(view, ref)) throw permissionDenied(position)
  return ObjectValue.of([['database', ref]])
}
