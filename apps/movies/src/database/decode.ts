import { values } from 'faunadb'

/** A field of an object that the database answered. @throws Error if it is missing */
export function field(value: unknown, name: string): unknown {
  const found = optionalField(value, name)
  if (found === undefined) throw new Error(`The database answered without "${name}".`)
  return found
}

/** A field that may be missing. */
export function optionalField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}

/** A string. @throws Error */
export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('The database answered without a string.')
  return value
}

/** A number. @throws Error */
export function number(value: unknown): number {
  if (typeof value !== 'number') throw new Error('The database answered without a number.')
  return value
}

/** An array. @throws Error */
export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('The database answered without an array.')
  return value
}

/** The id of a ref. @throws Error */
export function idOf(value: unknown): string {
  if (!(value instanceof values.Ref)) throw new Error('The database answered without a ref.')
  return value.id
}

/** A time, in milliseconds since the epoch. @throws Error */
export function timeMs(value: unknown): number {
  if (!(value instanceof values.FaunaTime)) throw new Error('The database answered without a time.')
  return value.date.getTime()
}
