/** What the two protocols share behind one listener. */
import type { Socket } from 'node:net'
import type { FaultResponses, HttpRequest } from './listener.ts'

/** Speaks one protocol on the connections that the listener hands to it. */
export interface Protocol {
  accept(socket: Socket): void
  /** Answers what still comes, and ends each connection with an answer. */
  retire(): void
  /** Closes what is idle now, and everything else when its last answer has been sent. */
  drain(): void
  /** Lets go of timers once every connection is gone. */
  close(): void
}

/** The listener's options, with their defaults in place. */
export interface Settings {
  readonly scheme: 'http' | 'https'
  readonly bodyBytesMax: number
  readonly requestTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  readonly faults: FaultResponses
  readonly onError: (error: unknown, context: string, requestId?: string) => void
}

/**
 * Request line and headers together, and the header list of HTTP/2. Wire §1.1 allows 16 KiB and 8 KiB;
 * node counts them as one, so that a short request line leaves more for the headers.
 */
export const headBytesMax = 24 * 1024

/**
 * Requests that one connection may have under way. A flood beyond it (pipelined requests, streams that
 * are opened and reset) is refused; a busy driver waits for its turn by itself.
 */
export const requestsPerConnectionMax = 1000

/** Tells of a request that failed for a fault of ours: never its query string. */
export function tell(onError: Settings['onError'], error: unknown, request: HttpRequest): void {
  onError(error, `${request.method} ${request.path}`, request.id)
}
