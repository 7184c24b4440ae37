/** One worker thread with one function's module loaded in it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { HostedFunction } from './function-definition.ts'
import { type Invocation, type InvocationResult, type LogLine, runtimeError } from './invocation.ts'
import type { InvocationLog } from './invocation-log.ts'
import type { InvokeMessage, WorkerMessage, WorkerSettings } from './messages.ts'

/**
 * How long loading a module may take (Lambda's init phase), in milliseconds.
 *
 * Unverified: Lambda loads a module that was late once more, within the invocation; here the invocation
 * has timed out.
 */
export const initTimeoutMs = 10_000

const stackSizeMb = 4

/** What a worker is started with. */
export interface FunctionWorkerOptions {
  readonly hosted: HostedFunction
  /** The state of the module that is loaded. */
  readonly moduleUrl: string
  /** The runtime's own module. */
  readonly runtimeUrl: string
  readonly onLog: (line: LogLine) => void
}

/** What the worker was waited for. */
type Ended = { readonly kind: 'ready' } | Completed

/** What an invocation came to. */
export type Completed = Omit<InvocationResult, 'logTail'>

/** @see WorkerSettings for what it knows */
export class FunctionWorker {
  readonly #options: FunctionWorkerOptions
  readonly #worker: Worker
  #isAlive = true
  #log: InvocationLog | undefined
  #requestId: string | undefined
  #end: ((ended: Ended) => void) | undefined
  #peakHeapBytes = 0

  /** Starts the thread; `load` comes next. */
  constructor(options: FunctionWorkerOptions) {
    this.#options = options
    const { hosted, moduleUrl, runtimeUrl } = options
    const moduleName = path.parse(hosted.module).name
    const settings: WorkerSettings = {
      moduleUrl,
      handler: `${moduleName}.${hosted.handler}`,
      exportPath: hosted.handler,
      functionName: hosted.name,
      functionArn: hosted.arn,
      memoryMb: hosted.memoryMb,
      logGroupName: `/aws/lambda/${hosted.name}`,
      logStreamName: newLogStreamName(),
    }
    this.#worker = new Worker(new URL(runtimeUrl), {
      name: hosted.name,
      workerData: settings,
      env: environmentOf(hosted, settings),
      argv: [],
      execArgv: ['--enable-source-maps'],
      resourceLimits: { maxOldGenerationSizeMb: hosted.memoryMb, stackSizeMb },
      // Its own streams, though the runtime takes what is written before it gets there.
      stdout: true,
      stderr: true,
    })
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message))
    this.#worker.on('error', (error) => this.#onError(error))
    this.#worker.on('exit', (status) => this.#onExit(status))
    this.#worker.stdout.resume()
    this.#worker.stderr.resume()
  }

  /** Waits for the module to be loaded. If it cannot be, gives what the invocation is answered with. */
  async load(invocation: Invocation, log: InvocationLog): Promise<Completed | undefined> {
    const ended = await this.#wait(log, invocation.requestId, initTimeoutMs)
    if (ended.kind === 'ready') return undefined
    await this.terminate()
    return ended
  }

  /** Whether it can be used again. */
  get isAlive(): boolean {
    return this.#isAlive
  }

  /** Runs the handler. One at a time. */
  async invoke(invocation: Invocation, log: InvocationLog): Promise<Completed> {
    const { requestId, payload, clientContext } = invocation
    const { timeoutMs, memoryMb } = this.#options.hosted
    const started = performance.now()
    log.add(`START RequestId: ${requestId} Version: $LATEST\n`, 'host')
    const ended = this.#wait(log, requestId, timeoutMs)
    const deadlineMs = Date.now() + timeoutMs
    const message: InvokeMessage = { requestId, payload, deadlineMs, clientContext }
    this.#worker.postMessage(message)
    const completed = await ended
    const durationMs = performance.now() - started
    log.add(
      `END RequestId: ${requestId}\n` +
        `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\t` +
        `Billed Duration: ${Math.ceil(durationMs)} ms\tMemory Size: ${memoryMb} MB\t` +
        `Max Memory Used: ${Math.ceil(this.#peakHeapBytes / 2 ** 20)} MB\t\n`,
      'host',
    )
    assert(completed.kind !== 'ready', 'a worker is ready only once')
    return completed
  }

  /** Ends the thread, whatever it does. */
  async terminate(): Promise<void> {
    this.#isAlive = false
    await this.#worker.terminate()
  }

  async #wait(log: InvocationLog, requestId: string, limitMs: number): Promise<Ended> {
    this.#log = log
    this.#requestId = requestId
    let timer: NodeJS.Timeout | undefined
    const ended = await new Promise<Ended>((resolve) => {
      this.#end = resolve
      timer = setTimeout(() => {
        const text = `Task timed out after ${(limitMs / 1000).toFixed(2)} seconds`
        log.add(`${new Date().toISOString()} ${requestId} ${text}\n`)
        this.#break('Sandbox.Timedout', text)
      }, limitMs)
      // Gone before it was asked.
      if (!this.#isAlive) this.#break('Runtime.ExitError', exitText(undefined))
    })
    clearTimeout(timer)
    this.#end = undefined
    this.#log = undefined
    this.#requestId = undefined
    // Not before it is gone: a function that has been answered must not go on acting.
    if (!this.#isAlive) await this.terminate()
    return ended
  }

  #receive(message: WorkerMessage): void {
    switch (message.kind) {
      case 'log':
        this.#print(message.text)
        return
      case 'ready':
        this.#end?.(message)
        return
      case 'returned':
        this.#peakHeapBytes = Math.max(this.#peakHeapBytes, message.heapBytes)
        this.#end?.(message)
        return
      case 'threw':
        if (message.isFatal) this.#isAlive = false
        this.#end?.(message)
        return
      default:
        unreachable(message)
    }
  }

  #print(text: string): void {
    if (this.#log) this.#log.add(text)
    else this.#options.onLog({ functionName: this.#options.hosted.name, source: 'function', text })
  }

  /** What the runtime inside could not answer by itself: above all, no memory is left. */
  #onError(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    this.#print(`${text}\n`)
    const isKilled =
      error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    this.#break(
      'Runtime.ExitError',
      isKilled ? 'Runtime exited with error: signal: killed' : exitText(1),
    )
  }

  #onExit(status: number): void {
    this.#break('Runtime.ExitError', exitText(status))
  }

  #break(errorType: string, text: string): void {
    this.#isAlive = false
    const payload = runtimeError(errorType, `RequestId: ${this.#requestId} Error: ${text}`)
    this.#end?.({ kind: 'threw', payload })
  }
}

function exitText(status: number | undefined): string {
  return status === undefined || status === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${status}`
}

/** `2026/11/24/[$LATEST]0123456789abcdef0123456789abcdef`: in Lambda, each instance has its own. */
function newLogStreamName(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/')
  return `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`
}

/**
 * The whole environment of a function: nothing of the host's own gets in, least of all its secrets, but
 * where programs are.
 */
function environmentOf(hosted: HostedFunction, settings: WorkerSettings): Record<string, string> {
  const region = hosted.arn.split(':')[3] ?? ''
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
    AWS_LAMBDA_FUNCTION_NAME: hosted.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(hosted.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: settings.logStreamName,
    LAMBDA_TASK_ROOT: path.dirname(hosted.module),
    _HANDLER: settings.handler,
    ...hosted.environment,
  }
}

function unreachable(value: never): never {
  throw new Error(`No such message: ${JSON.stringify(value)}`)
}
