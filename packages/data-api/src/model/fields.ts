/** The types of stored fields, and what a write says of a value that has another (data-model §0.2). */
import {
  isArray,
  isCollectionRef,
  isInteger,
  LambdaValue,
  nativeCollections,
  ObjectValue,
  Ref,
  Time,
  type ValidationFailure,
  type Value,
} from '@vivarium/fql'

/** How callers may touch a field (data-model §0.1, step 3). */
export type Protection =
  /** Never written by callers, never shown. */
  | 'internal'
  /** Never written by callers. */
  | 'read-only'
  /** Written on create only. */
  | 'final'

/** One field that documents of a type can have. */
export interface Field {
  /** The type's name in messages. */
  readonly type: string
  readonly accepts: (value: Value) => boolean
  readonly isRequired: boolean
  readonly protection: Protection | undefined
  /** Further rules, asked of a value of the right type. */
  readonly check: (value: Value, path: readonly string[]) => readonly ValidationFailure[]
}

/** The fields of a type, in the order they are stored. */
export type Fields = Readonly<Record<string, Field>>

/** Declares a field. */
export function field(
  type: string,
  accepts: (value: Value) => boolean,
  more: Partial<Pick<Field, 'isRequired' | 'protection' | 'check'>> = {},
): Field {
  return { type, accepts, isRequired: false, protection: undefined, check: () => [], ...more }
}

const isString = (value: Value) => typeof value === 'string'
const isBoolean = (value: Value) => typeof value === 'boolean'

/** Whether a value is an object as data has them. */
export const isObject = (value: Value): value is ObjectValue => value instanceof ObjectValue

const namePattern = /^[;@+$\-_.!~%\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]+$/u

/** A name (data-model §2.1). */
export const name = field('Name', isString, {
  isRequired: true,
  check: (value, path) => {
    const text = String(value)
    if (text === '_') {
      return [fail(path, 'reserved name', 'Invalid name _. Reserved names: _.')]
    }
    if (namePattern.test(text)) return []
    const pattern = '[;@+$\\-_.!~%\\w]+'
    const why = `The name ${text} uses invalid characters. Valid characters must match: ${pattern}`
    return [fail(path, 'invalid characters', why)]
  },
})

export const data = field('Map', isObject)
export const boolean = field('Boolean', isBoolean)
export const string = field('String', isString)
export const ttl = field('Time', (value) => value instanceof Time)
export const integer = field('Long', isInteger)
export const priority = field('Priority', (value) => isInteger(value) && value >= 1 && value <= 500)
export const lambda = field('Query', (value) => value instanceof LambdaValue)
export const documentRef = field('Ref', (value) => value instanceof Ref)
export const databaseRef = field(
  'Database Ref',
  (value) => value instanceof Ref && value.collection === nativeCollections.databases,
)

/** Whether a value is the ref of a collection, built-in or not. */
export const isCollection = (value: Value | undefined): value is Ref =>
  value instanceof Ref && isCollectionRef(value)

/** A failure at a path. */
export function fail(
  path: readonly string[],
  code: string,
  description: string,
): ValidationFailure {
  return { field: path, code, description }
}

/** `value required`. */
export function required(path: readonly string[]): ValidationFailure {
  return fail(path, 'value required', 'Required value not found.')
}

/** `invalid type`. */
export function wrongType(
  path: readonly string[],
  value: Value,
  expected: string,
): ValidationFailure {
  const actual = storageType(value)
  return fail(path, 'invalid type', `Invalid type ${actual}, expected type ${expected}.`)
}

/** The failures of an object's fields against a type's. */
export function checkFields(object: ObjectValue, fields: Fields): ValidationFailure[] {
  return Object.entries(fields).flatMap(([key, rule]) => {
    const value = object.get(key)
    if (value === undefined) return rule.isRequired ? [required([key])] : []
    if (!rule.accepts(value)) return [wrongType([key], value, rule.type)]
    return rule.check(value, [key])
  })
}

/** The name that storage gives to a value's type (data-model §0.2). */
export function storageType(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'String'
    case 'boolean':
      return 'Boolean'
    case 'number':
    case 'bigint':
      return 'Long'
    default:
  }
  if (value === null) return 'Null'
  if (isArray(value)) return 'Array'
  switch (value.kind) {
    case 'double':
      return 'Double'
    case 'bytes':
      return 'Bytes'
    case 'ref':
    case 'unresolved':
      return 'Ref'
    case 'time':
      return 'Time'
    case 'date':
      return 'Date'
    case 'lambda':
      return 'Query'
    case 'uuid':
      return 'UUID'
    case 'transaction time':
      return 'TransactionTime'
    case 'action':
      return 'String'
    default:
      return 'Map'
  }
}
