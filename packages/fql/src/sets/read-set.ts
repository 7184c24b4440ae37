/**
 * Reading sets (fql-v4 §5). Every set is a sequence of entries in its own order; base sets come from the
 * database, the others are made from the entries of their sources.
 *
 * ```
 * match documents schema document singleton     the database
 * union intersection difference                 groups of equal values, merged        algebra.ts
 * distinct                                      one entry of each group               distinct.ts
 * join                                          one set for each element, merged      join.ts
 * range reverse filter                          the source, cut, backwards, tested
 * ```
 */
import type { Context } from '../context.ts'
import { attempt, failure, permissionDenied, QueryError } from '../errors.ts'
import type { Position } from '../position.ts'
import { unreachable } from '../unreachable.ts'
import type { SetEntry, SetValue } from '../values/set.ts'
import { combinedEntries } from './algebra.ts'
import { distinctEntries } from './distinct.ts'
import { filteredEntries } from './filter.ts'
import { joinedEntries } from './join.ts'
import type { Span } from './place.ts'
import { rangeEntries } from './range.ts'
import { reversedEntries } from './reverse.ts'
import { shapeOf } from './shape.ts'

/** @throws permission denied at `position` if the caller may not read the set (data-model §6.6) */
export function checkReadable(value: SetValue, context: Context, position: Position): void {
  const { set } = value
  switch (set.form) {
    case 'match':
    case 'documents':
    case 'schema':
    case 'document':
    case 'singleton':
      context.documents.checkSet(set, position)
      return
    case 'union':
    case 'intersection':
      if (set.sets.some((one) => isReadable(one, context, position))) return
      throw permissionDenied(position)
    case 'difference':
      for (const first of set.sets.slice(0, 1)) checkReadable(first, context, position)
      return
    case 'distinct':
    case 'reverse':
    case 'range':
    case 'filter':
    case 'join':
      checkReadable(set.source, context, position)
      return
    case 'events':
      throw withoutEvents(position)
    default:
      unreachable(set)
  }
}

function isReadable(set: SetValue, context: Context, position: Position): boolean {
  const check = attempt(() => checkReadable(set, context, position))
  if (check.ok) return true
  if (check.details.every(({ code }) => code === 'permission denied')) return false
  throw new QueryError(check.details)
}

/** The entries of a set that the caller may see, at the context's valid time. */
export function entriesOf(
  value: SetValue,
  context: Context,
  position: Position,
  span: Span = {},
): Iterable<SetEntry> {
  const { set } = value
  const read = (source: SetValue, part: Span) => entriesOf(source, context, position, part)
  switch (set.form) {
    case 'match':
    case 'documents':
    case 'schema':
    case 'document':
    case 'singleton': {
      const { from, to, reverse = false, expected } = span
      const options = { from, to, reverse, at: context.at }
      return context.documents.entries(set, expected ? { ...options, expected } : options)
    }
    case 'union':
    case 'intersection':
    case 'difference': {
      const sets = set.sets.filter((one) => isReadable(one, context, position))
      const { form } = set
      return combinedEntries({ form, sets, shape: shapeOf(value, context) }, span, context, read)
    }
    case 'distinct': {
      const shape = shapeOf(set.source, context)
      return distinctEntries((part) => read(set.source, part), shape, span, context)
    }
    case 'range': {
      const shape = shapeOf(set.source, context)
      return rangeEntries(set, shape, span, (part) => read(set.source, part))
    }
    case 'reverse': {
      const shape = shapeOf(set.source, context)
      return reversedEntries(shape, span, (part) => read(set.source, part))
    }
    case 'filter':
      return filteredEntries(set.lambda, set.position, read(set.source, span), {
        context,
        expected: span.expected,
      })
    case 'join': {
      const reader = { read, isReadable: (one: SetValue) => isReadable(one, context, position) }
      return joinedEntries({ ...set, shape: shapeOf(value, context) }, span, context, reader)
    }
    case 'events':
      throw withoutEvents(position)
    default:
      return unreachable(set)
  }
}

/** Histories of sets are not kept yet. */
function withoutEvents(position: Position) {
  return failure(
    'feature not available',
    "The feature 'events' is not available for your plan.",
    position,
  )
}
