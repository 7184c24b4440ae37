import type { DatabaseId } from '@vivarium/fql'
import { databasePath } from './schema.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** The root database. */
export const rootDatabase: DatabaseId = 0n

/** Whether a database and so its secrets are alive: it and every database above it exist. */
export function isAlive(unit: UnitOfWork, database: DatabaseId): boolean {
  return databasePath(unit.transaction, rootDatabase, database) !== undefined
}
