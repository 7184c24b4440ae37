/**
 * Which pages of other origins may read the answers: all, unless a list says which.
 *
 * @see user-pools §1.7
 */
import type { HttpRequest, HttpResponse } from '@vivarium/http'

const exposedHeaders = 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date'
const preflightMaxAgeSeconds = 172_800

type Headers = HttpResponse['headers']

/**
 * The headers of every answer.
 *
 * @param allowedOrigins undefined: any, and none with credentials
 */
export function corsHeaders(
  request: Pick<HttpRequest, 'headers'>,
  allowedOrigins: readonly string[] | undefined,
): Headers {
  if (allowedOrigins === undefined) {
    return {
      'access-control-allow-origin': '*',
      'access-control-expose-headers': exposedHeaders,
    }
  }
  const { origin } = request.headers
  if (origin === undefined || !allowedOrigins.includes(origin)) return { vary: 'Origin' }
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': exposedHeaders,
    vary: 'Origin',
  }
}

/** The answer to a preflight. Apps may add headers of their own, so whatever is asked for is allowed. */
export function preflight(request: Pick<HttpRequest, 'headers'>): HttpResponse {
  const asked = request.headers['access-control-request-headers']
  return {
    status: 200,
    headers: {
      'access-control-allow-methods': 'POST, GET, OPTIONS',
      'access-control-max-age': String(preflightMaxAgeSeconds),
      ...(asked !== undefined && { 'access-control-allow-headers': asked }),
    },
    body: '',
  }
}
