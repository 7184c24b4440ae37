import { isArray, type Value } from './value.ts'

/** Whether a value sorts after every ref (fql-v4 §3.2): times, dates, booleans, null and the like. */
export function sortsAfterRefs(value: Value): boolean {
  if (value === null || typeof value === 'boolean') return true
  if (typeof value !== 'object' || isArray(value)) return false
  return ![
    'double',
    'bytes',
    'object',
    'document',
    'page',
    'event',
    'sourced',
    'set',
    'ref',
  ].includes(value.kind)
}
