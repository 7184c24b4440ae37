/** `@set` literals: the forms that sets render as, read back (fql-v4 §5.10). */
import { undefinedName, unresolvedError, wrongType } from './casts.ts'
import type { Names } from './documents.ts'
import { attempt, invalidExpression, QueryError } from './errors.ts'
import type { EscapeContext } from './escapes.ts'
import type { Position } from './position.ts'
import { refusalOf } from './sets/lambda-limit.ts'
import { areAllCompatible } from './sets/shape.ts'
import { LambdaValue } from './values/lambda.ts'
import { ObjectValue } from './values/object.ts'
import {
  asNativeCollection,
  isCollectionRef,
  nativeCollections,
  Ref,
  UnresolvedRef,
} from './values/ref.ts'
import { type SetDescription, SetValue } from './values/set.ts'
import { isArray, type Value } from './values/value.ts'

/**
 * Reads the content of an `@set`.
 *
 * @throws QueryError `invalid expression`
 */
export function parseSet(content: Value, position: Position, context: EscapeContext): Value {
  if (!(content instanceof ObjectValue)) throw invalidExpression('Invalid set.', position)
  const place = position.at('@set')
  const part = (key: string) => context.data(content.get(key) ?? null, place.at(key))
  const source = (key: string) => asSet(part(key), place.at(key))
  const set = (description: SetDescription) => new SetValue(description)
  const index = (key: string) => indexOf(part(key), key, place, context)
  switch (content.keys.toSorted().join(' ')) {
    case 'match':
      return set({ form: 'match', index: index('match'), terms: [] })
    case 'match terms':
      return set({ form: 'match', index: index('match'), terms: listOf(part('terms')) })
    case 'index match':
      return set({ form: 'match', index: index('index'), terms: listOf(part('match')) })
    case 'documents': {
      const collection = refOf(part('documents'), 'Collection Ref', place.at('documents'))
      return set({ form: 'documents', collection })
    }
    case 'singleton':
      return set({ form: 'singleton', ref: refOf(part('singleton'), 'Ref', place.at('singleton')) })
    case 'events':
      return set({ form: 'events', source: eventsSource(content, place, context) })
    case 'union':
    case 'intersection':
    case 'difference': {
      const form = content.keys[0] as 'union' | 'intersection' | 'difference'
      const at = place.at(form)
      const given = part(form)
      if (isArray(given) && given.length === 0) {
        throw invalidExpression('Non-empty array expected.', at)
      }
      const sets = listOf(given).map((one, i) => asSet(one, isArray(given) ? at.at(i) : at))
      const shape = context.names.shape?.bind(context.names)
      if (shape !== undefined && !areAllCompatible(sets, { documents: { shape } })) {
        throw invalidExpression('Sets are not compatible.', at)
      }
      return set({ form, sets })
    }
    case 'distinct':
    case 'reverse': {
      const form = content.keys[0] as 'distinct' | 'reverse'
      return set({ form, source: source(form) })
    }
    case 'from range':
    case 'from range to':
    case 'range to':
      return set({
        form: 'range',
        source: source('range'),
        from: content.has('from') ? listOf(part('from')) : [],
        to: content.has('to') ? listOf(part('to')) : [],
      })
    case 'collection filter': {
      const position = place.at('filter')
      const lambda = lambdaOf(content.get('filter') ?? null, position, context, 'filter')
      return set({ form: 'filter', source: source('collection'), lambda, position })
    }
    case 'join with': {
      const position = place.at('with')
      const target = lambdaOf(content.get('with') ?? null, position, context, 'join')
      return set({ form: 'join', source: source('join'), target, position })
    }
    default:
      throw invalidExpression('Invalid set.', position)
  }
}

const listOf = (value: Value): readonly Value[] => (isArray(value) ? value : [value])

function refused(types: readonly string[], value: Value, position: Position): QueryError {
  const error = wrongType(types, value, position)
  return invalidExpression(error.details[0]?.description ?? '', position)
}

function refOf(value: Value, type: 'Ref' | 'Collection Ref', position: Position): Ref {
  if (value instanceof UnresolvedRef) throw asParsed(unresolvedError(value, position))
  if (value instanceof Ref && (type === 'Ref' || isCollectionRef(value))) return value
  throw refused([type], value, position)
}

/** The index of a match, which must be one that `match` accepts (fql-v4 §5.2). */
function indexOf(value: Value, key: string, place: Position, { names }: EscapeContext): Ref {
  const at = place.at('index')
  if (typeof value === 'string') {
    const ref = names.resolve('indexes', value, names.database)
    if (ref === undefined) throw asParsed(undefinedName('indexes', value, at))
    return usable(ref, at, names)
  }
  if (value instanceof UnresolvedRef) throw asParsed(unresolvedError(value, place.at(key)))
  if (value instanceof Ref && value.collection === nativeCollections.indexes) {
    return usable(value, at, names)
  }
  throw refused(['Identifier'], value, place.at(key))
}

function usable(index: Ref, position: Position, names: Names): Ref {
  const check = attempt(() => names.checkIndex(index, position))
  if (!check.ok) throw asParsed(new QueryError(check.details))
  return index
}

/** What a constructor refuses, as an error of the query's form: in its own words (fql-v4 §5.10). */
function asParsed(error: QueryError): QueryError {
  return new QueryError(
    error.details.map(({ position, description }) => ({
      position,
      code: 'invalid expression',
      description,
      rank: 3,
      status: 400,
    })),
  )
}

function asSet(value: Value, position: Position): SetValue {
  if (value instanceof SetValue) return value
  if (!(value instanceof Ref)) throw refused(['Ref', 'Set'], value, position)
  return asNativeCollection(value) === undefined
    ? new SetValue({ form: 'document', ref: value })
    : new SetValue({ form: 'schema', collection: value })
}

/** The inner set of `events` comes without its tag, as it renders, or with it. */
function eventsSource(content: ObjectValue, place: Position, context: EscapeContext): SetValue {
  const inner = content.get('events') ?? null
  const at = place.at('events')
  const isTagged =
    inner instanceof ObjectValue && inner.keys.length === 1 && inner.keys[0]?.startsWith('@')
  const value = isTagged ? context.data(inner, at) : parseSet(inner, at, context)
  return asSet(value, at)
}

function lambdaOf(
  literal: Value,
  position: Position,
  context: EscapeContext,
  form: 'filter' | 'join',
): LambdaValue {
  const value = context.data(ObjectValue.of([['@query', literal]]), position)
  if (!(value instanceof LambdaValue)) throw invalidExpression('Invalid lambda.', position)
  const refusal = refusalOf(value, form)
  if (refusal !== undefined) throw invalidExpression(refusal, position)
  return value
}
