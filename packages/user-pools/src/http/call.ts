/**
 * One call of an operation, from the request to its answer, in the order of checks that every
 * operation keeps.
 *
 * @see user-pools §2.0
 */
import { BodyTooLarge, ConnectionLost, type HttpRequest, type HttpResponse } from '@vivarium/http'
import { StoreError } from '@vivarium/store'
import type { Environment } from '../environment.ts'
import { commonCodes, type ErrorCode, refusal, UserPoolError } from '../errors.ts'
import type { Operation } from '../operation.ts'
import { apiOperations } from '../operations/catalogue.ts'
import { TriggerError } from '../triggers/trigger-error.ts'
import { renderError, renderResult } from './rendering.ts'
import { type Credentials, verifySignature } from './sigv4.ts'
import { parseBody } from './validation.ts'

const targetPrefix = 'AWSCognitoIdentityProviderService.'

/** What calls are answered with. */
export interface CallSettings {
  readonly operations: ReadonlyMap<string, Operation>
  /** The environment of one request: its events carry the request's id. */
  environmentOf(requestId: string): Environment
  /** Every pair that may sign administrative requests. */
  readonly credentials: readonly Credentials[]
}

/** Answers a request for an operation. Never rejects but with `ConnectionLost`. */
export async function answerCall(
  request: HttpRequest,
  settings: CallSettings,
): Promise<HttpResponse> {
  const target = request.headers['x-amz-target'] ?? ''
  const name = target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : ''
  const operation = settings.operations.get(name)
  const environment = settings.environmentOf(request.id)
  try {
    if (operation === undefined) throw unknown(name)
    if (!isJson(request.headers['content-type'])) {
      throw refusal('UnknownOperationException', 'unknown')
    }
    const body = await bodyOf(request)
    const run = operation.prepare(parseBody(body))
    if (operation.access === 'admin') {
      const { credentials } = settings
      const { region } = environment
      verifySignature(request, body, { credentials, region, nowMs: environment.nowMs() })
    }
    return renderResult(await run(environment), request.id)
  } catch (error) {
    if (error instanceof ConnectionLost) throw error
    return answerError(error, { name, operation, environment, requestId: request.id })
  }
}

/** The service knows more operations than we do. */
function unknown(name: string): UserPoolError {
  return apiOperations.has(name)
    ? refusal('NotImplementedException', 'operation', name)
    : refusal('UnknownOperationException', 'unknown')
}

const jsonTypes: ReadonlySet<string> = new Set([
  'application/x-amz-json-1.1',
  'application/json',
  'text/plain',
  '',
])

/** Unverified: what the service says to another type. Its JSON protocols know no such operation. */
function isJson(contentType = ''): boolean {
  return jsonTypes.has((contentType.split(';')[0] ?? '').trim().toLowerCase())
}

async function bodyOf(request: HttpRequest): Promise<Uint8Array> {
  try {
    return await request.body()
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      throw refusal('RequestEntityTooLargeException', 'tooLarge')
    }
    throw error
  }
}

/** What failed. */
interface Call {
  readonly name: string
  readonly operation: Operation | undefined
  readonly environment: Environment
  readonly requestId: string
}

function answerError(
  error: unknown,
  { name, operation, environment, requestId }: Call,
): HttpResponse {
  if (error instanceof UserPoolError) {
    const { code, message, status } = error
    if (operation !== undefined && !mayAnswer(operation, code)) {
      environment.onEvent({ kind: 'undeclared-error', operation: name, code })
    }
    return renderError({ code, message, status }, requestId)
  }
  if (error instanceof TriggerError) {
    return renderError({ code: error.code, message: error.message, status: 400 }, requestId)
  }
  if (error instanceof StoreError) {
    environment.onEvent({ kind: 'store-failed', operation: name, code: error.code })
    return renderError(refusal('ServiceUnavailable', 'busy'), requestId)
  }
  environment.onEvent({ kind: 'bug', operation: name, error })
  return renderError(refusal('InternalErrorException', 'bug'), requestId)
}

/** What the wire layer itself answers, before an operation is asked. */
const wireCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'RequestEntityTooLargeException',
  'SerializationException',
  'UnknownOperationException',
  'UnrecognizedClientException',
])

function mayAnswer(operation: Operation, code: ErrorCode): boolean {
  const common: readonly string[] = commonCodes
  return operation.errors.includes(code) || common.includes(code) || wireCodes.has(code)
}
