/**
 * Answers as they go over the wire.
 *
 * @see user-pools §1.2 and §1.3
 */
import { randomUUID } from 'node:crypto'
import type { FaultResponses, HttpResponse } from '@vivarium/http'
import type { OperationResult } from '../operation.ts'

const contentType = 'application/x-amz-json-1.1'

/** An error as a client sees it. */
export interface RenderedError {
  readonly code: string
  readonly message: string
  readonly status: number
}

/** The answer of an operation: its members, or an empty body for one without an output shape. */
export function renderResult(result: OperationResult, requestId: string): HttpResponse {
  return {
    status: 200,
    headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
    body: result === undefined ? '' : JSON.stringify(result),
  }
}

/** An error, in the body and in the headers: Amplify reads these first. */
export function renderError(
  { code, message, status }: RenderedError,
  requestId: string = randomUUID(),
): HttpResponse {
  return {
    status,
    headers: {
      'content-type': contentType,
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': `${code}:`,
      ...(isHeaderText(message) && { 'x-amzn-errormessage': message }),
    },
    body: JSON.stringify({ __type: code, message }),
  }
}

/** Latin-1 without control characters, and short: a header carries nothing else. */
function isHeaderText(text: string): boolean {
  return text !== '' && text.length <= 1024 && /^[\x20-\x7e\xa0-\xff]+$/.test(text)
}

/** What goes wrong below or beside the operations. */
export const faults: FaultResponses = {
  badRequest(status) {
    const codes = {
      400: 'BadRequestException',
      408: 'RequestTimeoutException',
      431: 'RequestHeaderSectionTooLargeException',
    } as const
    return renderError({ code: codes[status], message: '', status })
  },
  internalError: (requestId) =>
    renderError(
      { code: 'InternalErrorException', message: 'Internal server error', status: 500 },
      requestId,
    ),
  unavailable: () =>
    renderError({
      code: 'ServiceUnavailable',
      message: 'Service is temporarily unavailable.',
      status: 503,
    }),
}
