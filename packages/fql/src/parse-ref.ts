/** `@ref` literals: the object form and the older path strings (wire §5.3, fql-v4 §1.5, §4.11). */
import type { Names } from './documents.ts'
import { expected, invalidExpression } from './errors.ts'
import type { Position } from './position.ts'
import { integerMax, integerMin } from './values/numbers.ts'
import { ObjectValue } from './values/object.ts'
import {
  asNativeCollection,
  isCollectionRef,
  isNamed,
  type NamedCollection,
  type NativeCollection,
  nativeCollectionRef,
  nativeCollections,
  Ref,
  UnresolvedRef,
} from './values/ref.ts'
import { typeName } from './values/type-name.ts'
import type { Value } from './values/value.ts'

type AnyRef = Ref | UnresolvedRef

/**
 * Reads the content of an `@ref`. A name that does not exist gives an unresolved ref.
 *
 * @param position of the escape
 * @throws QueryError `invalid expression`
 */
export function parseRef(content: Value, position: Position, names: Names): AnyRef {
  if (typeof content === 'string') return parsePath(content, position, names)
  return parseParts(content, position, position.at('@ref'), names)
}

/** The built-in collection of a name, under its older spelling too. */
export function nativeNamed(name: string): NativeCollection | undefined {
  if (name === 'classes') return 'collections'
  return Object.hasOwn(nativeCollections, name) ? (name as NativeCollection) : undefined
}

/** A ref of the item `name`, or an unresolved one. */
export function namedRef(
  native: NamedCollection,
  name: string,
  names: Names,
  database: Ref | undefined,
): AnyRef {
  const scope = database === undefined ? names.database : names.databaseOf(database)
  const found = scope === undefined ? undefined : names.resolve(native, name, scope)
  return found ?? new UnresolvedRef(native, name, { database })
}

/** What `ref(collection, id)` says of an id: the number, or why it is none (fql-v4 §4.11). */
export function documentId(id: Value): bigint | { readonly refusal: string } {
  if (typeof id === 'number' || typeof id === 'bigint') return BigInt(id)
  if (typeof id !== 'string') {
    return { refusal: expected(['String', 'Number'], typeName(id)) }
  }
  if (id !== '' && !/^[+-]?\d+$/.test(id)) {
    return { refusal: `Number or numeric String expected, non-numeric '${id}' provided.` }
  }
  // BigInt refuses a plus sign, which Java's parser takes.
  const exact = id === '' ? undefined : BigInt(id.replace(/^\+/, ''))
  if (exact === undefined || exact < integerMin || exact > integerMax) {
    return { refusal: `The id provided is too large: '${id}'` }
  }
  return exact
}

const partNames: ReadonlySet<string> = new Set(['id', 'collection', 'class', 'database'])

function parseParts(content: Value, whole: Position, place: Position, names: Names): AnyRef {
  const invalid = () => invalidExpression('Invalid ref.', whole)
  if (!(content instanceof ObjectValue)) throw invalid()
  for (const key of content.keys) if (!partNames.has(key)) throw invalid()
  const id = content.get('id')
  if (id === undefined) throw invalid()
  const part = (key: string, value: Value | undefined): AnyRef | Value | undefined =>
    value === undefined || value === null ? undefined : parsePart(value, place.at(key), names)
  const database = part('database', content.get('database'))
  if (database !== undefined && !isDatabase(database)) {
    throw wrongType(['Database Ref'], database as Value, place.at('database'))
  }
  const collection = part('class', content.get('class') ?? content.get('collection'))
  if (collection === undefined) return nativeRef(id, database, place, names)
  if (!isCollection(collection)) {
    throw wrongType(['Collection Ref'], collection as Value, place.at('class'))
  }
  return member(collection, id, database, { invalid, place }, names)
}

/** A part of a ref: an `@ref`, or the object in one without the tag. */
function parsePart(value: Value, place: Position, names: Names): AnyRef | Value {
  if (value instanceof ObjectValue && value.keys.length === 1 && value.keys[0] === '@ref') {
    return parseRef(value.values[0] as Value, place, names)
  }
  return value instanceof ObjectValue && value.has('id')
    ? parseParts(value, place, place, names)
    : value
}

