import { BodyTooLarge, type HttpRequest } from '@vivarium/http'
import { InvokeError } from '../invoke-error.ts'
import { type FunctionName, parseFunctionName } from './function-name.ts'

/** The ways to invoke. */
export const invocationTypes = ['Event', 'RequestResponse', 'DryRun'] as const

/** A checked request of the Invoke API. */
export interface InvokeRequest {
  readonly functionName: FunctionName
  readonly type: (typeof invocationTypes)[number]
  readonly wantsLog: boolean
  /** JSON text. */
  readonly payload: string
  /** JSON text. */
  readonly clientContext: string | undefined
}

/** The longest payload of a synchronous invocation, in bytes: 6 MB. */
export const payloadBytesMax = 6 * 1024 * 1024
/** The longest payload of an asynchronous invocation, in bytes: 256 KB. */
export const eventBytesMax = 256 * 1024

const path = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/

/** What a payload may be declared as: the SDKs call it a stream of bytes, people call it JSON. */
const contentTypes = /^(?:application\/(?:json|octet-stream|x-amz-json-1\.[01]))(?:\s*;.*)?$/i

/** Reads a request. @throws InvokeError */
export async function readInvokeRequest(request: HttpRequest): Promise<InvokeRequest> {
  const { headers, method } = request
  const name = path.exec(request.path)?.[1]
  if (method !== 'POST' || name === undefined) {
    throw new InvokeError('UnknownOperationException', `No operation ${method} ${request.path}`)
  }
  // No client but a browser sends it, and no web page has any business here.
  if (headers.origin !== undefined) {
    throw new InvokeError('AccessDeniedException', 'Web pages may not invoke functions.')
  }
  const qualifier = new URLSearchParams(request.query).get('Qualifier') ?? undefined
  const functionName = parseFunctionName(decodePathSegment(name), qualifier)
  const type = oneOf('invocationType', headers['x-amz-invocation-type'], invocationTypes, 1)
  const log = oneOf('logType', headers['x-amz-log-type'], ['None', 'Tail'] as const, 0)
  return {
    functionName,
    type,
    wantsLog: log === 'Tail',
    payload: await readPayload(request, type === 'Event' ? eventBytesMax : payloadBytesMax),
    clientContext: readClientContext(headers['x-amz-client-context']),
  }
}

async function readPayload(request: HttpRequest, bytesMax: number): Promise<string> {
  const contentType = request.headers['content-type']
  if (contentType !== undefined && !contentTypes.test(contentType)) {
    throw new InvokeError(
      'UnsupportedMediaTypeException',
      `The payload is not JSON: ${contentType}`,
    )
  }
  const bytes = await request.body().catch((error: unknown) => {
    throw error instanceof BodyTooLarge ? tooLarge(bytesMax) : error
  })
  if (bytes.length > bytesMax) throw tooLarge(bytesMax)
  // Lambda hands an empty object to a function that is called without a payload.
  return bytes.length === 0 ? '{}' : checkJson(Buffer.from(bytes).toString('utf8'))
}

/** The same text. @throws InvokeError if it is not JSON */
export function checkJson(text: string): string {
  try {
    JSON.parse(text)
    return text
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InvokeError(
      'InvalidRequestContentException',
      `Could not parse request body into json: Could not parse payload into json: ${reason}`,
      { cause },
    )
  }
}

/** @throws InvokeError if a payload is longer than `bytesMax` */
export function tooLarge(bytesMax: number): InvokeError {
  return new InvokeError(
    'RequestTooLargeException',
    `Request must be smaller than ${bytesMax} bytes for the InvokeFunction operation`,
  )
}

function readClientContext(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  try {
    JSON.parse(text)
    return text
  } catch (cause) {
    const message = 'Client context must be a valid Base64-encoded JSON object.'
    throw new InvokeError('InvalidRequestContentException', message, { cause })
  }
}

function decodePathSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    // Left as it is, it is no name.
    return segment
  }
}

function oneOf<const T extends string>(
  field: string,
  value: string | undefined,
  values: readonly T[],
  byDefault: number,
): T {
  const found = values.find((each, index) =>
    value === undefined ? index === byDefault : each === value,
  )
  if (found !== undefined) return found
  // Unverified: the model of the API does not list this error; its gateway raises it.
  throw new InvokeError(
    'ValidationException',
    `1 validation error detected: Value '${value?.slice(0, 200)}' at '${field}' failed to satisfy ` +
      `constraint: Member must satisfy enum value set: [${values.join(', ')}]`,
  )
}
