/**
 * Reading sets (fql-v4 §5). Every set is a sequence of entries in its own order; base sets come from the
 * database, the others are made from the entries of their sources.
 */
import type { Context } from '../context.ts'
import type { EntriesOptions, SetShape } from '../documents.ts'
import { failure } from '../errors.ts'
import type { Position } from '../position.ts'
import type { SetEntry, SetValue } from '../values/set.ts'

/** @throws permission denied at `position` if the caller may not read the set (data-model §6.6) */
export function checkReadable(set: SetValue, context: Context, position: Position): void {
  const description = set.set
  switch (description.form) {
    case 'match':
    case 'documents':
    case 'schema':
    case 'document':
    case 'singleton':
      context.documents.checkSet(description, position)
      return
    default:
      throw unsupported(description.form, position)
  }
}

/** The entries of a set that the caller may see, at the context's valid time. */
export function entriesOf(
  set: SetValue,
  context: Context,
  position: Position,
  options: Omit<EntriesOptions, 'at'> = {},
): Iterable<SetEntry> {
  const description = set.set
  switch (description.form) {
    case 'match':
    case 'documents':
    case 'schema':
    case 'document':
    case 'singleton':
      return context.documents.entries(description, { ...options, at: context.at })
    default:
      throw unsupported(description.form, position)
  }
}

/** How many values a set's entries have, and which of them descend. */
export function shapeOf(set: SetValue, context: Context, position: Position): SetShape {
  const description = set.set
  switch (description.form) {
    case 'match':
    case 'documents':
    case 'schema':
    case 'document':
    case 'singleton':
      return context.documents.shape(description)
    default:
      throw unsupported(description.form, position)
  }
}

function unsupported(form: string, position: Position) {
  return failure(
    'feature not available',
    `The feature '${form}' is not available for your plan.`,
    position,
  )
}
