import type { DocumentValue } from './document.ts'
import type { EventValue } from './event.ts'
import type { LambdaValue } from './lambda.ts'
import { ObjectValue } from './object.ts'
import type { PageValue, SourcedValue } from './page.ts'
import { nativeCollections, Ref } from './ref.ts'
import type { SetDescription, SetValue } from './set.ts'
import type { Value } from './value.ts'

/** A value without an order of its own as the value that has its place (fql-v4 §3.2). */
export function orderForm(
  value: DocumentValue | PageValue | EventValue | SourcedValue | SetValue,
): Value {
  switch (value.kind) {
    case 'document': {
      const { database, collection } = value.ref
      const owner = new Ref(database, nativeCollections.collections, BigInt(collection))
      return value.toObject().with('class', owner).with('collection', owner)
    }
    case 'page':
      return present({ before: value.before, after: value.after, data: value.data })
    case 'event': {
      const { ts, action, document, data } = value
      return present({ ts, action, document, data })
    }
    case 'sourced':
      return present({ value: value.value, sources: value.sources })
    default:
      return setForm(value.set)
  }
}

function present(fields: Readonly<Record<string, Value | undefined>>): ObjectValue {
  const given = Object.entries(fields).filter((field): field is [string, Value] => {
    return field[1] !== undefined
  })
  return ObjectValue.of(given)
}

/** A set as the object it renders as, built-in collections and single documents as their refs. */
function setForm(set: SetDescription): Value {
  const tagged = (contents: Readonly<Record<string, Value | undefined>>) =>
    ObjectValue.of([['@set', present(contents)]])
  switch (set.form) {
    case 'schema':
      return set.collection
    case 'document':
      return set.ref
    case 'match':
      return tagged({
        match: set.index,
        terms: set.terms.length === 0 ? undefined : one(set.terms),
      })
    case 'documents':
      return tagged({ documents: set.collection })
    case 'singleton':
      return tagged({ singleton: set.ref })
    case 'union':
    case 'intersection':
    case 'difference':
      return tagged({ [set.form]: one(set.sets) })
    case 'range':
      return tagged({ range: set.source, from: one(set.from), to: one(set.to) })
    case 'filter':
      return tagged({ filter: set.lambda, collection: set.source })
    case 'join':
      return tagged({ join: set.source, with: set.target satisfies Ref | LambdaValue })
    default:
      return tagged({ [set.form]: set.source })
  }
}

const one = (values: readonly Value[]): Value =>
  values.length === 1 ? (values[0] as Value) : values
