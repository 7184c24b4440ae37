/** The errors that tests expect, as they come over the wire (wire §4). */
import type { Refusal } from './test-data-api.ts'

type Position = readonly (string | number)[]

/** One error, with its status. */
export function refused(
  status: number,
  code: string,
  description: string,
  position: Position,
  more: { readonly failures?: readonly unknown[]; readonly cause?: readonly unknown[] } = {},
): Refusal {
  return { status, errors: [{ position, code, description, ...more }] }
}

export const permissionDenied = (...position: Position) =>
  refused(403, 'permission denied', 'Insufficient privileges to perform the action.', position)

/** `Document`, `Collection`, `Set`, … */
export const notFound = (what: string, ...position: Position) =>
  refused(404, 'instance not found', `${what} not found.`, position)

export const alreadyExists = (what: string, ...position: Position) =>
  refused(400, 'instance already exists', `${what} already exists.`, position)

export const notUnique = (...position: Position) =>
  refused(400, 'instance not unique', 'document is not unique.', position)

export const invalidArgument = (description: string, ...position: Position) =>
  refused(400, 'invalid argument', description, position)

export const invalidExpression = (description: string, ...position: Position) =>
  refused(400, 'invalid expression', description, position)

export const invalidRef = (kind: string, name: string, ...position: Position) =>
  refused(400, 'invalid ref', `Ref refers to undefined ${kind} '${name}'`, position)

/** A failure of one field. */
export function failure(field: Position, code: string, description: string): unknown {
  return { field, code, description }
}

export const required = (...field: Position) =>
  failure(field, 'value required', 'Required value not found.')

export const wrongType = (actual: string, wanted: string, ...field: Position) =>
  failure(field, 'invalid type', `Invalid type ${actual}, expected type ${wanted}.`)

/** Document data that is not valid. */
export const invalid = (position: Position, ...failures: readonly unknown[]) =>
  refused(400, 'validation failed', 'document data is not valid.', position, { failures })

/** What a user function raised. */
export const callError = (cause: readonly unknown[], ...position: Position) =>
  refused(400, 'call error', 'Calling the function resulted in an error.', position, { cause })
