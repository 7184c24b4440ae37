/**
 * Which database a token is for that does not name one.
 *
 * A token of an identity provider says who made it (`iss`) and for which application
 * (`aud`, or Cognito's `client_id`). A provider that lists the application among its `audiences` claims that
 * pair for its database; a pair has one database in the whole store, so that a token can only ever open one.
 */
import type { DatabaseId, ObjectValue, Ref } from '@vivarium/fql'
import { stringsIn } from './access-provider.ts'
import type { DatabaseView } from './database-view.ts'
import { audienceKey } from './keys.ts'
import { isAlive } from './root-database.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** The database whose provider claims the tokens of an issuer for an audience; it may be gone since. */
export function databaseClaiming(
  unit: UnitOfWork,
  issuer: string,
  audience: string,
): DatabaseId | undefined {
  const bytes = unit.transaction.get(audienceKey(issuer, audience))
  return bytes && new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
}

/** The audiences among a provider's that another database claims already. */
export function claimedElsewhere(view: DatabaseView, fields: ObjectValue): readonly string[] {
  const issuer = String(fields.get('issuer'))
  return stringsIn(fields.get('audiences')).filter((audience) => {
    const database = databaseClaiming(view.unit, issuer, audience)
    return database !== undefined && database !== view.database && isAlive(view.unit, database)
  })
}

/** Brings the records of what a provider claims from the fields that it had to those that it has. */
export function changeClaims(
  unit: UnitOfWork,
  ref: Ref,
  before: ObjectValue | undefined,
  after: ObjectValue | undefined,
): void {
  for (const key of claimKeys(before)) unit.transaction.delete(key)
  const database = Buffer.alloc(8)
  database.writeBigUInt64BE(ref.database)
  for (const key of claimKeys(after)) unit.transaction.put(key, database)
}

function claimKeys(fields: ObjectValue | undefined): readonly Uint8Array[] {
  if (fields === undefined) return []
  const issuer = String(fields.get('issuer'))
  return stringsIn(fields.get('audiences')).map((audience) => audienceKey(issuer, audience))
}
