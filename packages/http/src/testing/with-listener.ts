import { listen } from '../listen.ts'
import type {
  FaultResponses,
  HttpHandler,
  HttpResponse,
  Listener,
  ListenerOptions,
} from '../listener.ts'

/** A listener in a test, and what it told `onError`. */
export interface Listening {
  readonly listener: Listener
  readonly port: number
  readonly url: string
  /** What went to `onError`, as `context: message`. */
  readonly faults: string[]
}

/** The largest body that listeners of tests take. */
export const bodyBytesMax = 100_000

/** A response of JSON. */
export function json(status: number, value: unknown): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  }
}

const faults: FaultResponses = {
  badRequest: (status) => json(status, { fault: status }),
  internalError: () => json(500, { fault: 'internal' }),
  unavailable: () => json(503, { fault: 'unavailable' }),
}

/** Runs `test` with a listener that answers by `handler`. */
export async function withListener(
  handler: HttpHandler,
  test: (listening: Listening) => Promise<void>,
  options: Partial<ListenerOptions> = {},
): Promise<void> {
  const told: string[] = []
  const listener = await listen(handler, {
    host: '127.0.0.1',
    port: 0,
    bodyBytesMax,
    faults,
    onError: (error, context) => told.push(`${context}: ${String(error)}`),
    ...options,
  })
  try {
    await test({ listener, port: listener.port, url: listener.url, faults: told })
  } finally {
    await listener.close({ drainMs: 0 })
  }
}

/** A promise and what settles it. */
export function signalled<T = void>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
