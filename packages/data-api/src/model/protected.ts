/** Protected databases, whose collections and indexes keep what they hold (data-model §1.1). */
import {
  type DatabaseId,
  failure,
  type Integer,
  isInteger,
  type ObjectValue,
  type Position,
  QueryError,
} from '@vivarium/fql'
import { databaseDocument } from './schema.ts'
import type { Write } from './types/document-type.ts'
import type { UnitOfWork } from './unit-of-work.ts'
import { newestVersion } from './versions.ts'

/** Whether a database is protected: by itself, or else by the nearest one above that says. */
export function isProtected(unit: UnitOfWork, database: DatabaseId): boolean {
  const document = databaseDocument(unit.transaction.unmetered, database)
  if (document === undefined) return false
  const own = newestVersion(unit, document)?.fields.get('protected')
  return typeof own === 'boolean' ? own : isProtected(unit, document.database)
}

/** @throws `schema validation failed` at `position` if the database of what is to be deleted is protected */
export function checkDestruction(
  unit: UnitOfWork,
  database: DatabaseId,
  what: string,
  position: Position,
): void {
  if (isProtected(unit, database)) throw forbidden(what, position)
}

/**
 * Refuses the changes of a collection by which a protected database would lose documents or their history.
 *
 * @throws `schema validation failed`, one error for each
 */
export function checkRetention({ view, current, fields, position }: Write): void {
  if (current === undefined) return
  const errors = losses(current, fields)
  if (errors.length === 0 || !isProtected(view.unit, view.database)) return
  throw new QueryError(errors.flatMap((what) => forbidden(what, position).details))
}

function losses(before: ObjectValue, after: ObjectValue): readonly string[] {
  const days = (fields: ObjectValue, key: string): Integer | undefined => {
    const value = fields.get(key) ?? null
    return isInteger(value) ? value : undefined
  }
  const found: string[] = []
  const [kept, keeps] = [days(before, 'history_days'), days(after, 'history_days')]
  if (kept !== undefined && keeps === undefined) found.push('Cannot remove `history_days` field')
  else if (kept !== undefined && keeps !== undefined && keeps < kept) {
    found.push('Cannot decrease `history_days` field')
  }
  const [lived, lives] = [days(before, 'ttl_days'), days(after, 'ttl_days')]
  // The reference says `remove` of one that is added.
  if (lived === undefined && lives !== undefined) found.push('Cannot remove `ttl_days` field')
  else if (lived !== undefined && lives !== undefined && lives < lived) {
    found.push('Cannot decrease `ttl_days` field')
  }
  return found
}

function forbidden(what: string, position: Position): QueryError {
  const why = `${what}: destructive change forbidden because database is in protected mode.`
  return failure('schema validation failed', why, position)
}
