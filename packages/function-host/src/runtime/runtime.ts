/**
 * What runs inside a worker thread: loads a function's module once, then runs its handler whenever the
 * host asks, in the manner of Lambda's own Node.js runtime.
 *
 * Lambda's rule of the empty event loop holds: a handler with a callback is done when nothing is left to
 * run, unless it says otherwise. Here that is the thread's `beforeExit`, which comes because the port to
 * the host does not count while the handler runs.
 */
import { getHeapStatistics } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import type { InvokeMessage, WorkerMessage, WorkerSettings } from '../messages.ts'
import { type Completion, createCompletion } from './completion.ts'
import { createContext } from './context.ts'
import { FunctionLog } from './function-log.ts'
import { type Handler, loadHandler } from './load-handler.ts'
import { renderError, UnhandledPromiseRejection } from './render-error.ts'

/** Exit statuses of Lambda's runtime. */
const exitStatus = { init: 1, unhandledRejection: 128, uncaughtException: 129 }

if (parentPort === null) throw new Error('This module runs inside a worker thread.')
const port = parentPort
// The host is the only one who starts this thread.
const settings = workerData as WorkerSettings
const log = new FunctionLog((text) => post({ kind: 'log', text }))
let completion: Completion | undefined

function post(message: WorkerMessage): void {
  port.postMessage(message)
}

function fail(error: unknown, status: number): never {
  post({ kind: 'threw', payload: renderError(error), isFatal: true })
  process.exit(status)
}

process.on('uncaughtException', (error) => {
  log.error('Uncaught Exception', error)
  fail(error, exitStatus.uncaughtException)
})
process.on('unhandledRejection', (reason) => {
  const error = new UnhandledPromiseRejection(reason)
  log.error('Unhandled Promise Rejection', error)
  fail(error, exitStatus.unhandledRejection)
})
process.on('beforeExit', () => completion?.onEmptyLoop())

try {
  const handler = await loadHandler(settings)
  port.on('message', (message: InvokeMessage) => run(handler, message))
  post({ kind: 'ready' })
} catch (error) {
  log.error('Uncaught Exception', error)
  fail(error, exitStatus.init)
}

function run(handler: Handler, message: InvokeMessage): void {
  log.begin(message.requestId)
  const current = createCompletion({
    onEnd() {
      completion = undefined
      port.ref()
    },
    onReturn(payload) {
      post({ kind: 'returned', payload, heapBytes: getHeapStatistics().used_heap_size })
    },
    onThrow(error) {
      log.error('Invoke Error', error)
      post({ kind: 'threw', payload: renderError(error), isFatal: false })
    },
  })
  completion = current
  port.unref()
  try {
    const event: unknown = JSON.parse(message.payload)
    const result = handler(event, createContext(settings, message, current), current.callback)
    if (isPromiseLike(result)) result.then(current.succeed, current.fail)
  } catch (error) {
    current.fail(error)
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}
