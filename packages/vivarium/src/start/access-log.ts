import {
  ConnectionLost,
  type FaultResponses,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
} from '@vivarium/http'
import type { Logger } from 'pino'
import type { ServerName } from '../command/settings.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { operationOf } from '../metrics/operation-of.ts'

/** How much of a path is logged; whoever sends a longer one chose it. */
const pathLengthMax = 200

/** Where what happens is told. */
export interface Observers {
  readonly log: Logger
  readonly metrics: Metrics
}

/**
 * The same handler, with every request counted, and told in the log: what was asked and what came of it,
 * under the id that the client sees. Never a query string, a header's value or a body: they hold secrets.
 *
 * A request that fails for a fault of ours is an error; the others are for whoever looks closely, at the
 * level `debug`: a line costs a good part of what answering a small query does.
 */
export function observed(
  handler: HttpHandler,
  server: ServerName,
  { log, metrics }: Observers,
): HttpHandler {
  return async (request) => {
    const started = performance.now()
    const tell = (status: number) => {
      const durationMs = performance.now() - started
      const operation = operationOf(server, request)
      metrics.observe({ server, operation, status, seconds: durationMs / 1000 })
      const level = status >= 500 ? 'error' : 'debug'
      if (!log.isLevelEnabled(level)) return
      log[level](
        {
          server,
          requestId: request.id,
          method: request.method,
          path: request.path.slice(0, pathLengthMax),
          operation,
          status,
          durationMs: Math.round(durationMs * 1000) / 1000,
        },
        'request',
      )
    }
    metrics.underWay(server, 1)
    try {
      const response = await handler(request)
      tell(response.status)
      return withRequestId(response, request)
    } catch (error) {
      if (!(error instanceof ConnectionLost)) tell(500)
      throw error
    } finally {
      metrics.underWay(server, -1)
    }
  }
}

/** What is answered below the handlers, counted too. */
export function observedFaults(
  faults: FaultResponses,
  server: ServerName,
  { metrics }: Observers,
): FaultResponses {
  const count = (response: HttpResponse) => {
    metrics.observe({ server, operation: 'none', status: response.status, seconds: 0 })
    return response
  }
  return {
    badRequest: (status) => count(faults.badRequest(status)),
    // Counted with its handler.
    internalError: (requestId) => faults.internalError(requestId),
    unavailable: () => count(faults.unavailable()),
  }
}

/** Where the protocol has no id of its own, ours. */
function withRequestId(response: HttpResponse, { id }: HttpRequest): HttpResponse {
  const { headers } = response
  if (headers['x-request-id'] !== undefined || headers['x-amzn-requestid'] !== undefined) {
    return response
  }
  return { ...response, headers: { ...headers, 'x-request-id': id } }
}
