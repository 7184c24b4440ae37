/** What arguments accept (fql-v4 §2.2). Each cast is a value; `define` reads its type. */
import type { Context } from './context.ts'
import type { Cast, Lazy } from './define.ts'
import type { QueryError } from './errors.ts'
import { attempt, expected, gather, invalidArgument, undefinedRef } from './errors.ts'
import type { Position } from './position.ts'
import type { DocumentValue } from './values/document.ts'
import type { LambdaValue } from './values/lambda.ts'
import type { Integer } from './values/numbers.ts'
import { Double } from './values/numbers.ts'
import { ObjectValue } from './values/object.ts'
import type { PageValue } from './values/page.ts'
import type { NamedCollection, NativeCollection, UnresolvedRef } from './values/ref.ts'
import { asNativeCollection, isCollectionRef, nativeCollections, Ref } from './values/ref.ts'
import { SetValue } from './values/set.ts'
import { type DateValue, Time, TransactionTime } from './values/time.ts'
import { typeName } from './values/type-name.ts'
import { Action, isArray, isInteger, type Value } from './values/value.ts'

/** A cast of an evaluated argument. */
export function valueCast<T>(convert: Cast<T>['convert']): Cast<T> {
  return { mode: 'value', isOptional: false, convert }
}

/** A cast that refuses what `read` does not know, naming the types it knows. */
function typed<T>(types: readonly string[], read: (value: Value) => T | undefined): Cast<T> {
  return valueCast((value, position) => {
    const read1 = read(value)
    if (read1 === undefined) throw wrongType(types, value, position)
    return read1
  })
}

/** `A expected, T provided.` */
export function wrongType(types: readonly string[], value: Value, position: Position): QueryError {
  return invalidArgument(expected(types, typeName(value)), position)
}

const kindNames: Record<NativeCollection, string> = {
  databases: 'database',
  collections: 'collection',
  keys: 'key',
  tokens: 'token',
  indexes: 'index',
  tasks: 'task',
  credentials: 'credentials',
  functions: 'function',
  roles: 'role',
  access_providers: 'access_provider',
}

/** `Ref refers to undefined collection 'x'` (fql-v4 §2.1). */
export function unresolvedError(ref: UnresolvedRef, position: Position): QueryError {
  return undefinedRef(kindNames[ref.native], ref.name, position)
}

/** `Ref refers to undefined index 'x'`, for a name that resolves to nothing. */
export function undefinedName(
  native: NamedCollection,
  name: string,
  position: Position,
): QueryError {
  return undefinedRef(kindNames[native], name, position)
}

function kindOf(value: Value): string | undefined {
  return value !== null && typeof value === 'object' && 'kind' in value ? value.kind : undefined
}

/** A cast to something ref-like: an unresolved ref is `invalid ref` there. */
function refLike<T>(
  types: readonly string[],
  read: (value: Value, context: Context) => T | undefined,
): Cast<T> {
  return valueCast((value, position, context) => {
    if (kindOf(value) === 'unresolved') throw unresolvedError(value as UnresolvedRef, position)
    const read1 = read(value, context)
    if (read1 === undefined) throw wrongType(types, value, position)
    return read1
  })
}

const asRef = (value: Value): Ref | undefined => (value instanceof Ref ? value : undefined)

/** Anything, unresolved refs included. */
export const any: Cast<Value> = valueCast((value) => value)

export const boolean: Cast<boolean> = typed(['Boolean'], (v) =>
  typeof v === 'boolean' ? v : undefined,
)

export const string: Cast<string> = typed(['String'], (v) =>
  typeof v === 'string' ? v : undefined,
)

export const integer: Cast<Integer> = typed(['Integer'], (v) => (isInteger(v) ? v : undefined))

export const number: Cast<Integer | Double> = typed(['Number'], (v) =>
  isInteger(v) || v instanceof Double ? v : undefined,
)

export const object: Cast<ObjectValue> = typed(['Object'], (v) =>
  v instanceof ObjectValue ? v : undefined,
)

export const array: Cast<readonly Value[]> = typed(['Array'], (v) => (isArray(v) ? v : undefined))

export const nothing: Cast<null> = valueCast((value, position) => {
  if (value !== null) throw wrongType(['Null'], value, position)
  return null
})

