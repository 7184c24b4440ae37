import { unreachable } from '../unreachable.ts'
import type { NativeCollection } from './ref.ts'
import { isCollectionRef, nativeOf, type Ref } from './ref.ts'
import type { Value } from './value.ts'

const refNames: Partial<Record<NativeCollection, string>> = {
  collections: 'Collection Ref',
  indexes: 'Index Ref',
  databases: 'Database Ref',
  keys: 'Key Ref',
  functions: 'User Function Ref',
}

/** The name that messages give to the type of `value` (fql-v4 §2.1). */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'String'
    case 'boolean':
      return 'Boolean'
    case 'number':
    case 'bigint':
      return 'Integer'
    default:
  }
  if (value === null) return 'Null'
  if (Array.isArray(value)) return 'Array'
  return objectTypeName(
    value as Exclude<Value, null | boolean | number | bigint | string | readonly Value[]>,
  )
}

function objectTypeName(
  value: Exclude<Value, null | boolean | number | bigint | string | readonly Value[]>,
): string {
  switch (value.kind) {
    case 'double':
      return 'Double'
    case 'object':
    case 'document':
    case 'event':
    case 'sourced':
      return 'Object'
    case 'bytes':
      return 'Bytes'
    case 'uuid':
      return 'UUID'
    case 'time':
      return 'Time'
    case 'date':
      return 'Date'
    case 'transaction time':
      return 'Unresolved Transaction Time'
    case 'action':
      return 'Action'
    case 'page':
      return 'Page'
    case 'set':
      return 'Set'
    case 'lambda':
      return 'Lambda'
    case 'ref':
      return refTypeName(value)
    case 'unresolved':
      if (value.id !== undefined) return 'Ref'
      if (value.native === 'roles') return 'Role Ref'
      if (value.native === 'access_providers') return 'Access Provider Ref'
      return refNames[value.native] ?? 'Ref'
    default:
      return unreachable(value)
  }
}

function refTypeName(ref: Ref): string {
  if (isCollectionRef(ref)) return 'Collection Ref'
  const native = nativeOf(ref)
  return (native === undefined ? undefined : refNames[native]) ?? 'Ref'
}
