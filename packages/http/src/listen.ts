/**
 * The listener: HTTP/1.1 and HTTP/2 on one port.
 *
 * A cleartext connection tells by its first bytes which it speaks: the HTTP/2 client preface, or anything
 * else. Under TLS, ALPN decides. Both end in node's `request` event with compatible objects, so one adapter
 * serves them.
 */
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import type tls from 'node:tls'
import {
  BodyTooLarge,
  ConnectionLost,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  type Listener,
  type ListenerOptions,
} from './listener.ts'

/** Request line and headers together (wire §1.1 allows 16 KiB and 8 KiB; node counts them as one). */
const headerBytesMax = 24 * 1024
const requestTimeoutMs = 60_000
const keepAliveTimeoutMs = 5_000
/** Streams that one HTTP/2 connection may have open: a flood is refused, a busy driver is not. */
const streamsPerSessionMax = 1000
const drainMsDefault = 10_000

const preface = Buffer.from('PRI * HTTP/2.0')

type AnyRequest = http.IncomingMessage | http2.Http2ServerRequest
type AnyResponse = http.ServerResponse | http2.Http2ServerResponse

/** Listens, and answers every request with `handler`. @throws when the address cannot be used */
export async function listen(handler: HttpHandler, options: ListenerOptions): Promise<Listener> {
  const server = new Server(handler, options)
  await server.listen()
  return server
}

class Server implements Listener {
  readonly #handler: HttpHandler
  readonly #options: ListenerOptions
  readonly #http1: http.Server
  readonly #http2: http2.Http2Server | http2.Http2SecureServer
  /** What accepts connections: the TLS server itself, or one that looks at the first bytes. */
  readonly #acceptor: net.Server
  readonly #sockets = new Set<net.Socket>()
  readonly #sessions = new Set<http2.ServerHttp2Session>()
  #isDraining = false
  #pending = 0
  #idle: (() => void) | undefined

