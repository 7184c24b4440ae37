import { instanceNotUnique, Ref } from '@vivarium/fql'
import { data, documentRef, fail, string, ttl } from '../fields.ts'
import { ownedBy, removeOwner, writeOwner } from '../owned.ts'
import { hashPassword, passwordMatches } from '../password.ts'
import { isLive } from '../versions.ts'
import { defineType } from './define-type.ts'
import type { Prepared, Write } from './document-type.ts'

/**
 * Credentials: the password of a document. Server keys set it outright; everyone else must name the
 * current one.
 *
 * @throws `instance not unique` for the second credentials of a document
 * @see data-model §1.8
 */
export const credentialsType = defineType({
  label: 'Credentials',
  native: 'credentials',
  fields: {
    instance: { ...documentRef, isRequired: true },
    password: string,
    current_password: string,
    hashed_password: string,
    ttl,
    data,
  },
  prepare: (write) => prepareCredentials(write),
  written: writeOwner,
  deleted: removeOwner,
})

function prepareCredentials(write: Write): Prepared {
  checkOnly(write)
  const { view, ref, current, params, fields } = write
  const kind = view.caller.permissions.kind
  const isServer = kind === 'server' || kind === 'server-readonly'
  const kept = fields.without('password').without('current_password')
  const before = current?.get('hashed_password')
  const password = params.get('password')
  if (typeof password !== 'string') {
    // Only a server may set the hash itself.
    const stored = isServer
      ? kept
      : before === undefined
        ? kept.without('hashed_password')
        : kept.with('hashed_password', before)
    return { fields: stored, failures: [] }
  }
  const given = params.get('current_password')
  const mayChange =
    isServer ||
    typeof before !== 'string' ||
    (typeof given === 'string' && passwordMatches(given, before))
  const hash = hashPassword(password, view.unit.entropy(), ref.id)
  const why = 'Invalid password at `current_password`.'
  return {
    fields: kept.with('hashed_password', hash),
    failures: mayChange ? [] : [fail(['current_password'], 'invalid password', why)],
  }
}

/** A document has one set of credentials; one that has expired gives way. */
function checkOnly({ view, ref, fields, position }: Write): void {
  const instance = fields.get('instance')
  const others = instance instanceof Ref ? ownedBy(view.unit, 'credentials', instance) : []
  if (others.some((other) => !other.equals(ref) && isLive(view.unit, other))) {
    throw instanceNotUnique(position)
  }
}
