/**
 * The workers of one function: each runs one invocation at a time, the last one used is used first, and
 * who finds all of them busy queues.
 */
import { BundleError } from './bundle.ts'
import type { HostedFunction } from './function-definition.ts'
import type { BuiltModule, FunctionModule } from './function-module.ts'
import { type Completed, FunctionWorker } from './function-worker.ts'
import { type Invocation, type InvocationResult, type LogLine, runtimeError } from './invocation.ts'
import { InvocationLog } from './invocation-log.ts'
import { InvokeError } from './invoke-error.ts'
import { Slots } from './slots.ts'

/** What a pool of workers is opened with. */
export interface FunctionPoolOptions {
  readonly hosted: HostedFunction
  readonly module: FunctionModule
  readonly runtimeUrl: () => Promise<string>
  readonly workersMax: number
  /** How many invocations may wait for a worker. */
  readonly waitingMax: number
  /** How long an idle worker is kept, in milliseconds. */
  readonly idleMs: number
  readonly onLog: (line: LogLine) => void
}

interface IdleWorker {
  readonly worker: FunctionWorker
  readonly version: number
  readonly timer: NodeJS.Timeout
}

/** The longest result, in bytes (Lambda: 6 MB). */
const resultBytesMax = 6_291_556

/** @see FunctionPoolOptions */
export class FunctionPool {
  readonly #options: FunctionPoolOptions
  readonly #idle: IdleWorker[] = []
  readonly #busy = new Set<FunctionWorker>()
  readonly #slots: Slots
  #isClosed = false

  constructor(options: FunctionPoolOptions) {
    this.#options = options
    this.#slots = new Slots({ slotsMax: options.workersMax, waitingMax: options.waitingMax })
  }

  /**
   * Runs the function once.
   *
   * @param signal gives up while it queues; what runs, runs to its end, as in Lambda
   * @throws InvokeError `TooManyRequestsException`, `ServiceException`
   */
  async invoke(invocation: Invocation, signal?: AbortSignal): Promise<InvocationResult> {
    await this.#slots.take(signal)
    const { hosted, onLog } = this.#options
    const log = new InvocationLog(hosted.name, invocation.requestId, onLog)
    try {
      const completed = limitResult(await this.#run(invocation, log))
      return { ...completed, logTail: log.tail() }
    } finally {
      this.#slots.release()
    }
  }

  /** Tells of an asynchronous invocation that was given up. */
  logDropped({ requestId }: Invocation, reason: string): void {
    const { hosted, onLog } = this.#options
    const text = `An asynchronous invocation was dropped: ${reason}\n`
    onLog({ functionName: hosted.name, requestId, source: 'function', text })
  }

  /** Ends all workers, whatever they do. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#slots.close()
    const idle = this.#idle.splice(0)
    for (const { timer } of idle) clearTimeout(timer)
    const workers = [...idle.map(({ worker }) => worker), ...this.#busy]
    await Promise.all(workers.map((worker) => worker.terminate()))
  }

  async #run(invocation: Invocation, log: InvocationLog): Promise<Completed> {
    let built: BuiltModule
    try {
      built = await this.#options.module.current()
    } catch (error) {
      if (!(error instanceof BundleError)) throw error
      log.add(`${error.message}\n`)
      return { kind: 'threw', payload: runtimeError(errorTypes[error.reason], error.message) }
    }
    const idle = this.#takeIdle(built.version)
    const worker = idle ?? (await this.#start(built))
    this.#busy.add(worker)
    try {
      const failure = idle ? undefined : await worker.load(invocation, log)
      return failure ?? (await worker.invoke(invocation, log))
    } finally {
      this.#busy.delete(worker)
      await this.#keep(worker, built.version)
    }
  }

  async #start({ url }: BuiltModule): Promise<FunctionWorker> {
    const { hosted, runtimeUrl, onLog } = this.#options
    const options = { hosted, moduleUrl: url, runtimeUrl: await runtimeUrl(), onLog }
    if (this.#isClosed) throw new InvokeError('ServiceException')
    return new FunctionWorker(options)
  }

  /** The worker that ran last, if it holds this version; those that hold an older one go. */
  #takeIdle(version: number): FunctionWorker | undefined {
    for (let entry = this.#idle.pop(); entry !== undefined; entry = this.#idle.pop()) {
      clearTimeout(entry.timer)
      if (entry.version === version && entry.worker.isAlive) return entry.worker
      void entry.worker.terminate()
    }
    return undefined
  }

  async #keep(worker: FunctionWorker, version: number): Promise<void> {
    if (!worker.isAlive) return
    if (this.#isClosed) return worker.terminate()
    const timer = setTimeout(() => {
      this.#idle.splice(this.#idle.indexOf(entry), 1)
      void worker.terminate()
    }, this.#options.idleMs)
    timer.unref()
    const entry: IdleWorker = { worker, version, timer }
    this.#idle.push(entry)
  }
}

const errorTypes = {
  'missing-module': 'Runtime.ImportModuleError',
  syntax: 'Runtime.UserCodeSyntaxError',
} as const

function limitResult(completed: Completed): Completed {
  if (completed.kind === 'threw' || Buffer.byteLength(completed.payload) <= resultBytesMax) {
    return completed
  }
  const text = `Response payload size exceeded maximum allowed payload size (${resultBytesMax} bytes).`
  return { kind: 'threw', payload: runtimeError('Function.ResponseSizeTooLarge', text) }
}