  constructor(handler: HttpHandler, options: ListenerOptions) {
    this.#handler = handler
    this.#options = options
    const { tls } = options
    const settings = {
      maxConcurrentStreams: streamsPerSessionMax,
      maxHeaderListSize: headerBytesMax,
    }
    this.#http1 = http.createServer({
      maxHeaderSize: headerBytesMax,
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
    })
    this.#http2 = tls
      ? http2.createSecureServer({ ...tls, allowHTTP1: true, settings })
      : http2.createServer({ settings })
    this.#acceptor = tls
      ? (this.#http2 as http2.Http2SecureServer)
      : net.createServer((socket) => this.#sniff(socket))
    this.#wire()
  }

  get port(): number {
    const address = this.#acceptor.address()
    return typeof address === 'object' && address !== null ? address.port : this.#options.port
  }

  get url(): string {
    const { host, tls } = this.#options
    const name = host.includes(':') ? `[${host}]` : host
    return `${tls ? 'https' : 'http'}://${name}:${this.port}`
  }

  listen(): Promise<void> {
    const { host, port } = this.#options
    return new Promise((resolve, reject) => {
      this.#acceptor.once('error', reject)
      this.#acceptor.listen({ host, port }, () => {
        this.#acceptor.off('error', reject)
        resolve()
      })
    })
  }

  async close({ drainMs = drainMsDefault }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#isDraining = true
    const closed = new Promise<void>((resolve) => this.#acceptor.close(() => resolve()))
    this.#http1.closeIdleConnections()
    for (const session of this.#sessions) session.close()
    if (this.#pending > 0) await this.#drained(drainMs)
    for (const session of this.#sessions) session.destroy()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #drained(drainMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, drainMs)
      this.#idle = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #wire(): void {
    const onRequest = (request: AnyRequest, response: AnyResponse) => {
      void this.#answer(request, response)
    }
    this.#http1.on('request', onRequest)
    this.#http1.on('checkContinue', (request: AnyRequest, response: http.ServerResponse) => {
      response.writeContinue()
      onRequest(request, response)
    })
    this.#http1.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      this.#refuse(error, socket as net.Socket),
    )
    this.#http2.on('request', onRequest)
    this.#http2.on('session', (session: http2.ServerHttp2Session) => {
      this.#sessions.add(session)
      session.on('close', () => this.#sessions.delete(session))
      session.on('error', (error) => this.#options.onError?.(error, 'HTTP/2 session'))
    })
    this.#http2.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      this.#refuse(error, socket as net.Socket),
    )
    this.#acceptor.on('connection', (socket: net.Socket) => {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#http2.on('tlsClientError', (_error: Error, socket: tls.TLSSocket) => socket.destroy())
  }

  /** Hands a cleartext connection to the protocol that its first bytes speak. */
  #sniff(socket: net.Socket): void {
    let head: Buffer = Buffer.alloc(0)
    const onError = () => socket.destroy()
    const decide = (chunk: Buffer) => {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      const length = Math.min(head.length, preface.length)
      const mayBeHttp2 = head.compare(preface, 0, length, 0, length) === 0
      if (mayBeHttp2 && head.length < preface.length) {
        socket.once('data', decide)
        return
      }
      socket.pause()
      socket.off('error', onError)
      socket.setTimeout(0)
      socket.unshift(head)
      if (mayBeHttp2) {
        // The session reads what is buffered by itself; flowing now would lose it.
        this.#http2.emit('connection', socket)
      } else {
        this.#http1.emit('connection', socket)
        socket.resume()
      }
    }
    socket.setTimeout(requestTimeoutMs, onError)
    socket.on('error', onError)
    socket.once('data', decide)
  }

  /** Answers what is no HTTP, in the application's own shape, and closes. */
  #refuse(error: NodeJS.ErrnoException, socket: net.Socket): void {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : timedOut(error) ? 408 : 400
    const response = this.#options.faults.badRequest(status)
    const body = Buffer.from(typeof response.body === 'string' ? response.body : '')
    const headers = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(
      `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${headers.join('')}` +
        `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    )
  }

  async #answer(incoming: AnyRequest, outgoing: AnyResponse): Promise<void> {
    const { faults, onError } = this.#options
    this.#pending++
    incoming.on('error', () => {})
    outgoing.on('error', () => {})
    try {
      const response = this.#isDraining
        ? faults.unavailable()
        : await this.#handler(new Request(incoming, outgoing, this.#options))
      await send(response, incoming, outgoing, this.#isDraining)
    } catch (error) {
      if (!(error instanceof ConnectionLost)) {
        onError?.(error, `${incoming.method} ${pathOf(incoming.url ?? '')}`)
        if (outgoing.headersSent) outgoing.destroy()
        else await send(faults.internalError(), incoming, outgoing, true).catch(() => {})
      }
    } finally {
      this.#pending--
      if (this.#pending === 0) this.#idle?.()
    }
  }
}

function timedOut(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
}

const pathOf = (url: string) => {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}

/** A node request, of either protocol, as handlers see it. */
class Request implements HttpRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: HttpRequest['headers']
  readonly #incoming: AnyRequest
  readonly #outgoing: AnyResponse
  readonly #bodyBytesMax: number
  readonly #isTls: boolean
  #abort: AbortController | undefined

  constructor(incoming: AnyRequest, outgoing: AnyResponse, options: ListenerOptions) {
    const url = incoming.url ?? '/'
    this.method = incoming.method ?? 'GET'
    this.path = pathOf(url)
    this.query = url.slice(this.path.length + 1)
    // Node joins repeated headers, except cookies of HTTP/2, which nobody here reads.
    this.headers = incoming.headers as HttpRequest['headers']
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.#bodyBytesMax = options.bodyBytesMax
    this.#isTls = options.tls !== undefined
  }

  get remoteAddress(): string {
    return this.#incoming.socket?.remoteAddress ?? ''
  }

  get scheme(): 'http' | 'https' {
    return this.#isTls ? 'https' : 'http'
  }

  get authority(): string {
    return this.headers[':authority'] ?? this.headers.host ?? ''
  }

  get announcesBody(): boolean {
    if (this.#incoming.httpVersionMajor === 2)
      return !(this.#incoming as { complete: boolean }).complete
    const length = this.headers['content-length']
    return (
      this.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
    )
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController()
      this.#outgoing.on('close', () => {
        if (!this.#outgoing.writableFinished) abort.abort()
      })
      this.#abort = abort
    }
    return this.#abort.signal
  }

  body(): Promise<Uint8Array> {
    const incoming = this.#incoming
    const max = this.#bodyBytesMax
    if (Number(this.headers['content-length'] ?? 0) > max) return Promise.reject(new BodyTooLarge())
    return new Promise((resolve, reject) => {
      let first: Buffer | undefined
      let rest: Buffer[] | undefined
      let length = 0
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > max) {
          incoming.pause()
          reject(new BodyTooLarge())
        } else if (first === undefined) first = chunk
        else if (rest === undefined) rest = [first, chunk]
        else rest.push(chunk)
      })
      incoming.on('end', () => resolve(rest ? Buffer.concat(rest) : (first ?? Buffer.alloc(0))))
      incoming.on('aborted', () => reject(new ConnectionLost()))
      incoming.on('close', () => reject(new ConnectionLost()))
    })
  }
}

async function send(
  response: HttpResponse,
  incoming: AnyRequest,
  outgoing: AnyResponse,
  closes: boolean,
): Promise<void> {
  if (outgoing.destroyed) return
  const { status, headers, body } = response
  const isHttp1 = incoming.httpVersionMajor < 2
  // A body that was not read to its end makes the connection unusable for another request.
  const isUnread = isHttp1 && !incoming.complete
  const connection: Record<string, string> =
    isHttp1 && (closes || isUnread) ? { connection: 'close' } : {}
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    writeHead(outgoing, status, {
      ...headers,
      ...(status === 204 || status === 304 ? {} : { 'content-length': String(bytes?.length ?? 0) }),
      ...connection,
    })
    outgoing.end(incoming.method === 'HEAD' || bytes === undefined ? '' : bytes)
    if (isUnread) incoming.resume()
    return
  }
  writeHead(outgoing, status, { ...headers, ...connection })
  await sendStream(body, outgoing)
}

function writeHead(
  outgoing: AnyResponse,
  status: number,
  headers: Record<string, string | readonly string[]>,
): void {
  // The two classes take the same arguments; their types do not unite.
  ;(outgoing as http.ServerResponse).writeHead(status, headers as http.OutgoingHttpHeaders)
}

async function sendStream(
  body: AsyncIterable<string | Uint8Array>,
  outgoing: AnyResponse,
): Promise<void> {
  const stream = outgoing as http.ServerResponse
  stream.flushHeaders?.()
  const gone = new Promise<'gone'>((resolve) => stream.once('close', () => resolve('gone')))
  const iterator = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), gone])
      if (next === 'gone' || next.done) break
      if (!stream.write(next.value)) {
        const drained = new Promise<void>((resolve) => stream.once('drain', resolve))
        await Promise.race([drained, gone])
      }
    }
  } finally {
    await iterator.return?.()
    stream.end()
  }
}
