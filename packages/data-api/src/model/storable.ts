/**
 * Values as they can be stored: what exists only in a query becomes the object that it renders as
 * (fql-v4 §5.10, §6.4), and the time of this transaction the number that it is.
 */
import { isArray, ObjectValue, type SetDescription, type SetValue, type Value } from '@vivarium/fql'

/** A value as it can be stored. */
export function storable(value: ObjectValue): ObjectValue
export function storable(value: Value): Value
export function storable(value: Value): Value {
  if (value === null || typeof value !== 'object') return value
  if (isArray(value)) return value.map((one) => storable(one))
  switch (value.kind) {
    case 'object':
      return new ObjectValue(
        value.keys,
        value.values.map((one) => storable(one)),
      )
    case 'document':
      return storable(value.toObject())
    case 'page':
      return storable(present({ before: value.before, after: value.after, data: value.data }))
    case 'sourced':
      return storable(present({ value: value.value, sources: value.sources }))
    case 'event': {
      const { ts, action, document, data } = value
      return storable(present({ ts, action, document, data }))
    }
    case 'transaction time':
      return value.toInteger()
    case 'set':
      return storableSet(value)
    default:
      return value
  }
}

/** The fields that are there, in order. */
function present(fields: Readonly<Record<string, Value | undefined>>): ObjectValue {
  return ObjectValue.of(
    Object.entries(fields).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as const],
    ),
  )
}

/** A set as the object with the key `@set`; one that is written as a ref is that ref. */
function storableSet({ set }: SetValue): Value {
  if (set.form === 'schema') return set.collection
  if (set.form === 'document') return set.ref
  return ObjectValue.of([['@set', contents(set)]])
}

function contents(set: Exclude<SetDescription, { form: 'schema' | 'document' }>): Value {
  const inner = (value: Value) => storable(value)
  const oneOrAll = (values: readonly Value[]) =>
    values.length === 1 ? inner(values[0] ?? null) : values.map(inner)
  const bound = (values: readonly Value[]) => (values.length === 0 ? undefined : oneOrAll(values))
  switch (set.form) {
    case 'match':
      return present({ match: set.index, terms: bound(set.terms) })
    case 'documents':
      return present({ documents: set.collection })
    case 'singleton':
      return present({ singleton: set.ref })
    case 'events':
      return present({ events: inner(set.source) })
    case 'union':
    case 'intersection':
    case 'difference':
      return present({ [set.form]: oneOrAll(set.sets) })
    case 'distinct':
    case 'reverse':
      return present({ [set.form]: inner(set.source) })
    case 'range':
      return present({ range: inner(set.source), from: bound(set.from), to: bound(set.to) })
    case 'filter':
      return present({ filter: set.lambda, collection: inner(set.source) })
    default:
      return present({ join: inner(set.source), with: set.target })
  }
}
