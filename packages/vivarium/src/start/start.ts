/** `vivarium start`: everything in one process, until a signal. */
import path from 'node:path'
import type { Logger } from 'pino'
import type { MetricsSetting, Settings } from '../command/settings.ts'
import { createMetrics, type Metrics } from '../metrics/metrics.ts'
import { type MetricsServer, openMetrics } from '../metrics/metrics-server.ts'
import { banner, readyLine, rootKeyNotice } from './banner.ts'
import { openLog } from './log.ts'
import { type Running, startServers } from './start-servers.ts'

/** What a shell expects of a process that a signal ended. */
const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const

/**
 * Starts, says so, and runs until SIGTERM or SIGINT; a second signal ends the process at once.
 *
 * @returns the exit status
 * @throws StartError
 */
export async function start(settings: Settings): Promise<number> {
  const isTerminal = process.stderr.isTTY === true
  const { log, flush, flushSync } = openLog(settings.logLevel ?? (isTerminal ? 'warn' : 'info'))
  const die = (error: unknown) => {
    log.fatal({ err: error }, 'bug')
    flushSync()
    process.exit(1)
  }
  process.on('uncaughtException', die)
  // Whoever reads what is written may go away before us.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  const stopping = untilSignal()
  let running: Running | undefined
  try {
    const metrics = createMetrics()
    running = await startServers(settings, { log, metrics }, stopping)
    const shown = settings.metrics && (await showMetrics(settings.metrics, metrics, log))
    if (running.rootKey.isNew) {
      const file = path.join(settings.dataDir, 'root.key')
      process.stderr.write(rootKeyNotice(running.rootKey.secret, file))
    }
    if (isTerminal) process.stderr.write(banner(running, settings))
    process.stdout.write(readyLine(running, shown && `${shown.url}/metrics`))
    log.info({ urls: running.urls }, 'ready')
    await aborted(stopping)
    log.info('stopping')
    await running.close()
    await shown?.close()
    log.info('stopped')
  } catch (error) {
    // Asked to stop before it was ready: that is no failure.
    if (!stopping.aborted || error !== stopping.reason) throw error
  } finally {
    await flush()
  }
  return 0
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

function untilSignal(): AbortSignal {
  const controller = new AbortController()
  let firstMs = 0
  for (const [name, number] of Object.entries(signalNumbers)) {
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
