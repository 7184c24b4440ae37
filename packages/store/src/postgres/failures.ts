/**
 * What a failure of the database, or of the way to it, means to us.
 *
 * PostgreSQL names errors by five letters, of which the first two are the class (its documentation,
 * appendix A); Node.js names those of the network.
 */
import { StoreError } from '../store.ts'

/** An error with the code that the server or the system gave it. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** Whether the server refused what it was asked, itself, and said why. */
function isAnswer(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test(codeOf(error)) && error instanceof Error && 'severity' in error
}

/** Whether another attempt may succeed where this one lost to another transaction. */
export function isSerializationFailure(error: unknown): boolean {
  return codeOf(error) === '40001' || codeOf(error) === '40P01'
}

/** Whether the session ended with this error: nothing is known of what it had not answered yet. */
export function isDisconnection(error: unknown): boolean {
  const code = codeOf(error)
  // The server is shutting down, cannot be reached, ended an idle session, or does not know the outcome.
  return !isAnswer(error) || /^(08|57P|25P03|40003)/.test(code)
}

/** Whether no answer came in time, so that to ask again would be to wait again. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && /timeout/i.test(error.message)
}

/** Whether tables or the schema are missing. */
export function isMissingTable(error: unknown): boolean {
  return /^(42P01|3F000)$/.test(codeOf(error))
}

/** Whether somebody else was making the same tables at the same moment. */
export function isConcurrentCreation(error: unknown): boolean {
  return /^(23505|42P06|42P07|42710|40001|XX000)$/.test(codeOf(error))
}

/** Whether a table of ours lacks a column of ours. */
export function isForeignTable(error: unknown): boolean {
  return /^(42703|42804|42883)$/.test(codeOf(error))
}

/** Whether the database lacks a function or a type that PostgreSQL has. */
export function isUnknownFunction(error: unknown): boolean {
  return /^(42883|42704|0A000)$/.test(codeOf(error))
}

/** Whether the server answered, and refused who asked: the user, the password, the database. */
function isRefusal(error: unknown): boolean {
  // Without a password the driver itself gives up, in words alone.
  return /^(28|3D)/.test(codeOf(error)) || (error instanceof Error && /^SASL/.test(error.message))
}

/** A failure as callers of the store know it. Nothing was written. */
export function storeErrorOf(error: unknown, where: string): StoreError {
  if (error instanceof StoreError) return error
  const code = codeOf(error)
  const said = error instanceof Error && error.message !== '' ? error.message : code
  if (isRefusal(error)) {
    return new StoreError('closed', `The database at ${where} lets nobody in: ${said}`, {
      cause: error,
    })
  }
  const isUnreachable = isDisconnection(error) || /^(53300|57)/.test(code)
  return isUnreachable
    ? new StoreError('closed', `The database at ${where} cannot be reached: ${said}`, {
        cause: error,
      })
    : new StoreError('storage', `The database at ${where} failed: ${said}`, { cause: error })
}
