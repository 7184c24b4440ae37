/** The process that holds the ports and the mailbox, and looks after the workers. It serves nothing itself. */
import type { Worker } from 'node:cluster'
import { createMailbox } from '@vivarium/user-pools'
import type { Logger } from 'pino'
import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client'
import type { Settings } from '../command/settings.ts'
import { type MetricsServer, openMetrics } from '../metrics/metrics-server.ts'
import type { FromPrimary, FromWorker, Served } from './messages.ts'
import { answerFrom } from './shared-mailbox.ts'
import { Supervisor } from './supervisor.ts'

/** What the primary has started. */
export interface Primary {
  readonly served: Served
  readonly metricsUrl: string | undefined
  roll(): Promise<void>
  close(): Promise<void>
}

/** How long a worker may take beyond the time that it was given to drain. */
const stopMsMax = 30_000

/** How long a worker may take to say what it counted. */
const measureMsMax = 2_000

/** Starts the workers. @throws WorkerFailed, StartError */
export async function startPrimary(settings: Settings, log: Logger): Promise<Primary> {
  const mailbox = createMailbox()
  const measures = new Measures()
  const onMessage = (worker: Worker, message: FromWorker) => {
    if (message.kind === 'metrics') measures.take(message.id, message.metrics)
    if (message.kind !== 'question') return
    const { id, question } = message
    void answerFrom(mailbox, question).then((answer) =>
      send(worker, { kind: 'answer', id, answer }),
    )
  }
  const supervisor = new Supervisor({
    workers: settings.workers,
    log,
    stopMsMax: stopMsMax + settings.drainSeconds * 1000,
    onMessage,
  })
  let shown: MetricsServer | undefined
  try {
    const served = await supervisor.start()
    const own = ownMetrics(supervisor)
    const render = async () => {
      const all = await measures.of(supervisor.serving)
      const registry = AggregatorRegistry.aggregate([await own.getMetricsAsJSON(), ...all])
      return { type: registry.contentType, text: await registry.metrics() }
    }
    shown = settings.metrics && (await openMetrics(settings.metrics, render, log))
    return {
      served,
      metricsUrl: shown && `${shown.url}/metrics`,
      roll: () => supervisor.roll(),
      async close() {
        await supervisor.stop()
        await shown?.close()
      },
    }
  } catch (error) {
    await supervisor.stop()
    throw error
  }
}

function send(worker: Worker, message: FromPrimary): void {
  if (worker.isConnected()) worker.send(message, () => {})
}

function ownMetrics(supervisor: Supervisor): Registry {
  const registry = new Registry()
  const registers = [registry]
  new Gauge({
    name: 'vivarium_workers',
    help: 'Processes that serve.',
    registers,
    collect() {
      this.set(supervisor.serving.length)
    },
  })
  new Counter({
    name: 'vivarium_worker_deaths_total',
    help: 'Workers that ended though nobody had told them to.',
    registers,
    collect() {
      this.reset()
      this.inc(supervisor.deaths)
    },
  })
  return registry
}

/** Asks workers what they counted. One that does not answer in time is left out. */
class Measures {
  readonly #asked = new Map<number, (metrics: object) => void>()
  #lastId = 0

  take(id: number, metrics: object): void {
    this.#asked.get(id)?.(metrics)
  }

  async of(workers: readonly Worker[]): Promise<readonly object[]> {
    const answers = await Promise.all(workers.map((worker) => this.#ask(worker)))
    return answers.filter((answer) => answer !== undefined)
  }

  #ask(worker: Worker): Promise<object | undefined> {
    return new Promise((resolve) => {
      const id = ++this.#lastId
      const end = (metrics?: object) => {
        clearTimeout(timer)
        this.#asked.delete(id)
        resolve(metrics)
      }
      const timer = setTimeout(end, measureMsMax)
      this.#asked.set(id, end)
      send(worker, { kind: 'measure', id })
    })
  }
}
