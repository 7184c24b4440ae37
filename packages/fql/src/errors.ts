import type { Position } from './position.ts'

/** Every code an error of the language can carry (wire §4.6). */
export type ErrorCode =
  | 'invalid expression'
  | 'invalid url parameter'
  | 'invalid argument'
  | 'permission denied'
  | 'value not found'
  | 'instance not found'
  | 'instance already exists'
  | 'instance not unique'
  | 'validation failed'
  | 'schema validation failed'
  | 'invalid ref'
  | 'transaction aborted'
  | 'call error'
  | 'stack overflow'
  | 'invalid write time'
  | 'authentication failed'
  | 'missing identity'
  | 'invalid token'
  | 'invalid scope'
  | 'invalid object in container'
  | 'move database error'
  | 'feature not available'

/** One reason why a write was refused (data-model §0.2). `field` is a path; indexes are strings. */
export interface ValidationFailure {
  readonly field: readonly string[]
  readonly code: string
  readonly description: string
}

/** One error of an answer. */
export interface ErrorDetail {
  readonly position: Position
  readonly code: ErrorCode
  readonly description: string
  readonly failures?: readonly ValidationFailure[]
  readonly cause?: readonly ErrorDetail[]
  /**
   * Which of several errors decides the status of the answer (wire §4.3): 3 parse, 2 invalid argument,
   * 1 permission denied, 0 the rest.
   */
  readonly rank: 0 | 1 | 2 | 3
  readonly status: 400 | 403 | 404
}

/** The errors of a query, in the order they are reported. Never empty. */
export class QueryError extends Error {
  readonly details: readonly ErrorDetail[]

  constructor(details: readonly ErrorDetail[]) {
    super(details.map((detail) => `${detail.code}: ${detail.description}`).join('; '))
    this.name = 'QueryError'
    this.details = details
  }
}

/**
 * A failure of the whole request, without a position: `bad request`, `contended transaction`, … It
 * unwinds everything, predicates and `Exists` included (wire §4.7).
 */
export class RequestError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, description: string) {
    super(description)
    this.name = 'RequestError'
    this.status = status
    this.code = code
  }
}

function answer(
  code: ErrorCode,
  description: string,
  position: Position,
  { rank = 0, status = 400 }: { rank?: ErrorDetail['rank']; status?: ErrorDetail['status'] } = {},
): QueryError {
  return new QueryError([{ position, code, description, rank, status }])
}

/** The query cannot be read. */
export function invalidExpression(description: string, position: Position): QueryError {
  return answer('invalid expression', description, position, { rank: 3 })
}

/** An argument has the wrong type or value. */
export function invalidArgument(description: string, position: Position): QueryError {
  return answer('invalid argument', description, position, { rank: 2 })
}

/** An argument is out of its bounds: `<argument> must be <predicate>`. */
export function outOfBounds(argument: string, predicate: string, position: Position): QueryError {
  return invalidArgument(`${argument} must be ${predicate}`, position)
}

/** The caller's roles do not allow it. */
export function permissionDenied(position: Position): QueryError {
  return answer('permission denied', 'Insufficient privileges to perform the action.', position, {
    rank: 1,
    status: 403,
  })
}

/** `path` is missing in what was selected from. */
export function valueNotFound(path: readonly (string | number)[], position: Position): QueryError {
  return answer('value not found', `Value not found at path [${path.join(',')}].`, position, {
    status: 404,
  })
}

/** A document or set does not exist: `Document`, `Collection`, `Set`, … */
export function instanceNotFound(what: string, position: Position): QueryError {
  return answer('instance not found', `${what} not found.`, position, { status: 404 })
}

/** `instance not found` that answers 400: an inactive index, an unknown key secret (wire §4.3). */
export function instanceUnusable(description: string, position: Position): QueryError {
  return answer('instance not found', description, position)
}

/** A document of this id or name exists. */
export function instanceAlreadyExists(what: string, position: Position): QueryError {
  return answer('instance already exists', `${what} already exists.`, position)
}

/** A unique index holds these values already. */
export function instanceNotUnique(position: Position): QueryError {
  return answer('instance not unique', 'document is not unique.', position)
}

/** A ref names something that does not exist. `kind` as in `Ref refers to undefined <kind> 'x'`. */
export function undefinedRef(kind: string, name: string, position: Position): QueryError {
  return answer('invalid ref', `Ref refers to undefined ${kind} '${name}'`, position)
}

/** Any other error: status 400, rank 0. */
export function failure(code: ErrorCode, description: string, position: Position): QueryError {
  return answer(code, description, position)
}

/** A write breaks its collection's rules; all breaches are named. */
export function validationFailed(
  failures: readonly ValidationFailure[],
  position: Position,
): QueryError {
  return new QueryError([
    {
      position,
      code: 'validation failed',
      description: 'document data is not valid.',
      failures,
      rank: 0,
      status: 400,
    },
  ])
}

/** What went wrong inside a user function, seen from its caller (wire §4.6). */
export function callError(cause: readonly ErrorDetail[], position: Position): QueryError {
  const description = 'Calling the function resulted in an error.'
  return new QueryError([
    { position, code: 'call error', description, cause, rank: 0, status: 400 },
  ])
}

/** The error that decides the status: the first of the highest rank (wire §4.3). */
export function decisiveError(error: QueryError): ErrorDetail {
  return error.details.reduce((chosen, detail) => (detail.rank > chosen.rank ? detail : chosen))
}

/** The result of `attempt`: a value, or the errors instead of one. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly details: readonly ErrorDetail[] }

/**
 * Runs `body` and gives its query errors as a value. Everything else passes: a suspended read, a
 * conflict, a limit of the whole request, a bug. The one place where transaction code catches.
 */
export function attempt<T>(body: () => T): Attempt<T> {
  try {
    return { ok: true, value: body() }
  } catch (error) {
    if (error instanceof QueryError) return { ok: false, details: error.details }
    throw error
  }
}

/** The values of attempts, or all their errors together, in order. */
export function gather<T>(attempts: readonly Attempt<T>[]): T[] {
  const values: T[] = []
  for (const one of attempts) if (one.ok) values.push(one.value)
  if (values.length === attempts.length) return values
  throw new QueryError(attempts.flatMap((one) => (one.ok ? [] : one.details)))
}

/** The list in `A, B, or C expected, P provided.` (wire §4.6). */
export function expected(types: readonly string[], provided: string): string {
  return types.length === 0
    ? `${provided} provided.`
    : `${oneOf(types)} expected, ${provided} provided.`
}

/** `A`, `A or B`, `A, B, or C`. */
export function oneOf(types: readonly string[]): string {
  if (types.length <= 2) return types.join(' or ')
  return `${types.slice(0, -1).join(', ')}, or ${types.at(-1)}`
}
