/**
 * From a request's JSON to a checked value, with Cognito's own words for what is wrong.
 *
 * A member of the wrong type is a SerializationException; a broken constraint is an
 * InvalidParameterException that names every broken constraint of the request at once.
 *
 * @see user-pools §1.4
 */
import type { z } from 'zod'
import { refusal } from '../errors.ts'

/** Nesting beyond this is refused; no request of the API comes near. */
const depthMax = 32

/** Members whose values no message repeats, as the service model marks them. */
const sensitive: ReadonlySet<string> = new Set([
  'accessToken',
  'authParameters',
  'challengeResponses',
  'clientId',
  'clientSecret',
  'password',
  'previousPassword',
  'proposedPassword',
  'refreshToken',
  'secretCode',
  'secretHash',
  'session',
  'temporaryPassword',
  'token',
  'userCode',
  'userContextData',
  'username',
  'value',
])

/** Parses a body; an empty one is an empty request. Null members are as if they were absent. */
export function parseBody(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  if (text.trim() === '') return {}
  const parsed = parseJson(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw refusal('SerializationException', 'unreadable')
  }
  return text.includes('null') ? withoutNulls(parsed, 0) : parsed
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw refusal('SerializationException', 'unreadable')
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refusal('SerializationException', 'unreadable')
  }
}

/** `amazon-cognito-identity-js` sends `"DEVICE_KEY": null`, and means nothing by it. */
function withoutNulls(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > depthMax) throw refusal('SerializationException', 'unreadable')
  if (Array.isArray(value)) {
    return value.filter((item) => item !== null).map((item) => withoutNulls(item, depth + 1))
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member, depth + 1)]),
  )
}

/**
 * The request as `schema` describes it; members it does not name are dropped.
 *
 * @throws UserPoolError SerializationException, InvalidParameterException
 */
export function validate<S extends z.ZodType>(schema: S, json: unknown): z.output<S> {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const issues = result.error.issues.map((issue) => ({ issue, value: valueAt(json, issue.path) }))
  for (const { issue, value } of issues) {
    if (isOfWrongType(issue, value))
      throw refusal('SerializationException', 'type', typeText(value))
  }
  const details = issues.map(({ issue, value }) => detailOf(issue, value))
  const count = `${details.length} validation error${details.length === 1 ? '' : 's'} detected`
  throw refusal('InvalidParameterException', 'constraints', `${count}: ${details.join('; ')}`)
}

type Issue = z.core.$ZodIssue

function isOfWrongType(issue: Issue, value: unknown): boolean {
  if (value === undefined) return false
  if (issue.code === 'invalid_type') return true
  return issue.code === 'invalid_value' && typeof value !== 'string'
}

function typeText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'STRING_VALUE can not be converted to the type of its member'
    case 'number':
      return 'NUMBER_VALUE can not be converted to the type of its member'
    case 'boolean':
      return `${value ? 'TRUE' : 'FALSE'}_VALUE can not be converted to the type of its member`
    default:
      return `Start of ${Array.isArray(value) ? 'list' : 'structure or map'} found where not expected`
  }
}

function detailOf(issue: Issue, value: unknown): string {
  const path = pathText(issue.path)
  const shown =
    value === undefined
      ? 'Value null'
      : sensitive.has(path.slice(path.lastIndexOf('.') + 1))
        ? 'Value'
        : `Value '${render(value)}'`
  return `${shown} at '${path}' failed to satisfy constraint: ${constraintText(issue, value)}`
}

function constraintText(issue: Issue, value: unknown): string {
  if (value === undefined) return 'Member must not be null'
  switch (issue.code) {
    case 'too_small':
      return `Member must have ${measureOf(issue.origin)} greater than or equal to ${issue.minimum}`
    case 'too_big':
      return `Member must have ${measureOf(issue.origin)} less than or equal to ${issue.maximum}`
    case 'invalid_format':
      // A pattern carries its text as its message: see `pattern` in request-shapes.
      return `Member must satisfy regular expression pattern: ${issue.message}`
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`
    default:
      return issue.message
  }
}

function measureOf(origin: string): string {
  return origin === 'number' || origin === 'int' ? 'value' : 'length'
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `${part + 1}.member` : camelCase(String(part))))
    .join('.')
}

function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

const renderedLengthMax = 256

function render(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.slice(0, renderedLengthMax)
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, part)
  }
  return value
}
