import { instanceUnusable, nativeCollections, type Position, Ref, type Value } from '@vivarium/fql'
import { mayRead } from './authorization.ts'
import type { DatabaseView } from './database-view.ts'
import { decodeSecret, matchesHash } from './secrets.ts'

/**
 * The document of a key or token, from its secret.
 *
 * @throws instance not found (400) on any failure, lack of permission included
 * @see data-model §6.6
 */
export function keyFromSecret(view: DatabaseView, text: string, position: Position): Value {
  const secret = decodeSecret(text)
  const missing = () => instanceUnusable(`No key found for secret ${text}.`, position)
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
