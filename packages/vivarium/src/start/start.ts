/** `vivarium start`: everything, in one process or in several, until a signal. */
import cluster from 'node:cluster'
import path from 'node:path'
import { createMailbox } from '@vivarium/user-pools'
import type { Logger } from 'pino'
import type { MetricsSetting, Settings } from '../command/settings.ts'
import { createMetrics, type Metrics } from '../metrics/metrics.ts'
import { type MetricsServer, openMetrics } from '../metrics/metrics-server.ts'
import type { Served } from '../workers/messages.ts'
import { startPrimary } from '../workers/primary.ts'
import { WorkerFailed } from '../workers/supervisor.ts'
import { runWorker, workerNumber } from '../workers/worker.ts'
import { banner, readyLine, rootKeyNotice } from './banner.ts'
import { openLog } from './log.ts'
import { startServers } from './start-servers.ts'

/** What a shell expects of a process that a signal ended. */
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

/**
 * Starts, says so, and runs until SIGTERM or SIGINT; a second signal ends the process at once.
 *
 * @returns the exit status
 * @throws StartError
 */
export async function start(settings: Settings): Promise<number> {
  const isTerminal = process.stderr.isTTY === true
  const level = settings.logLevel ?? (isTerminal ? 'warn' : 'info')
  const { log, flush, flushSync } = openLog(level, cluster.isWorker ? workerNumber() : undefined)
  const die = (error: unknown) => {
    log.fatal({ err: error }, 'bug')
    flushSync()
    process.exit(1)
  }
  process.on('uncaughtException', die)
  // Whoever reads what is written may go away before us.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  try {
    if (cluster.isWorker) await runWorker(settings, log)
    else await serve(settings, log, isTerminal)
  } catch (error) {
    if (error instanceof WorkerFailed) return error.status
    throw error
  } finally {
    await flush()
  }
  return 0
}

/** What serves, in this process or in others. */
interface Serving {
  readonly served: Served
  readonly metricsUrl: string | undefined
  readonly roll: (() => Promise<void>) | undefined
  close(): Promise<void>
}

async function serve(settings: Settings, log: Logger, isTerminal: boolean): Promise<void> {
  // Of several processes, SIGHUP restarts one after another.
  const stopping = untilSignal(settings.workers > 1 ? ['SIGHUP'] : [])
  let serving: Serving
  try {
    serving = await (settings.workers > 1 ? startSeveral : startOne)(settings, log, stopping)
  } catch (error) {
    // Asked to stop before it was ready: that is no failure.
    if (stopping.aborted) return
    throw error
  }
  const { served, metricsUrl, roll } = serving
  if (isTerminal) process.stderr.write(banner(served, settings))
  process.stdout.write(readyLine(served, metricsUrl))
  log.info({ urls: served.urls }, 'ready')
  if (roll !== undefined) {
    process.on('SIGHUP', () => {
      log.info('restarting')
      void roll()
    })
  }
  await aborted(stopping)
  log.info('stopping')
  await serving.close()
  log.info('stopped')
}

async function startOne(settings: Settings, log: Logger, stopping: AbortSignal): Promise<Serving> {
  const metrics = createMetrics()
  const role = { mailbox: createMailbox(), maintains: true }
  const running = await startServers(settings, { log, metrics, ...role }, stopping)
  const shown = settings.metrics && (await showMetrics(settings.metrics, metrics, log))
  if (running.rootKey.isNew) {
    const file = path.join(settings.dataDir, 'root.key')
    process.stderr.write(rootKeyNotice(running.rootKey.secret, file))
  }
  return {
    served: running,
    metricsUrl: shown && `${shown.url}/metrics`,
    roll: undefined,
    async close() {
      await running.close()
      await shown?.close()
    },
  }
}

async function startSeveral(
  settings: Settings,
  log: Logger,
  stopping: AbortSignal,
): Promise<Serving> {
  const primary = await startPrimary(settings, log)
  if (!stopping.aborted) return primary
  await primary.close()
  throw stopping.reason
}

async function showMetrics(
  setting: MetricsSetting,
  { registry }: Metrics,
  log: Logger,
): Promise<MetricsServer> {
  const render = async () => ({ type: registry.contentType, text: await registry.metrics() })
  return openMetrics(setting, render, log)
}

/** One Ctrl-C can come twice, from the terminal and through npm, which passes on its own. */
const sameSignalMs = 100

function untilSignal(except: readonly string[]): AbortSignal {
  const controller = new AbortController()
  let firstMs = 0
  for (const [name, number] of Object.entries(signalNumbers)) {
    if (except.includes(name)) continue
    process.on(name, () => {
      const nowMs = performance.now()
      if (!controller.signal.aborted) {
        firstMs = nowMs
        controller.abort()
      } else if (nowMs - firstMs > sameSignalMs) {
        process.exit(128 + number)
      }
    })
  }
  return controller.signal
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
