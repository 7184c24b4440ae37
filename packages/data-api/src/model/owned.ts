/** Which tokens and credentials are of which document: found without going through all of them. */
import { nativeCollections, type ObjectValue, Ref } from '@vivarium/fql'
import type { DatabaseView } from './database-view.ts'
import { idInOwnedKey, ownedKey, ownedRange } from './keys.ts'
import type { Write } from './types/document-type.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** The refs of the tokens, or of the credentials, whose `instance` is `owner`; expired ones too. */
export function ownedBy(
  unit: UnitOfWork,
  native: 'credentials' | 'tokens',
  owner: Ref,
): readonly Ref[] {
  const collection = nativeCollections[native]
  const found = unit.transaction.range(...ownedRange(collection, owner))
  return Array.from(found, ({ key }) => new Ref(owner.database, collection, idInOwnedKey(key)))
}

/** Keeps the record of whose a token or credentials is, when one is written. */
export function writeOwner({ view, ref, current, fields }: Write): void {
  const before = ownerIn(current)
  const owner = ownerIn(fields)
  if (before !== undefined && owner !== undefined && before.equals(owner)) return
  if (before !== undefined) view.unit.transaction.delete(ownedKey(ref, before))
  if (owner !== undefined) view.unit.transaction.put(ownedKey(ref, owner), new Uint8Array())
}

/** Drops that record, when it is deleted. */
export function removeOwner(view: DatabaseView, ref: Ref, fields: ObjectValue): void {
  const owner = ownerIn(fields)
  if (owner !== undefined) view.unit.transaction.delete(ownedKey(ref, owner))
}

function ownerIn(fields: ObjectValue | undefined): Ref | undefined {
  const instance = fields?.get('instance')
  return instance instanceof Ref ? instance : undefined
}
