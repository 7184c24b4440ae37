import { type FaultResponses, type HttpHandler, type HttpResponse, listen } from '@vivarium/http'
import type { Logger } from 'pino'
import { nameOf, optionDefinitions } from '../command/options.ts'
import type { MetricsSetting } from '../command/settings.ts'
import { StartError } from '../command/usage-error.ts'
import { codeOf } from '../start/data-directory.ts'

/** Where metrics are shown. */
export interface MetricsServer {
  readonly url: string
  close(): Promise<void>
}

/** Nobody sends it anything. */
const bodyBytesMax = 1024

/** Shows metrics, at a port of their own: who sees them is not who uses the servers. @throws StartError */
export async function openMetrics(
  { host, port }: MetricsSetting,
  render: () => Promise<{ readonly type: string; readonly text: string }>,
  log: Logger,
): Promise<MetricsServer> {
  const handler: HttpHandler = async (request) => {
    if (request.path !== '/metrics') return plain(404, 'Metrics are at /metrics.\n')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return plain(405, 'Method not allowed.\n')
    }
    const { type, text } = await render()
    return { status: 200, headers: { 'content-type': type }, body: text }
  }
  const onError = (err: unknown) => log.error({ server: 'metrics', err }, 'bug')
  try {
    const listener = await listen(handler, { host, port, bodyBytesMax, faults, onError })
    return { url: listener.url, close: () => listener.close({ drainMs: 1_000 }) }
  } catch (cause) {
    const flag = nameOf(optionDefinitions.metricsPort)
    throw new StartError(
      `Metrics cannot be shown at ${host}:${port}: ${codeOf(cause)}. Choose another port with ${flag}.`,
      { cause },
    )
  }
}

function plain(status: number, body: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain;charset=utf-8' }, body }
}

const faults: FaultResponses = {
  badRequest: (status) => plain(status, 'The request is not well-formed.\n'),
  internalError: () => plain(500, 'The server met an error. It has been logged.\n'),
  unavailable: () => plain(503, 'The server is closing.\n'),
}
