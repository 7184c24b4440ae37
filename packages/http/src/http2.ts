/** HTTP/2, over a `node:http2` server that never listens: its connections are handed to it. */
import http2 from 'node:http2'
import type { Socket } from 'node:net'
import { ConnectionLost, type HttpHandler, type HttpResponse } from './listener.ts'
import {
  headBytesMax,
  type Protocol,
  requestsPerConnectionMax,
  type Settings,
  tell,
} from './protocol.ts'
import { Http2Request } from './request.ts'
import { abandon, isStreamed, writeStreamed } from './streamed-body.ts'

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } =
  http2.constants

/** A session without streams is told to go away after this long. The driver closes its own sooner. */
const idleMs = 5 * 60_000
/** What one session may hold in memory: a driver with many large answers under way needs some. */
const sessionMegabytesMax = 64

/** They concern one HTTP/1.1 connection, and make an HTTP/2 message malformed (RFC 9113 §8.2.2). */
const connectionHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

interface Connection {
  underWay: number
  /** Whether a request has come. */
  hasAsked: boolean
}

/** The HTTP/2 side of a listener. */
export class Http2 implements Protocol {
  readonly #handler: HttpHandler
  readonly #settings: Settings
  readonly #server: http2.Http2Server
  readonly #sessions = new Set<http2.ServerHttp2Session>()
  #isRetiring = false
  #isDraining = false

  constructor(handler: HttpHandler, settings: Settings) {
    this.#handler = handler
    this.#settings = settings
    this.#server = http2.createServer({
      maxSessionMemory: sessionMegabytesMax,
      settings: {
        maxConcurrentStreams: requestsPerConnectionMax,
        maxHeaderListSize: headBytesMax,
      },
    })
    this.#server.on('session', (session: http2.ServerHttp2Session) => this.#open(session))
  }

  accept(socket: Socket): void {
    // A client that ends its side has left: a session uses both.
    socket.allowHalfOpen = false
    this.#server.emit('connection', socket)
  }

  retire(): void {
    this.#isRetiring = true
  }

  drain(): void {
    this.#isDraining = true
    for (const session of this.#sessions) session.close()
  }

  close(): void {
    // Nothing to let go of: timers belong to sessions.
  }

  #open(session: http2.ServerHttp2Session): void {
    const connection: Connection = { underWay: 0, hasAsked: false }
    this.#sessions.add(session)
    session.once('close', () => this.#sessions.delete(session))
    // Node stays with a session whose client has broken the protocol: it sends GOAWAY and reads no more.
    session.setTimeout(this.#settings.requestTimeoutMs, () => {
      if (!connection.hasAsked) session.destroy()
      else if (connection.underWay === 0) session.close()
    })
    session.on('error', (error) => this.#settings.onError(error, 'HTTP/2 session'))
    session.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
      if (!connection.hasAsked) session.setTimeout(idleMs)
      connection.hasAsked = true
      void this.#answer(stream, headers, connection)
    })
    if (this.#isDraining) session.close()
  }

  async #answer(
    stream: http2.ServerHttp2Stream,
    headers: http2.IncomingHttpHeaders,
    connection: Connection,
  ): Promise<void> {
    // A stream that the client resets fails; who waits for it learns that from `close`.
    stream.on('error', () => {})
    if (connection.underWay === requestsPerConnectionMax) {
      // Only streams that were reset while their handlers run on can be so many.
      stream.close(NGHTTP2_REFUSED_STREAM)
      return
    }
    connection.underWay++
    const { faults, onError } = this.#settings
    const request = new Http2Request(stream, headers, this.#settings)
    try {
      let response: HttpResponse
      if (this.#isDraining) {
        response = faults.unavailable()
      } else if (request.path === '') {
        response = faults.badRequest(400)
      } else if (isOverlong(headers)) {
        response = faults.badRequest(431)
      } else {
        if (headers.expect === '100-continue') stream.additionalHeaders({ ':status': 100 })
        response = await this.#handler(request)
      }
      const sent = send(response, request.method, stream)
      if (sent !== undefined) await sent
    } catch (error) {
      if (!(error instanceof ConnectionLost)) tell(onError, error, request)
      this.#fail(error, request, stream)
    }
    connection.underWay--
    // Together with the answer, so that the client knows it before it asks again. Whatever it sent meanwhile
    // would be refused.
    if (this.#isRetiring && connection.underWay === 0) stream.session?.close()
  }

  #fail(error: unknown, { method, id }: Http2Request, stream: http2.ServerHttp2Stream): void {
    if (error instanceof ConnectionLost) stream.close(NGHTTP2_CANCEL)
    else if (stream.headersSent) stream.close(NGHTTP2_INTERNAL_ERROR)
    else void send(this.#settings.faults.internalError(id), method, stream)
  }
}

/** Whether headers are longer than allowed. Node holds only those clients to it that know our settings. */
function isOverlong(headers: http2.IncomingHttpHeaders): boolean {
  let bytes = 0
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0)
  return bytes > headBytesMax
}

/** Gives a promise only if the response ends later. */
function send(
  { status, headers, body }: HttpResponse,
  method: string,
  stream: http2.ServerHttp2Stream,
): Promise<void> | undefined {
  if (stream.destroyed || stream.closed) {
    abandon(body)
    return
  }
  const head: http2.OutgoingHttpHeaders = { ':status': status }
  for (const [name, value] of Object.entries(headers)) {
    if (!connectionHeaders.has(name)) head[name] = typeof value === 'string' ? value : [...value]
  }
  const isBodiless = method === 'HEAD' || status === 204 || status === 304
  if (isStreamed(body)) {
    if (isBodiless) abandon(body)
    stream.respond(head, { endStream: isBodiless })
    return isBodiless ? undefined : sendStreamed(body, stream)
  }
  if (status !== 204 && status !== 304 && !(body === undefined && method === 'HEAD')) {
    head['content-length'] = body === undefined ? 0 : Buffer.byteLength(body)
  }
  if (isBodiless || body === undefined || body.length === 0) {
    stream.respond(head, { endStream: true })
  } else {
    stream.respond(head)
    stream.end(body)
  }
  stopReading(stream)
  return
}

async function sendStreamed(
  body: AsyncIterable<string | Uint8Array>,
  stream: http2.ServerHttp2Stream,
): Promise<void> {
  await writeStreamed(body, stream)
  if (stream.destroyed) return
  stream.end()
  stopReading(stream)
}

/** The answer is complete; a client that still sends is asked to stop, without a failure (RFC 9113 §8.1). */
function stopReading(stream: http2.ServerHttp2Stream): void {
  if (!stream.endAfterHeaders && !stream.readableEnded) stream.close(NGHTTP2_NO_ERROR)
}
