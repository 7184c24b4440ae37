/** One of several processes that serve: what differs from one that is alone. */
import path from 'node:path'
import type { Logger } from 'pino'
import type { Settings } from '../command/settings.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { rootKeyNotice } from '../start/banner.ts'
import { startServers } from '../start/start-servers.ts'
import { openChannel } from './channel.ts'
import { remoteMailbox } from './shared-mailbox.ts'

/** The variable in which the primary tells a worker its number. */
export const workerVariable = 'VIVARIUM_WORKER'

/** The number of this process among the workers. */
export function workerNumber(): number {
  return Number(process.env[workerVariable])
}

/** Serves until the primary, or SIGTERM, says that it is enough. @throws StartError */
export async function runWorker(settings: Settings, log: Logger): Promise<void> {
  const number = workerNumber()
  const metrics = createMetrics()
  metrics.registry.setDefaultLabels({ worker: String(number) })
  const stopping = new AbortController()
  let lingerMs: number | undefined
  const channel = openChannel((message) => {
    if (message.kind === 'stop') {
      lingerMs = message.lingerMs
      stopping.abort()
    } else if (message.kind === 'measure') {
      const { id } = message
      void metrics.registry.getMetricsAsJSON().then((all) => {
        channel.tell({ kind: 'metrics', id, metrics: all })
      })
    }
  })
  // A terminal sends these to every process: what they mean is the primary's to say.
  for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => {})
  process.on('SIGTERM', () => stopping.abort())
  const role = { mailbox: remoteMailbox(channel), maintains: number === 0 }
  const { signal } = stopping
  const running = await startServers(settings, { log, metrics, ...role }, signal)
  if (running.rootKey.isNew) {
    const file = path.join(settings.dataDir, 'root.key')
    process.stderr.write(rootKeyNotice(running.rootKey.secret, file))
  }
  const { urls, userPoolId, clientId } = running
  channel.tell({ kind: 'ready', served: { urls, userPoolId, clientId } })
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }
  await running.close(lingerMs === undefined ? {} : { lingerMs })
}
