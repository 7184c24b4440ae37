/** Equality of values (fql-v4 §3.1). */
import { type ApiVersion, atLeast } from '../api-version.ts'
import { storedForm } from '../render.ts'
import { unreachable } from '../unreachable.ts'
import { Double, toNumber } from './numbers.ts'
import type { ObjectValue } from './object.ts'
import type { SetDescription } from './set.ts'
import { Action, isArray, isInteger, type Value } from './value.ts'

/**
 * Whether `equals` holds between two operands: numbers by value across their types, actions also with
 * their names as strings (before version 5), everything else by structure.
 */
export function equal(a: Value, b: Value, version: ApiVersion): boolean {
  if (a instanceof Double || b instanceof Double) {
    const areNumbers =
      (a instanceof Double || isInteger(a)) && (b instanceof Double || isInteger(b))
    // As java.lang.Double.compare: NaN equals itself, 0.0 and -0.0 differ.
    return areNumbers && Object.is(toNumber(a), toNumber(b))
  }
  if (!atLeast(version, '5')) {
    if (a instanceof Action && typeof b === 'string') return isNamed(a, b)
    if (b instanceof Action && typeof a === 'string') return isNamed(b, a)
  }
  return sameStructure(a, b)
}

/** Older clients know two actions only, so their names stand for the newer ones too. */
function isNamed({ name }: Action, text: string): boolean {
  if (text === 'create') return name === 'create' || name === 'update' || name === 'add'
  if (text === 'delete') return name === 'delete' || name === 'remove'
  return name === text
}

/** Whether two values are of one type and equal in all their parts; 1 and 1.0 are not. */
export function sameStructure(a: Value, b: Value): boolean {
  if (a === b) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  if (isArray(a)) return isArray(b) && sameList(a, b)
  return !isArray(b) && a.kind === b.kind && sameContent(a, b)
}

type Composite = Exclude<Value, null | boolean | number | bigint | string | readonly Value[]>

function sameList(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((one, i) => sameStructure(one, b[i] as Value))
}

const sameOptional = (a: Value | undefined, b: Value | undefined) =>
  a === undefined || b === undefined ? a === b : sameStructure(a, b)

/** Two values of one kind. */
function sameContent(a: Composite, other: Composite): boolean {
  // The kinds are equal: the assertions only repeat that to the compiler.
  switch (a.kind) {
    case 'double':
      return a.value === (other as typeof a).value
    case 'object':
      return sameFields(a, other as typeof a)
    case 'bytes':
      return Buffer.compare(a.bytes, (other as typeof a).bytes) === 0
    case 'uuid':
      return a.text === (other as typeof a).text
    case 'time': {
      const b = other as typeof a
      return a.seconds === b.seconds && a.nanos === b.nanos
    }
    case 'date':
      return a.epochDay === (other as typeof a).epochDay
    case 'transaction time':
      return a.micros === (other as typeof a).micros
    case 'action':
      return a.name === (other as typeof a).name
    case 'ref':
      return a.equals(other as typeof a)
    case 'unresolved': {
      const b = other as typeof a
      const isSameName = a.native === b.native && a.name === b.name && a.id === b.id
      return isSameName && sameOptional(a.database, b.database)
    }
    case 'document': {
      const b = other as typeof a
      // What a create returns and a later read of it differ, as in the reference.
      const isSameVersion = a.ref.equals(b.ref) && sameStructure(a.ts, b.ts) && a.isNew === b.isNew
      return isSameVersion && sameFields(a.fields, b.fields)
    }
    case 'page': {
      const b = other as typeof a
      const areSameEnds = sameOptional(a.before, b.before) && sameOptional(a.after, b.after)
      return areSameEnds && sameList(a.data, b.data) && sameList(a.cursors, b.cursors)
    }
    case 'sourced': {
      const b = other as typeof a
      return sameStructure(a.value, b.value) && sameList(a.sources, b.sources)
    }
    case 'event': {
      const b = other as typeof a
      const isSameMoment = sameStructure(a.ts, b.ts) && sameStructure(a.action, b.action)
      return isSameMoment && sameOptional(a.document, b.document) && sameOptional(a.data, b.data)
    }
    case 'set':
      return sameSet(a.set, (other as typeof a).set)
    case 'lambda':
      return storedForm(a) === storedForm(other as typeof a)
    default:
      return unreachable(a)
  }
}

/** The same fields, in any order. */
function sameFields(a: ObjectValue, b: ObjectValue): boolean {
  if (a.keys.length !== b.keys.length) return false
  return a.keys.every((key) => sameOptional(a.get(key), b.get(key)))
}

function sameSet(a: SetDescription, other: SetDescription): boolean {
  if (a.form !== other.form) return false
  switch (a.form) {
    case 'match': {
      const b = other as typeof a
      return a.index.equals(b.index) && sameList(a.terms, b.terms)
    }
    case 'documents':
    case 'schema':
      return a.collection.equals((other as typeof a).collection)
    case 'document':
    case 'singleton':
      return a.ref.equals((other as typeof a).ref)
    case 'events':
    case 'distinct':
    case 'reverse':
      return sameStructure(a.source, (other as typeof a).source)
    case 'union':
    case 'intersection':
    case 'difference':
      return sameList(a.sets, (other as typeof a).sets)
    case 'range': {
      const b = other as typeof a
      const areSameBounds = sameList(a.from, b.from) && sameList(a.to, b.to)
      return areSameBounds && sameStructure(a.source, b.source)
    }
    case 'filter': {
      const b = other as typeof a
      return sameStructure(a.source, b.source) && sameStructure(a.lambda, b.lambda)
    }
    case 'join': {
      const b = other as typeof a
      // A lambda's join is the same only where it is written (fql-v4 §3.1).
      const isSamePlace =
        a.target.kind === 'ref' || sameList(a.position.toArray(), b.position.toArray())
      return isSamePlace && sameStructure(a.source, b.source) && sameStructure(a.target, b.target)
    }
    default:
      return unreachable(a)
  }
}
