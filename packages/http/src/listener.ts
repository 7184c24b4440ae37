/**
 * What a server is given and gives back, whatever the protocol underneath: HTTP/1.1 and
 * prior-knowledge HTTP/2 on one cleartext port, or both under TLS by ALPN.
 */

export interface HttpRequest {
  readonly method: string
  /** The raw path, still percent-encoded, without the query string. */
  readonly path: string
  /** The raw query string without its question mark; '' if there is none. */
  readonly query: string
  /** Names in lower case; several values of one name joined by ', '. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Where the connection comes from, for logs. */
  readonly remoteAddress: string
  /** `http` or `https`, and the `host` header or `:authority`. */
  readonly scheme: 'http' | 'https'
  readonly authority: string
  /** Whether the framing announces a body (content-length above 0, chunked, or an open HTTP/2 stream). */
  readonly announcesBody: boolean
  /** The whole body. @throws BodyTooLarge beyond the listener's limit, ConnectionLost if it is cut short. */
  body(): Promise<Uint8Array>
  /** Aborted when the client goes away before the response has ended. */
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case. `content-length` is added for a body that is not a stream. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** Absent for none. An async iterable is sent chunk by chunk as it comes, flushed each time. */
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array>
}

/** Answers a request. A rejection is a bug: the listener logs it and answers `internalError`. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>

export interface ListenerOptions {
  readonly host: string
  /** 0 chooses a free one. */
  readonly port: number
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Largest request body in bytes. */
  readonly bodyBytesMax: number
  /** Answers the faults that occur below the application, in the application's own shape. */
  readonly faults: FaultResponses
  /** Told of bugs and connection faults worth a line in the log; never of bodies or headers. */
  readonly onError?: (error: unknown, context: string) => void
}

/** The protocol's own answers for what goes wrong before or beside the handler. */
export interface FaultResponses {
  /** Malformed HTTP, a bad request line, over-long headers (431). */
  badRequest(status: 400 | 408 | 431): HttpResponse
  /** The handler rejected. */
  internalError(): HttpResponse
  /** New requests while the listener drains. */
  unavailable(): HttpResponse
}

export interface Listener {
  /** `http://127.0.0.1:8443`, without a trailing slash. */
  readonly url: string
  readonly port: number
  /**
   * Takes no new connections, lets requests under way finish for at most `drainMs` (default 10000),
   * tells HTTP/2 clients to go away, then closes everything.
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
