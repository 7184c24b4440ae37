/** The escapes: values that JSON has no notation for (fql-v4 §1.5). */
import { type ApiVersion, parseApiVersion } from './api-version.ts'
import type { Names } from './documents.ts'
import { invalidExpression } from './errors.ts'
import type { Expression } from './expression.ts'
import { parseRef } from './parse-ref.ts'
import { parseSet } from './parse-set.ts'
import type { Position } from './position.ts'
import { LambdaValue } from './values/lambda.ts'
import { ObjectValue } from './values/object.ts'
import { parseDate, parseTime } from './values/time.ts'
import { BytesValue, Uuid, type Value } from './values/value.ts'

const escapes = new Set(['@ref', '@set', '@ts', '@date', '@bytes', '@uuid', '@query', '@obj'])

/** Whether an object is an escape: its only key is one of them. */
export function isEscape(literal: ObjectValue): boolean {
  return literal.keys.length === 1 && escapes.has(literal.keys[0] as string)
}

/** What decoding an escape needs from the parser. */
export interface EscapeContext {
  readonly names: Names
  /** Decodes the data inside. */
  readonly data: (literal: Value, position: Position) => Value
  /** Parses a closed lambda; `version` absent for the oldest. */
  readonly lambda: (
    literal: ObjectValue,
    position: Position,
    version: ApiVersion | undefined,
  ) => Extract<Expression, { kind: 'lambda' }>
}

/**
 * The value of an escape in data.
 *
 * @throws QueryError `invalid expression` at `position`
 */
export function parseEscape(
  literal: ObjectValue,
  position: Position,
  context: EscapeContext,
): Value {
  const content = literal.values[0] as Value
  switch (literal.keys[0]) {
    case '@ref':
      return parseRef(content, position, context.names)
    case '@set':
      return parseSet(content, position, context)
    case '@ts':
      return decode(content, parseTime, 'Invalid time.', position)
    case '@date':
      return decode(content, parseDate, 'Invalid date.', position)
    case '@bytes':
      return decode(content, parseBytes, 'Invalid bytes.', position)
    case '@uuid':
      return decode(content, parseUuid, 'Invalid UUID.', position)
    case '@query':
      return parseQuery(content, position, context)
    default:
      if (!(content instanceof ObjectValue)) throw invalidExpression('Invalid object.', position)
      return new ObjectValue(
        content.keys,
        content.values.map((value, i) =>
          context.data(value, position.at('@obj').at(content.keys[i] as string)),
        ),
      )
  }
}

function decode(
  content: Value,
  read: (text: string) => Value | undefined,
  refusal: string,
  position: Position,
): Value {
  const value = typeof content === 'string' ? read(content) : undefined
  if (value === undefined) throw invalidExpression(refusal, position)
  return value
}

const base64Pattern = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Base64 of either alphabet, padded or not. */
function parseBytes(text: string): BytesValue | undefined {
  if (!base64Pattern.test(text)) return undefined
  const digits = text.replace(/={1,2}$/, '').length
  if (digits % 4 === 1) return undefined
  return new BytesValue(Buffer.from(text, 'base64'))
}

const uuidPattern =
  /^([0-9a-f]{1,8})-([0-9a-f]{1,4})-([0-9a-f]{1,4})-([0-9a-f]{1,4})-([0-9a-f]{1,12})$/i

/** Five hexadecimal groups; short ones are extended by zeros, as java.util.UUID does. */
function parseUuid(text: string): Uuid | undefined {
  const match = uuidPattern.exec(text)
  if (match === null) return undefined
  const lengths = [8, 4, 4, 4, 12]
  return new Uuid(
    lengths.map((length, i) => (match[i + 1] ?? '').toLowerCase().padStart(length, '0')).join('-'),
  )
}

function parseQuery(content: Value, position: Position, context: EscapeContext): LambdaValue {
  const refused = () => invalidExpression('Invalid lambda.', position)
  if (!(content instanceof ObjectValue)) throw refused()
  const named = content.get('api_version')
  const version = typeof named === 'string' ? parseApiVersion(named) : undefined
  if (named !== undefined && version === undefined) throw refused()
  const lambda = content.without('api_version')
  if (lambda.keys.length !== 2 || !lambda.has('lambda') || !lambda.has('expr')) throw refused()
  const parsed = context.lambda(lambda, position.at('@query'), version)
  return new LambdaValue(parsed.pattern, parsed.body, parsed.version, ObjectValue.empty)
}
