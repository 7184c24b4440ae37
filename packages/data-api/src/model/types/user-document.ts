import { type Integer, isInteger, ObjectValue, Time } from '@vivarium/fql'
import { writeCredentials } from '../credentials.ts'
import { data, field, isObject, ttl } from '../fields.ts'
import { defineType } from './define-type.ts'
import type { Write } from './document-type.ts'

const microsPerDay = 86_400_000_000n

/**
 * Documents of user collections. `credentials` is written through to the document's credentials and never
 * stored here.
 *
 * @see data-model §3
 */
export const userDocument = defineType({
  label: 'Document',
  fields: {
    data,
    ttl,
    credentials: field('Map', isObject),
    constraints: field('Map', isObject),
  },
  prepare: (write) => ({ fields: withDefaultTtl(write), failures: [] }),
  written: ({ view, ref, params, position }) => {
    const credentials = params.get('credentials')
    if (credentials instanceof ObjectValue) writeCredentials(view, ref, credentials, position)
  },
})

/** The fields with the collection's `ttl_days`, if they have no `ttl` (data-model §3.4). */
function withDefaultTtl({ view, ref, fields }: Write): ObjectValue {
  const stored = fields.without('credentials')
  const days: Integer | undefined = view.unit
    .schema(ref.database)
    .collections.get(ref.collection)?.ttlDays
  if (stored.has('ttl') || days === undefined || !isInteger(days)) return stored
  const expires = view.unit.transaction.timestamp + BigInt(days) * microsPerDay
  return stored.with('ttl', Time.fromMicros(expires))
}
