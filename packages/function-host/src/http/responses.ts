/** Answers in the shapes of Lambda's API. */
import { randomUUID } from 'node:crypto'
import type { FaultResponses, HttpResponse } from '@vivarium/http'
import { InvokeError } from '../invoke-error.ts'

/** An error of the API: the function was not run. */
export function errorResponse(error: InvokeError, requestId: string): HttpResponse {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-amzn-requestid': requestId,
    'x-amzn-errortype': error.code,
  }
  const body: Record<string, string> = { Type: error.type, message: error.message }
  if (error.code === 'ResourceNotFoundException') {
    // The one error whose message is spelled so.
    body.Message = error.message
    delete body.message
  }
  if (error.code === 'TooManyRequestsException') {
    // Unverified: how long Lambda asks to wait.
    headers['retry-after'] = '1'
    body.Reason = 'ConcurrentInvocationLimitExceeded'
  }
  return { status: error.status, headers, body: JSON.stringify(body) }
}

/** The shapes in which the listener answers its own faults. */
export const faults: FaultResponses = {
  badRequest: (status) => ({
    ...errorResponse(
      new InvokeError('InvalidRequestContentException', 'The request is not well-formed.'),
      randomUUID(),
    ),
    status,
  }),
  internalError: () => errorResponse(new InvokeError('ServiceException'), randomUUID()),
  unavailable: () => ({
    ...errorResponse(new InvokeError('ServiceException', 'The host is closing.'), randomUUID()),
    status: 503,
  }),
}