const scalarKinds = new Set(['double', 'bytes', 'uuid', 'time', 'date', 'action', 'ref'])

/** Numbers, booleans, null, strings, actions, bytes, UUIDs, times, dates, refs. */
export function isScalar(value: Value): boolean {
  if (value === null || typeof value !== 'object') return true
  return !isArray(value) && scalarKinds.has(value.kind)
}

export const scalar: Cast<Value> = valueCast((value, position) => {
  if (kindOf(value) === 'unresolved') throw unresolvedError(value as UnresolvedRef, position)
  if (!isScalar(value)) throw wrongType(['Scalar'], value, position)
  return value
})

/** A Time, or an Integer of microseconds since the epoch. */
export const timestamp: Cast<Time> = typed(['Time'], toTime)

/** As `timestamp`, or the pending time of this transaction (which gives undefined: now). */
export const transactionTimestamp: Cast<Time | 'now'> = typed(['Time'], (v) =>
  v instanceof TransactionTime ? 'now' : toTime(v),
)

function toTime(value: Value): Time | undefined {
  if (value instanceof Time) return value
  return isInteger(value) ? Time.fromMicros(BigInt(value)) : undefined
}

/** A Time or a Date. */
export const temporal: Cast<Time | DateValue> = typed(['Temporal'], (v) =>
  kindOf(v) === 'time' || kindOf(v) === 'date' ? (v as Time | DateValue) : undefined,
)

/** Any resolved ref. */
export const ref: Cast<Ref> = refLike(['Ref'], asRef)

export const collectionRef: Cast<Ref> = refLike(['Collection Ref'], (v) =>
  v instanceof Ref && isCollectionRef(v) ? v : undefined,
)

export const databaseRef: Cast<Ref> = refLike(['Database Ref'], (v) =>
  v instanceof Ref && v.collection === nativeCollections.databases ? v : undefined,
)

/** A name, or a ref of one of the given collections (any, if none is given): an `Identifier`. */
function nameOrRef(accepts: (ref: Ref) => boolean): Cast<string | Ref> {
  return refLike(['Identifier'], (v) => {
    if (typeof v === 'string') return v
    return v instanceof Ref && accepts(v) ? v : undefined
  })
}

export const stringOrRef: Cast<string | Ref> = nameOrRef(() => true)
export const stringOrIndexRef: Cast<string | Ref> = nameOrRef(
  (v) => v.collection === nativeCollections.indexes,
)
export const stringOrFunctionRef: Cast<string | Ref> = nameOrRef(
  (v) => v.collection === nativeCollections.functions,
)

/** A ref of a built-in collection as the set of its documents; any other ref as the set of itself. */
function refAsSet(value: Ref): SetValue {
  return asNativeCollection(value) === undefined
    ? new SetValue({ form: 'document', ref: value })
    : new SetValue({ form: 'schema', collection: value })
}

/** A ref or a set. A built-in collection's ref is the set of its documents. */
export const identifier: Cast<Ref | SetValue> = refLike(['Ref', 'Set'], (v) => {
  if (v instanceof SetValue) return v
  return v instanceof Ref ? (asNativeCollection(v) === undefined ? v : refAsSet(v)) : undefined
})

/** A ref or a set, as a set: a document's ref is the set of that one document. */
export const identifierAsSet: Cast<SetValue> = refLike(['Ref', 'Set'], (v) => {
  if (v instanceof SetValue) return v
  return v instanceof Ref ? refAsSet(v) : undefined
})

/** A set; a built-in collection's ref too, no other. */
export const set: Cast<SetValue> = refLike(['Set'], (v) => {
  if (v instanceof SetValue) return v
  return v instanceof Ref && asNativeCollection(v) !== undefined ? refAsSet(v) : undefined
})

/** What can be gone through: an array, a page, or a set. */
export type Iterable = readonly Value[] | PageValue | SetValue

export const iterable: Cast<Iterable> = refLike(['Array', 'Set', 'Page'], (v) => {
  if (isArray(v)) return v
  if (v instanceof SetValue) return v
  if (kindOf(v) === 'page') return v as PageValue
  return v instanceof Ref && asNativeCollection(v) !== undefined ? refAsSet(v) : undefined
})

