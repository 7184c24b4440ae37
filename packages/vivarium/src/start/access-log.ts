import {
  ConnectionLost,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
} from '@vivarium/http'
import type { Logger } from 'pino'

/** How much of a path is logged; whoever sends a longer one chose it. */
const pathLengthMax = 200

/**
 * The same handler, with a line in the log per request: what was asked and what came of it. Never a
 * query string, a header's value or a body: they hold secrets.
 *
 * A request that fails for a fault of ours is an error; the others are for whoever looks closely, at the
 * level `debug`: a line costs a good part of what answering a small query does.
 */
export function withAccessLog(handler: HttpHandler, server: string, log: Logger): HttpHandler {
  let count = 0
  return async (request) => {
    const id = ++count
    const started = performance.now()
    const tell = (status: number, response?: HttpResponse) => {
      const level = status >= 500 ? 'error' : 'debug'
      if (!log.isLevelEnabled(level)) return
      log[level](
        {
          server,
          id: requestIdOf(response) ?? id,
          method: request.method,
          path: request.path.slice(0, pathLengthMax),
          ...operationOf(request),
          status,
          durationMs: Math.round((performance.now() - started) * 1000) / 1000,
        },
        'request',
      )
    }
    try {
      const response = await handler(request)
      tell(response.status, response)
      return response
    } catch (error) {
      if (!(error instanceof ConnectionLost)) tell(500)
      throw error
    }
  }
}

/** The id that the client sees, where the protocol has one. */
function requestIdOf(response: HttpResponse | undefined): string | undefined {
  const id = response?.headers['x-amzn-requestid']
  return typeof id === 'string' ? id : undefined
}

/** All operations of user pools have the same path. */
function operationOf(request: HttpRequest): { operation?: string } {
  const name = /^[\w]{1,60}\.([A-Za-z]{1,60})$/.exec(request.headers['x-amz-target'] ?? '')?.[1]
  return name === undefined ? {} : { operation: name }
}
