import type { ObjectValue } from '@vivarium/fql'
import { data, documentRef, string, ttl } from '../fields.ts'
import { removeOwner, writeOwner } from '../owned.ts'
import { encodeSecret, hashSecret, randomFor } from '../secrets.ts'
import { defineType } from './define-type.ts'
import type { Prepared, Write } from './document-type.ts'

/**
 * Tokens: secrets that act as a document. Create and Replace make a new secret and show it once.
 *
 * @see data-model §1.7
 */
export const tokenType = defineType({
  label: 'Token',
  native: 'tokens',
  fields: {
    instance: { ...documentRef, isRequired: true },
    ttl,
    data,
    hashed_secret: { ...string, protection: undefined },
  },
  prepare: (write) => prepareToken(write),
  written: writeOwner,
  deleted: removeOwner,
})

function prepareToken({ view, ref, action, fields }: Write): Prepared {
  // Responses of writes leave the hash out; reads show it.
  const shown = (stored: ObjectValue) => stored.without('hashed_secret')
  if (action === 'update' || fields.has('hashed_secret')) {
    return { fields, failures: [], shown: shown(fields) }
  }
  const random = randomFor(view.unit.entropy(), ref.id)
  const stored = fields.with('hashed_secret', hashSecret(random))
  const secret = encodeSecret({ kind: 'token', id: ref.id, database: ref.database, random })
  return { fields: stored, failures: [], shown: shown(stored).with('secret', secret) }
}
