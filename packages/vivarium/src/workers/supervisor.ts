/**
 * The workers of a primary: how many there are to be, and who takes whose place.
 *
 * Each has a number. A worker that dies is replaced, at once the first time and then after pauses that double.
 * In a rolling restart, one number after another, a new worker listens before the old one stops: the ports,
 * which the primary holds, always have somebody who answers.
 */
import cluster, { type Worker } from 'node:cluster'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { decodeFromWorker, type FromPrimary, type FromWorker, type Served } from './messages.ts'
import { workerVariable } from './worker.ts'

/** What a supervisor is made with. */
export interface SupervisorOptions {
  readonly workers: number
  readonly log: Logger
  /** How long a worker may take to stop before it is killed. */
  readonly stopMsMax: number
  /** Told of what workers say besides `ready`. */
  readonly onMessage: (worker: Worker, message: FromWorker) => void
}

/** How long clients are given to leave a worker that was replaced: longer than a connection is kept idle. */
const lingerMs = 6_000

/** Pauses before a worker that keeps dying is started again. */
const pauseMs = { first: 500, most: 30_000 }

/** After this long a worker that dies is no longer one that keeps dying. */
const steadyMs = 60_000

/** A worker did not come to the point of serving; it has said why. */
export class WorkerFailed extends Error {
  override readonly name = 'WorkerFailed'
  readonly status: number

  constructor(status: number) {
    super(`A worker ended with status ${status} before it was ready`)
    this.status = status
  }
}

/** @see SupervisorOptions */
export class Supervisor {
  readonly #options: SupervisorOptions
  /** Who serves, by number. */
  readonly #serving = new Map<number, Worker>()
  /** Every process there is. */
  readonly #alive = new Map<Worker, Promise<void>>()
  readonly #stopping = new AbortController()
  #rolling: Promise<void> = Promise.resolve()
  /** How many workers died, and were replaced. */
  deaths = 0

  constructor(options: SupervisorOptions) {
    this.#options = options
    // Workers accept by themselves. Were the primary to hand connections out, one that is on its way to a
    // worker that dies would be held by the primary for ever, and its client would wait as long.
    cluster.schedulingPolicy = cluster.SCHED_NONE
  }

  /** Those who serve now. */
  get serving(): readonly Worker[] {
    return [...this.#serving.values()]
  }

  /** Starts the first worker, which makes what is not there yet, then the others. @throws WorkerFailed */
  async start(): Promise<Served> {
    const served = await this.#begin(0)
    const others = Array.from({ length: this.#options.workers - 1 }, (_, i) => this.#begin(i + 1))
    await Promise.all(others)
    return served
  }

  /** Puts a new worker into the place of each, one after another. One that cannot start replaces nobody. */
  roll(): Promise<void> {
    this.#rolling = this.#rolling.then(() => this.#roll())
    return this.#rolling
  }

  /** Stops all. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const worker of this.#alive.keys()) this.#tellToStop(worker, {})
    await Promise.all(this.#alive.values())
  }

  async #roll(): Promise<void> {
    const { log, workers } = this.#options
    for (let number = 0; number < workers && !this.#stopping.signal.aborted; number++) {
      const old = this.#serving.get(number)
      try {
        await this.#begin(number)
      } catch (err) {
        log.error({ err, number }, 'a new worker cannot start; the old ones go on')
        return
      }
      if (old === undefined) continue
      this.#tellToStop(old, { lingerMs })
      await this.#alive.get(old)
    }
    log.info('restarted')
  }

  /** Starts a worker, and gives it its place once it serves. @throws WorkerFailed */
  async #begin(number: number): Promise<Served> {
    const { log, onMessage } = this.#options
    const worker = cluster.fork({ [workerVariable]: String(number) })
    const startedMs = performance.now()
    const ready = new Promise<Served>((resolve, reject) => {
      worker.on('message', (received) => {
        const message = decodeFromWorker(received)
        if (message?.kind === 'ready') resolve(message.served)
        else if (message !== undefined) onMessage(worker, message)
      })
      worker.once('exit', (code) => reject(new WorkerFailed(code ?? 1)))
    })
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', (code, signal) => {
        this.#alive.delete(worker)
        resolve()
        if (this.#serving.get(number) !== worker) return
        this.#serving.delete(number)
        if (this.#stopping.signal.aborted) return
        this.deaths++
        log.error({ number, code, signal }, 'a worker died')
        void this.#replace(number, performance.now() - startedMs > steadyMs ? 0 : pauseMs.first)
      })
    })
    this.#alive.set(worker, ended)
    const served = await ready
    this.#serving.set(number, worker)
    log.info({ number, pid: worker.process.pid }, 'a worker serves')
    return served
  }

  async #replace(number: number, wait: number): Promise<void> {
    for (let ms = wait; !this.#stopping.signal.aborted; ms = Math.min(ms * 2, pauseMs.most)) {
      await pause(ms, undefined, { signal: this.#stopping.signal }).catch(() => {})
      if (this.#stopping.signal.aborted || this.#serving.has(number)) return
      try {
        await this.#begin(number)
        this.#options.log.info({ number }, 'the worker is replaced')
        return
      } catch (err) {
        this.#options.log.error({ err, number }, 'a worker cannot start')
      }
      if (ms === 0) ms = pauseMs.first
    }
  }

  #tellToStop(worker: Worker, { lingerMs: linger }: { readonly lingerMs?: number }): void {
    const message: FromPrimary = {
      kind: 'stop',
      ...(linger !== undefined && { lingerMs: linger }),
    }
    // One that dies at this moment cannot be told.
    if (worker.isConnected()) worker.send(message, () => {})
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), this.#options.stopMsMax)
    worker.once('exit', () => clearTimeout(timer))
  }
}