/** An array or a set; a page is refused in words of its own (fql-v4 §2.2). */
export const setOrArray: Cast<readonly Value[] | SetValue> = valueCast((v, position, context) => {
  const given = iterable.convert(v, position, context)
  if (given instanceof SetValue || isArray(given)) return given
  throw wrongType(['Set', 'Array'], v, position)
})

/** An array or a page: what `Take` and `Drop` cut. */
export const arrayOrPage: Cast<readonly Value[] | PageValue> = typed(['Array', 'Page'], (v) => {
  if (isArray(v)) return v
  return kindOf(v) === 'page' ? (v as PageValue) : undefined
})

/** An object or a document, as an object. */
export const objectOrDocument: Cast<ObjectValue> = typed(['Object'], (v) => {
  if (v instanceof ObjectValue) return v
  return kindOf(v) === 'document' ? (v as DocumentValue).toObject() : undefined
})

/** One or more of `element`: one value, or a non-empty array. All failing elements are reported. */
export function oneOrMore<T>(element: Cast<T>): Cast<readonly T[]> {
  return valueCast((value, position, context) => {
    if (isArray(value) && value.length === 0) {
      throw invalidArgument('Non-empty array expected.', position)
    }
    return convertAll(element, value, position, context)
  })
}

/** As `oneOrMore`; the array may be empty. */
export function zeroOrMore<T>(element: Cast<T>): Cast<readonly T[]> {
  return valueCast((value, position, context) => convertAll(element, value, position, context))
}

function convertAll<T>(
  element: Cast<T>,
  value: Value,
  position: Position,
  context: Context,
): readonly T[] {
  if (!isArray(value)) return [element.convert(value, position, context)]
  // Mostly nothing is wrong, and millions of elements need neither places nor attempts of their own.
  const together = attempt(() => value.map((one) => element.convert(one, position, context)))
  if (together.ok) return together.value
  return gather(value.map((one, i) => attempt(() => element.convert(one, position.at(i), context))))
}

/** `null` or what `cast` accepts. */
export function nullable<T>(cast: Cast<T>, types: readonly string[]): Cast<T | null> {
  return valueCast((value, position, context) => {
    if (value === null) return null
    if (kindOf(value) === 'unresolved') throw unresolvedError(value as UnresolvedRef, position)
    const converted = attempt(() => cast.convert(value, position, context))
    if (!converted.ok) throw wrongType([...types, 'Null'], value, position)
    return converted.value
  })
}

/** `String 'create', 'update', or 'delete' expected, T provided.` */
export function wrongAction(value: Value, position: Position): QueryError {
  const types = ["String 'create'", "'update'", "'delete'"]
  return wrongType(types, value, position)
}

/** What is written into a document's history: its name, as given. */
export const writtenAction: Cast<'create' | 'update' | 'delete'> = valueCast((value, position) => {
  const name = value instanceof Action ? value.name : value
  if (name === 'create' || name === 'update' || name === 'delete') return name
  throw wrongAction(value, position)
})

/** A step or a list of steps into a value. */
export const path: Cast<readonly (string | number)[]> = valueCast((value, position) => {
  const steps = isArray(value) ? value : [value]
  return steps.map((step, i) => {
    if (typeof step === 'string' || typeof step === 'number') return step
    if (typeof step === 'bigint') return Number(step)
    throw wrongType(['String', 'Integer'], step, isArray(value) ? position.at(i) : position)
  })
})

/** A lambda literal. */
export const lambda: Cast<LambdaValue> = {
  mode: 'lambda',
  isOptional: false,
  // The parser lets only lambdas through.
  convert: (value) => value as LambdaValue,
}

/** A lambda literal, or any other expression. */
export const lambdaOrValue: Cast<Value> = {
  mode: 'lambdaOrValue',
  isOptional: false,
  convert: (value) => value,
}

/** An argument that the function evaluates itself, if at all. */
export const lazy: Cast<Lazy> = {
  mode: 'lazy',
  isOptional: false,
  convert: () => {
    throw new Error('a lazy argument is not converted')
  },
}

/** An argument that may be left out. A JSON `null` is not left out (fql-v4 §1.3). */
export function optional<T>(cast: Cast<T>): Cast<T | undefined> {
  return { ...cast, isOptional: true }
}
