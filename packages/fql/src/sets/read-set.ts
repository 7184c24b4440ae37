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
 * events                                        what happened to the source's entries  history.ts
 * ```
 */
import type { Context } from '../context.ts'
import { newReading } from '../documents.ts'
import { attempt, permissionDenied, QueryError } from '../errors.ts'
import type { Position } from '../position.ts'
import { unreachable } from '../unreachable.ts'
import type { SetEntry, SetValue } from '../values/set.ts'
import { combinedEntries } from './algebra.ts'
import { distinctEntries } from './distinct.ts'
import { filteredEntries } from './filter.ts'
import { eventsOf } from './history.ts'
import { joinedEntries } from './join.ts'
import type { Span } from './place.ts'
import { rangeEntries } from './range.ts'
import { reversedEntries } from './reverse.ts'
import { isHistorical, shapeOf } from './shape.ts'

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
      checkReadable(set.source, context, position)
      return
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

/**
 * The entries of a set that the caller may see, at the context's valid time.
 *
 * @param reading what pays for them; default: a new one
 */
export function entriesOf(
  value: SetValue,
  context: Context,
  position: Position,
  span: Span = {},
  reading = newReading(),
): Iterable<SetEntry> {
  const { set } = value
  // Sets are read as often as they stand in others, so every one looks at the clock in its turn.
  context.meter.checkTime()
  if (isHistorical(value)) {
    const isReadableSet = (one: SetValue) => isReadable(one, context, position)
    return eventsOf(value, span, { context, position, reading, isReadable: isReadableSet })
  }
  const read = (source: SetValue, part: Span) => entriesOf(source, context, position, part, reading)
  switch (set.form) {
    case 'match':
    case 'documents':
    case 'schema':
    case 'document':
    case 'singleton': {
      const { from, to, reverse = false, expected } = span
      const options = { from, to, reverse, at: context.at, reading }
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
      throw new Error('a set of events is historical')
    default:
      return unreachable(set)
  }
}
