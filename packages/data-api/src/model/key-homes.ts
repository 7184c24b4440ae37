import type { DatabaseId } from '@vivarium/fql'
import { keyKey } from './keys.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** Where a key is stored, and which database it opens: known together, they are read together. */
export interface KeyHome {
  readonly home: DatabaseId
  readonly target: DatabaseId
}

const homeBytes = 16

/**
 * The places of the keys of this id. There is one, unless somebody chose the id of another database's key
 * for their own, which must not harm that one.
 */
export function keyHomes(unit: UnitOfWork, id: bigint): readonly KeyHome[] {
  const bytes = unit.transaction.get(keyKey(id))
  if (bytes === undefined) return []
  const record = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / homeBytes }, (_, i) => ({
    home: record.getBigUint64(i * homeBytes),
    target: record.getBigUint64(i * homeBytes + 8),
  }))
}

/** Records where a key of this id is. */
export function putKeyHome(unit: UnitOfWork, id: bigint, added: KeyHome): void {
  const others = keyHomes(unit, id).filter(({ home }) => home !== added.home)
  write(unit, id, [...others, added])
}

/** Records that `database` stores no key of this id any more. */
export function removeKeyHome(unit: UnitOfWork, id: bigint, database: DatabaseId): void {
  const others = keyHomes(unit, id).filter(({ home }) => home !== database)
  if (others.length === 0) unit.transaction.delete(keyKey(id))
  else write(unit, id, others)
}

function write(unit: UnitOfWork, id: bigint, homes: readonly KeyHome[]): void {
  const record = Buffer.alloc(homes.length * homeBytes)
  homes.forEach(({ home, target }, i) => {
    record.writeBigUInt64BE(home, i * homeBytes)
    record.writeBigUInt64BE(target, i * homeBytes + 8)
  })
  unit.transaction.put(keyKey(id), record)
}
