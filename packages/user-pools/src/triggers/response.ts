/**
 * Reading what a function gave back. Only the `response` of the event counts; members that are absent or
 * null are as if the function had left them alone, others must have the right type.
 *
 * @see user-pools §5.1
 */
import { invalidJsonOutput, unrecognizableOutput } from './trigger-error.ts'

/** A JSON object whose members nobody has looked at. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether `value` is an object in the sense of JSON: no list, not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The `response` of a returned event; empty if it has none.
 *
 * Unverified: what the service says to an event without a response. An empty one means no change with
 * every trigger.
 *
 * @throws TriggerError InvalidLambdaResponseException
 */
export function responseOf(output: unknown): JsonObject {
  if (!isJsonObject(output)) throw invalidJsonOutput()
  return optionalObject(output, 'response') ?? {}
}

/** A member that is an object, undefined if it is absent or null. @throws TriggerError */
export function optionalObject(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name] ?? undefined
  if (value === undefined || isJsonObject(value)) return value
  throw unrecognizableOutput()
}

/** A member that is a string. @throws TriggerError */
export function optionalString(object: JsonObject, name: string): string | undefined {
  const value = object[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw unrecognizableOutput()
}

/** A member that is true or false; absent and null are false. @throws TriggerError */
export function optionalFlag(object: JsonObject, name: string): boolean {
  const value = object[name] ?? false
  if (typeof value === 'boolean') return value
  throw unrecognizableOutput()
}

/** A member that is a list of strings; absent and null are undefined. @throws TriggerError */
export function optionalStrings(object: JsonObject, name: string): readonly string[] | undefined {
  const value = object[name] ?? undefined
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw unrecognizableOutput()
}