function nativeRef(id: Value, database: AnyRef | undefined, place: Position, names: Names): AnyRef {
  if (typeof id !== 'string') {
    // The reference names all numbers so here (fql-v4 §4.11).
    const type = typeName(id) === 'Integer' ? 'Number' : typeName(id)
    throw invalidExpression(expected(['String'], type), place.at('id'))
  }
  const native = nativeNamed(id)
  if (native === undefined) {
    const description = `Valid native collection name expected, '${id}' provided.`
    throw invalidExpression(description, place.at('id'))
  }
  if (database === undefined) return nativeCollectionRef(names.database, native)
  const scope = database instanceof Ref ? names.databaseOf(database) : undefined
  return scope === undefined
    ? new UnresolvedRef('collections', native, { database })
    : nativeCollectionRef(scope, native)
}

function member(
  collection: AnyRef,
  id: Value,
  database: AnyRef | undefined,
  { invalid, place }: { invalid: () => Error; place: Position },
  names: Names,
): AnyRef {
  const native = collection instanceof Ref ? asNativeCollection(collection) : undefined
  if (native !== undefined && isNamed(native)) {
    if (typeof id !== 'string') throw wrongType(['String'], id, place.at('id'))
    if (database instanceof UnresolvedRef) return new UnresolvedRef(native, id, { database })
    return namedRef(native, id, names, database)
  }
  if (database !== undefined) throw wrongType(['Null'], database as Value, place.at('database'))
  if (id === 'self') {
    const self = collection instanceof Ref ? names.self(collection) : undefined
    if (self === undefined) throw invalid()
    return self
  }
  const number = documentId(id)
  if (typeof number === 'object') throw invalidExpression(number.refusal, place.at('id'))
  if (collection instanceof UnresolvedRef) {
    const options = { id: String(number), database: collection.database }
    return new UnresolvedRef('collections', collection.name, options)
  }
  return new Ref(collection.database, Number(collection.id), number)
}

const namePattern = /^[;@+$\-_.!~%\p{L}\p{N}\p{M}\p{Pc}]+$/u

/** `collections/spells/123` and the like: the whole of a path string, or `Invalid ref.` */
function parsePath(path: string, position: Position, names: Names): AnyRef {
  const invalid = () => invalidExpression('Invalid ref.', position)
  const [first = '', second, third, ...rest] = path.split('/')
  const native = nativeNamed(first)
  if (native === undefined || rest.length > 0) throw invalid()
  const root = nativeCollectionRef(names.database, native)
  if (second === undefined) return root
  const place = { invalid, place: position.at('@ref') }
  if (!isNamed(native)) {
    const isId = /^\d+$/.test(second) || second === 'self'
    if (
      third !== undefined ||
      !isId ||
      (typeof documentId(second) === 'object' && second !== 'self')
    ) {
      throw invalid()
    }
    return member(root, second, undefined, place, names)
  }
  if (!isPathName(second)) throw invalid()
  const named = namedRef(native, second, names, undefined)
  if (third === undefined) return named
  const isId = third === 'self' || (/^\d+$/.test(third) && typeof documentId(third) === 'bigint')
  if (native !== 'collections' || !isId) throw invalid()
  return member(named, third, undefined, place, names)
}

const isPathName = (name: string) =>
  namePattern.test(name) && name !== '_' && name !== 'self' && name !== 'events'

function isDatabase(value: AnyRef | Value): value is AnyRef {
  if (value instanceof UnresolvedRef) return value.native === 'databases'
  return value instanceof Ref && value.collection === nativeCollections.databases
}

function isCollection(value: AnyRef | Value): value is AnyRef {
  if (value instanceof UnresolvedRef)
    return value.native === 'collections' && value.id === undefined
  return value instanceof Ref && isCollectionRef(value)
}

function wrongType(types: readonly string[], value: Value, position: Position) {
  return invalidExpression(expected(types, typeName(value)), position)
}
