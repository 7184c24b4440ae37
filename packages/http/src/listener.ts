/**
 * What a server is given and gives back, whatever the protocol underneath: HTTP/1.1 and
 * prior-knowledge HTTP/2 on one cleartext port, or both under TLS by ALPN.
 */

/** A request, of either protocol. */
export interface HttpRequest {
  /** A UUID of its own, for logs and answers: the `x-request-id` that came with it, if that is a UUID. */
  readonly id: string
  readonly method: string
  /** The raw path, still percent-encoded, without the query string. */
  readonly path: string
  /** The raw query string without its question mark; '' if there is none. */
  readonly query: string
  /**
   * Names in lower case, as node gives them: several values of one name are joined by ', ', and of a
   * name that may occur once (`authorization`, `content-type`, `host`) the first is kept.
   */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Where the connection comes from, for logs. */
  readonly remoteAddress: string
  /** `http` or `https`, and the `host` header or `:authority`. */
  readonly scheme: 'http' | 'https'
  readonly authority: string
  /** Whether the framing announces a body (content-length above 0, chunked, or an open HTTP/2 stream). */
  readonly announcesBody: boolean
  /**
   * The whole body; empty if there is none. Asked again, it gives the same bytes, which belong to the
   * caller. It need not be read: what a handler leaves unread is discarded with the answer.
   *
   * @throws BodyTooLarge beyond the listener's limit, ConnectionLost if it is cut short.
   */
  body(): Promise<Uint8Array>
  /** Aborted when the client goes away before the response has ended. */
  readonly signal: AbortSignal
}

/** The answer to a request, of either protocol. */
export interface HttpResponse {
  readonly status: number
  /**
   * Names in lower case. The listener adds `content-length` for a body that is not a stream, `date`,
   * and on HTTP/1.1 what concerns the connection; on HTTP/2 such headers are left out.
   */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /**
   * Absent for none. An async iterable is sent chunk by chunk as it comes, each flushed, no faster than
   * the client reads; it is `return()`ed when the client leaves. It should end at `request.signal` too:
   * an async generator that waits cannot be returned from.
   */
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array>
}

/**
 * Answers a request. A rejection is a bug: the listener tells `onError` and answers `internalError`;
 * only a `ConnectionLost` that passes through is nobody's fault and is ignored.
 */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>

/** Where and how a listener listens. */
export interface ListenerOptions {
  readonly host: string
  /** 0 chooses a free one. */
  readonly port: number
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Largest request body in bytes. */
  readonly bodyBytesMax: number
  /** How long a client may take to send a whole request. Default 60000. @see wire §1.1 */
  readonly requestTimeoutMs?: number
  /** How long an HTTP/1.1 connection is kept between requests. Default 5000. @see wire §1.1 */
  readonly keepAliveTimeoutMs?: number
  /** Answers the faults that occur below the application, in the application's own shape. */
  readonly faults: FaultResponses
  /** Told of bugs and connection faults worth a line in the log; never of bodies or headers. */
  readonly onError?: (error: unknown, context: string, requestId?: string) => void
}

/** The protocol's own answers for what goes wrong before or beside the handler. */
export interface FaultResponses {
  /** Malformed HTTP, a request that took too long (408), over-long headers (431). Not a stream. */
  badRequest(status: 400 | 408 | 431): HttpResponse
  /** The handler rejected. */
  internalError(requestId: string): HttpResponse
  /** A request that came on an open connection while the listener drains. */
  unavailable(): HttpResponse
}

/** A server that listens. */
export interface Listener {
  /** `http://127.0.0.1:8443`, without a trailing slash. */
  readonly url: string
  readonly port: number
  /**
   * Takes no new connections, and lets those that are open end by themselves: what still comes on them is
   * answered, and clients are told that the answer is the last. Resolves when none is left, or after
   * `lingerMs`. Where others listen at the same port, no request is lost.
   */
  retire(options: { readonly lingerMs: number }): Promise<void>
  /**
   * Takes no new connections, closes idle ones, lets requests under way finish for at most `drainMs`
   * (default 10000), then closes everything. Clients are told: `connection: close`, GOAWAY.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>
}

/** The body is longer than `bodyBytesMax`; the rest of it was not read. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** The client went away in the middle of its request. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}
