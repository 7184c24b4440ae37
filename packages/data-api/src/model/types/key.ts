import { type ObjectValue, Ref } from '@vivarium/fql'
import { data, databaseRef, fail, field, priority, string, ttl } from '../fields.ts'
import { putKeyHome, removeKeyHome } from '../key-homes.ts'
import { mask } from '../patch.ts'
import { decodeSecret, encodeSecret, hashSecret, randomFor } from '../secrets.ts'
import { defineType } from './define-type.ts'
import type { Write } from './document-type.ts'
import { resolveRole, roleField } from './role-setting.ts'

/**
 * Keys: secrets that open a database with a role. The secret is in the response of the create, and nowhere
 * else.
 *
 * @see data-model §1.6
 */
export const keyType = defineType({
  label: 'Key',
  native: 'keys',
  fields: {
    role: { ...roleField, isRequired: true },
    database: databaseRef,
    priority,
    ttl,
    data,
    hashed_secret: { ...string, protection: 'final' },
    secret: field('String', (value) => typeof value === 'string'),
  },
  retained: ['hashed_secret'],
  isAllowedInContainer: true,
  checksReferences: true,
  prepare: (write) => {
    const { view, fields } = write
    const secret = secretFor(write)
    const role = fields.get('role')
    const resolved =
      role !== undefined && roleField.accepts(role)
        ? resolveRole(view, role)
        : { role, failures: [] }
    const plain = fields.without('secret')
    const named = resolved.role === undefined ? plain : plain.with('role', resolved.role)
    const stored = secret.hash === undefined ? named : named.with('hashed_secret', secret.hash)
    return {
      fields: stored,
      failures: [...resolved.failures, ...secret.failures],
      ...(secret.shown === undefined ? {} : { shown: shownWith(stored, secret.shown) }),
    }
  },
  written: ({ view, ref, fields }) => {
    const database = fields.get('database')
    const target = database instanceof Ref ? database.id : ref.database
    putKeyHome(view.unit, ref.id, { home: ref.database, target })
  },
  deleted: (view, ref) => removeKeyHome(view.unit, ref.id, ref.database),
})

/** The secret comes before its hash. */
function shownWith(fields: ObjectValue, secret: string): ObjectValue {
  const hash = fields.get('hashed_secret') ?? null
  return mask(fields, (key) => key !== 'hashed_secret')
    .with('secret', secret)
    .with('hashed_secret', hash)
}

/** A new secret, the one given, or none where a hash is given or kept. */
function secretFor({ view, ref, action, params, fields }: Write) {
  const given = params.get('secret')
  if (typeof given === 'string') {
    const decoded = decodeSecret(given)
    if (decoded?.kind === 'key' && decoded.id === ref.id) {
      return { hash: hashSecret(decoded.random), failures: [] }
    }
    const why = 'Invalid secret at `List(secret)`'
    return { failures: [fail(['secret'], 'invalid secret', why)] }
  }
  if (action !== 'create' || fields.has('hashed_secret')) return { failures: [] }
  const random = randomFor(view.unit.entropy(), ref.id)
  const shown = encodeSecret({ kind: 'key', id: ref.id, database: undefined, random })
  return { hash: hashSecret(random), shown, failures: [] }
}
