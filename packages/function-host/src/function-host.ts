/** The function host: pools of workers behind the Lambda Invoke API. */
import { randomUUID } from 'node:crypto'
import type { HttpHandler, HttpResponse } from '@vivarium/http'
import { EventQueue } from './event-queue.ts'
import { arnOf, type FunctionDefinition, hostFunction } from './function-definition.ts'
import { FunctionModule } from './function-module.ts'
import { FunctionPool } from './function-pool.ts'
import {
  checkJson,
  type InvokeRequest,
  payloadBytesMax,
  readInvokeRequest,
  tooLarge,
} from './http/invoke-request.ts'
import { errorResponse } from './http/responses.ts'
import type { Invocation, InvocationResult, LogLine } from './invocation.ts'
import { InvokeError } from './invoke-error.ts'
import { Workshop } from './workshop.ts'

/** Settings of a function host. */
export interface FunctionHostOptions {
  readonly functions: readonly FunctionDefinition[]
  /** Whether an invocation sees what changed in a module, or in what it imports. Default false. */
  readonly reload?: boolean
  /** Told of what functions print. */
  readonly onLog?: (line: LogLine) => void
  /** The region in ARNs. Default us-east-1. */
  readonly region?: string
  /** How many workers one function may have. Default 4. */
  readonly workersMax?: number
  /** How many invocations of one function may wait for a worker; more are throttled. Default 100. */
  readonly waitingMax?: number
  /** How long a worker without work is kept, in milliseconds. Default 300000. */
  readonly idleMs?: number
  /** The waits before an `Event` is tried again, in milliseconds. Default 1 s, then 2 s. */
  readonly eventRetryDelaysMs?: readonly number[]
}

/** What came of calling a function in this process. */
export type FunctionOutcome =
  | { readonly kind: 'returned' | 'threw'; readonly payload: string }
  | { readonly kind: 'unreachable'; readonly errorName: string; readonly cause?: unknown }

/** One call from this process. */
export interface FunctionCall {
  readonly functionName: string
  readonly qualifier: string | undefined
  /** JSON text. */
  readonly payload: string
  /** Gives up while the call waits for a worker. */
  readonly signal: AbortSignal
}

/** @see createFunctionHost */
export interface FunctionHost {
  /** The Lambda Invoke API. */
  readonly handler: HttpHandler
  /** The same without HTTP. */
  invoke(call: FunctionCall): Promise<FunctionOutcome>
  /** Ends every worker, whatever it does. */
  close(): Promise<void>
}

/** Largest request body, in bytes: a little above the payload's limit, which has an answer of its own. */
export const bodyBytesMax = payloadBytesMax + 1024

/** Makes a host for functions. Nothing runs until one is invoked. */
export function createFunctionHost(options: FunctionHostOptions): FunctionHost {
  const workshop = new Workshop()
  const pools = new Pools(options, workshop)
  const events = new EventQueue(options.eventRetryDelaysMs ?? [1_000, 2_000])
  return {
    handler: async (request) => {
      const requestId = request.id
      try {
        const invoke = await readInvokeRequest(request)
        const { name, qualifier } = invoke.functionName
        return await answer(pools.find(name, qualifier), events, invoke, requestId)
      } catch (error) {
        if (!(error instanceof InvokeError)) throw error
        return errorResponse(error, requestId)
      }
    },
    async invoke({ functionName, qualifier, payload, signal }) {
      try {
        if (Buffer.byteLength(payload) > payloadBytesMax) throw tooLarge(payloadBytesMax)
        const invocation = { requestId: randomUUID(), payload: checkJson(payload) }
        return await pools.find(functionName, qualifier).invoke(invocation, signal)
      } catch (cause) {
        if (!(cause instanceof InvokeError)) throw cause
        return { kind: 'unreachable', errorName: cause.code, cause }
      }
    },
    async close() {
      // Those that wait are sent away first; ending the workers then ends what runs.
      const drained = events.close()
      await pools.close()
      await drained
      await workshop.close()
    },
  }
}

/** The pools of all functions, by name. */
class Pools {
  readonly #region: string
  readonly #byName: ReadonlyMap<string, FunctionPool>

  constructor(options: FunctionHostOptions, workshop: Workshop) {
    const { functions, reload = false, onLog = () => {}, region = 'us-east-1' } = options
    const { workersMax = 4, waitingMax = 100, idleMs = 300_000 } = options
    const directory = () => workshop.directory()
    const runtimeUrl = () => workshop.runtimeUrl()
    const names = functions.map(({ name }) => name)
    if (new Set(names).size < names.length) throw new TypeError('Two functions have the same name.')
    this.#region = region
    this.#byName = new Map(
      functions.map((definition) => {
        const hosted = hostFunction(definition, region)
        const module = new FunctionModule({ file: hosted.module, directory, reload })
        const limits = { workersMax, waitingMax, idleMs }
        return [hosted.name, new FunctionPool({ hosted, module, runtimeUrl, onLog, ...limits })]
      }),
    )
  }

  /** @throws InvokeError `ResourceNotFoundException` */
  find(name: string, qualifier: string | undefined): FunctionPool {
    const pool = this.#byName.get(name)
    if (pool !== undefined && (qualifier === undefined || qualifier === '$LATEST')) return pool
    const arn = arnOf(this.#region, name)
    const suffix = qualifier === undefined ? '' : `:${qualifier}`
    throw new InvokeError('ResourceNotFoundException', `Function not found: ${arn}${suffix}`)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byName.values()].map((pool) => pool.close()))
  }
}

async function answer(
  pool: FunctionPool,
  events: EventQueue,
  request: InvokeRequest,
  requestId: string,
): Promise<HttpResponse> {
  const { payload, clientContext } = request
  const invocation: Invocation = { requestId, payload, clientContext }
  const headers = { 'x-amzn-requestid': requestId }
  switch (request.type) {
    case 'DryRun':
      return { status: 204, headers }
    case 'Event':
      events.add({
        run: (signal) => pool.invoke(invocation, signal),
        onDrop: (reason) => pool.logDropped(invocation, reason),
      })
      return { status: 202, headers }
    case 'RequestResponse':
      return resultResponse(await pool.invoke(invocation), request.wantsLog, headers)
  }
}

function resultResponse(
  result: InvocationResult,
  wantsLog: boolean,
  headers: Readonly<Record<string, string>>,
): HttpResponse {
  return {
    status: 200,
    headers: {
      ...headers,
      'content-type': 'application/json',
      'x-amz-executed-version': '$LATEST',
      ...(result.kind === 'threw' && { 'x-amz-function-error': 'Unhandled' }),
      ...(wantsLog && { 'x-amz-log-result': Buffer.from(result.logTail).toString('base64') }),
    },
    body: result.payload,
  }
}
