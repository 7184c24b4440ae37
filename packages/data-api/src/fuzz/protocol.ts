/** What every answer of the data API is, whatever was asked (wire §4). */
import type { Answered } from '../testing/send.ts'

/** The codes of errors that have a position (wire §4.6). */
const positioned = new Set([
  ...['invalid expression', 'invalid argument', 'permission denied', 'value not found'],
  ...['instance not found', 'instance already exists', 'instance not unique', 'validation failed'],
  ...['schema validation failed', 'invalid ref', 'transaction aborted', 'call error'],
  ...['stack overflow', 'invalid write time', 'authentication failed', 'missing identity'],
  ...['invalid token', 'invalid scope', 'invalid object in container', 'move database error'],
  'feature not available',
])

/** The codes of errors of whole requests, with their statuses (wire §4.7). */
const whole = new Map([
  ['bad request', 400],
  ['unauthorized', 401],
])

const statuses = new Set([200, 201, 400, 401, 403, 404])

/** What is wrong with an answer; undefined if it is as the protocol says. */
export function breachOf({ status, body }: Answered): string | undefined {
  if (!statuses.has(status)) return `the status is ${status}`
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return 'the body is not JSON'
  }
  if (typeof json !== 'object' || json === null) return 'the body is no object'
  if (status < 300) return 'resource' in json ? undefined : 'there is no resource'
  const errors = 'errors' in json ? json.errors : undefined
  if (!Array.isArray(errors) || errors.length === 0) return 'there are no errors'
  return errors.map((error) => breachOfError(error, status)).find((one) => one !== undefined)
}

function breachOfError(error: unknown, status: number): string | undefined {
  if (typeof error !== 'object' || error === null) return 'an error is no object'
  const { code, description, position, cause } = error as Record<string, unknown>
  if (typeof code !== 'string' || typeof description !== 'string') {
    return 'an error has no code or no description'
  }
  // Only what the query itself says may be empty.
  if (description === '' && code !== 'transaction aborted') return 'a description is empty'
  if (position === undefined) {
    return whole.get(code) === status ? undefined : `'${code}' has no position, or another status`
  }
  if (!positioned.has(code)) return `'${code}' is no code of an error with a position`
  const isPath =
    Array.isArray(position) && position.every((one) => /string|number/.test(typeof one))
  if (!isPath) return 'a position is no path'
  if (cause === undefined) return undefined
  if (!Array.isArray(cause)) return 'the cause is no list'
  return cause.map((one) => breachOfError(one, status)).find((one) => one !== undefined)
}
