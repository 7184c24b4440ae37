/**
 * Which database a token is for that does not name one.
 *
 * A token of an identity provider says who made it (`iss`) and for which application
 * (`aud`, or Cognito's `client_id`). A provider that lists the application among its `audiences` claims that
 * pair for its database; a pair has one database in the whole store, so that a token can only ever open one.
 */
import type { DatabaseId, ObjectValue, Ref } from '@vivarium/fql'
import { type AccessProvider, stringsIn } from './access-provider.ts'
import type { DatabaseView } from './database-view.ts'
import { audienceKey } from './keys.ts'
import { isAlive } from './root-database.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** Who accepts the tokens of an issuer for an audience: a provider of a database. */
export interface Claim {
  readonly database: DatabaseId
  readonly provider: AccessProvider
}

/**
 * The claim to the tokens of an issuer for an audience. The record is only where to look, because it
 * outlives its database, whose deletion takes nothing along that is inside; what counts is the provider.
 */
export function claimTo(unit: UnitOfWork, issuer: string, audience: string): Claim | undefined {
  const bytes = unit.transaction.get(audienceKey(issuer, audience))
  if (bytes === undefined) return undefined
  const database = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
  const provider = providerOf(unit, database, issuer)
  return provider?.audiences.includes(audience) ? { database, provider } : undefined
}

/** The provider of an issuer in a database, if both are there. */
export function providerOf(
  unit: UnitOfWork,
  database: DatabaseId,
  issuer: string,
): AccessProvider | undefined {
  let isThere = false
  let provider: AccessProvider | undefined
  // Independent reads: one round trip to a remote store.
  const reads = [
    () => {
      isThere = isAlive(unit, database)
    },
    () => {
      provider = unit.schemaAtStart(database).accessProviders.get(issuer)
    },
  ]
  unit.transaction.all(reads.length, (i) => reads[i]?.())
  return isThere ? provider : undefined
}

/** The audiences among a provider's that another database claims already. */
export function claimedElsewhere(view: DatabaseView, fields: ObjectValue): readonly string[] {
  const issuer = String(fields.get('issuer'))
  return stringsIn(fields.get('audiences')).filter((audience) => {
    const claim = claimTo(view.unit, issuer, audience)
    return claim !== undefined && claim.database !== view.database
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
