/** Paths into values: what `Select` and its kin follow (fql-v4 §4.4). */
import type { Documents } from '../documents.ts'
import type { DocumentValue } from './document.ts'
import type { EventValue } from './event.ts'
import { ObjectValue } from './object.ts'
import type { PageValue } from './page.ts'
import { nativeCollections, nativeOf, Ref } from './ref.ts'
import type { SetValue } from './set.ts'
import { isArray, type Value } from './value.ts'

/** Steps from a container to a value in it: indexes and names. */
export type Path = readonly (string | number)[]

/** What resolving the steps into a ref needs. */
type Names = Pick<Documents, 'database' | 'describe' | 'resolve' | 'databaseOf'>

/** The value at `path`, undefined if there is none. A null on the way ends it, one at its end counts. */
export function valueAt(container: Value, path: Path, names: Names): Value | undefined {
  let value: Value | undefined = container
  for (let i = 0; i < path.length && value !== undefined; i++) {
    value = next(value, path, i, names)
  }
  return value
}

/**
 * All values at `path`, which goes on in every element of an array whenever its next step is a name, or
 * at its end. Misses are left out; so nested arrays come out flat.
 */
export function allAt(container: Value, path: Path, names: Names, from = 0): Value[] {
  if (isArray(container) && typeof path[from] !== 'number') {
    return container.flatMap((element) => allAt(element, path, names, from))
  }
  if (from === path.length) return [container]
  const value = next(container, path, from, names)
  return value === undefined ? [] : allAt(value, path, names, from + 1)
}

/** One step: from `container` to what `path[i]` names in it. */
function next(container: Value, path: Path, i: number, names: Names): Value | undefined {
  const step = path[i] as string | number
  if (container === null || typeof container !== 'object') return undefined
  if (isArray(container)) return typeof step === 'number' ? container[step] : undefined
  if (typeof step === 'number') {
    return container.kind === 'page' ? container.data[step] : undefined
  }
  switch (container.kind) {
    case 'object':
      return container.get(step)
    case 'document':
      return inDocument(container, step, path[i + 1])
    case 'page':
      return inPage(container, step)
    case 'ref':
      return inRef(container, step, i + 1 === path.length, names)
    case 'event':
      return inEvent(container, step)
    case 'sourced':
      return step === 'value' || step === 'sources' ? container[step] : undefined
    case 'set':
      if (step !== '@set') return undefined
      return i + 1 === path.length ? container : setParts(container)
    default:
      return undefined
  }
}

function inPage(page: PageValue, step: string): Value | undefined {
  return step === 'data' || step === 'before' || step === 'after' ? page[step] : undefined
}

const collectionOf = (ref: Ref) =>
  new Ref(ref.database, nativeCollections.collections, BigInt(ref.collection))

function inDocument(
  document: DocumentValue,
  step: string,
  following: string | number | undefined,
): Value | undefined {
  if (step === 'ref') return document.ref
  if (step === 'ts') return document.ts
  if (step === 'class') return collectionOf(document.ref)
  const value = document.fields.get(step)
  const isSource = step === 'source' && nativeOf(document.ref) === 'indexes'
  return isSource && value !== undefined && following !== undefined ? eitherSpelling(value) : value
}

/** The source of an index, with `class` and `collection` for one another. */
function eitherSpelling(source: Value): Value {
  if (isArray(source)) return source.map(eitherSpelling)
  if (!(source instanceof ObjectValue)) return source
  const collection = source.get('collection') ?? source.get('class')
  if (collection === undefined) return source
  return source.with('collection', collection).with('class', collection)
}

function inRef(ref: Ref, step: string, isLast: boolean, names: Names): Value | undefined {
  const known = names.describe(ref)
  switch (step) {
    case 'id':
      return isLast ? (known?.id ?? String(ref.id)) : undefined
    case 'collection':
    case 'class':
      // The ref of a built-in collection belongs to no other.
      return known !== undefined && known.collection === undefined ? undefined : collectionOf(ref)
    case 'database':
      return databaseOf(known?.databases ?? [], names)
    default:
      return undefined
  }
}

/** The ref of the database that a path of names leads to; none for the caller's own. */
function databaseOf(path: readonly string[], names: Names): Ref | undefined {
  let scope: bigint | undefined = names.database
  let database: Ref | undefined
  for (const name of path) {
    database = scope === undefined ? undefined : names.resolve('databases', name, scope)
    scope = database && names.databaseOf(database)
  }
  return database
}

function inEvent(event: EventValue, step: string): Value | undefined {
  switch (step) {
    case 'ts':
      return event.ts
    case 'action':
      return event.action
    case 'document':
    case 'instance':
    case 'resource':
      return event.document
    case 'data': {
      const { data } = event
      // A document event has only what changed; a set event with one value has it bare.
      if (event.of === 'document') return data ?? undefined
      return data !== undefined && isArray(data) && data.length === 1 ? data[0] : data
    }
    default:
      return undefined
  }
}

/** What steps below `@set` see (fql-v4 §4.4). */
function setParts({ set }: SetValue): Value {
  switch (set.form) {
    case 'schema':
      return set.collection
    case 'document':
      return set.ref
    case 'union':
    case 'intersection':
    case 'difference':
      return ObjectValue.of([[set.form, set.sets.map(setOrRef)]])
    case 'distinct':
      return ObjectValue.of([['distinct', setOrRef(set.source)]])
    case 'match': {
      const terms = set.terms.length === 1 ? (set.terms[0] as Value) : set.terms
      return ObjectValue.of([
        ['match', set.index],
        ['terms', terms],
      ])
    }
    case 'join':
      return ObjectValue.of([
        ['join', setOrRef(set.source)],
        ['with', set.target],
      ])
    default:
      return ObjectValue.empty
  }
}

/** A set as it renders: those that come from a ref are that ref. */
export function setOrRef(set: SetValue): Value {
  if (set.set.form === 'schema') return set.set.collection
  return set.set.form === 'document' ? set.set.ref : set
}
