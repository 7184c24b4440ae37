import type { DatabaseId } from '@vivarium/fql'
import { keyKey } from './keys.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/**
 * The databases that store a key of this id. There is one, unless somebody chose the id of another
 * database's key for their own, which must not harm that one.
 */
export function keyHomes(unit: UnitOfWork, id: bigint): readonly DatabaseId[] {
  const bytes = unit.transaction.get(keyKey(id))
  if (bytes === undefined) return []
  const record = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / 8 }, (_, i) => record.getBigUint64(i * 8))
}

/** Records that `database` stores a key of this id. */
export function addKeyHome(unit: UnitOfWork, id: bigint, database: DatabaseId): void {
  const homes = keyHomes(unit, id)
  if (!homes.includes(database)) write(unit, id, [...homes, database])
}

/** Records that `database` stores no key of this id any more. */
export function removeKeyHome(unit: UnitOfWork, id: bigint, database: DatabaseId): void {
  const others = keyHomes(unit, id).filter((home) => home !== database)
  if (others.length === 0) unit.transaction.delete(keyKey(id))
  else write(unit, id, others)
}

function write(unit: UnitOfWork, id: bigint, homes: readonly DatabaseId[]): void {
  const record = Buffer.alloc(homes.length * 8)
  homes.forEach((home, i) => {
    record.writeBigUInt64BE(home, i * 8)
  })
  unit.transaction.put(keyKey(id), record)
}
