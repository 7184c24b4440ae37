/** HTTP/1.1, over a `node:http` server that never listens: its connections are handed to it. */
import http from 'node:http'
import type { Socket } from 'node:net'
import { ConnectionLost, type HttpHandler, type HttpResponse } from './listener.ts'
import {
  headBytesMax,
  type Protocol,
  requestsPerConnectionMax,
  type Settings,
  tell,
} from './protocol.ts'
import { Http1Request } from './request.ts'
import { abandon, isStreamed, type StreamedBody, writeStreamed } from './streamed-body.ts'

/** How long a client that sends too much is still read from, so that it gets to see the answer. */
const lingerMs = 5_000

interface Connection {
  underWay: number
  /** The latest request, whose state tells what may still be written. */
  latest: http.IncomingMessage | undefined
  /** Its answer. */
  answer: http.ServerResponse | undefined
  isRefused: boolean
  /** How what came behind the requests under way is refused, once they are answered. */
  refusal: 400 | 408 | 431 | undefined
}

/** The HTTP/1.1 side of a listener. */
export class Http1 implements Protocol {
  readonly #handler: HttpHandler
  readonly #settings: Settings
  readonly #server: http.Server
  readonly #connections = new Map<Socket, Connection>()
  #isRetiring = false
  #isDraining = false

  constructor(handler: HttpHandler, settings: Settings) {
    this.#handler = handler
    this.#settings = settings
    const { requestTimeoutMs, keepAliveTimeoutMs } = settings
    this.#server = http.createServer({
      maxHeaderSize: headBytesMax,
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(requestTimeoutMs, 5_000),
      keepAliveTimeout: keepAliveTimeoutMs,
      // Looked at here, to answer in the application's own shape.
      requireHostHeader: false,
    })
    const onRequest = (incoming: http.IncomingMessage, outgoing: http.ServerResponse) => {
      void this.#answer(incoming, outgoing)
    }
    this.#server.on('request', onRequest)
    // An expectation that nobody knows may be ignored; node would answer it without a body.
    this.#server.on('checkExpectation', onRequest)
    this.#server.on('connect', (_incoming, socket: Socket) => this.#refuse(socket, 400))
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      const status = refusalStatus(error)
      if (status === undefined) socket.destroy()
      else this.#refuse(socket, status)
    })
    // Node enforces its timeouts from this event on.
    this.#server.emit('listening')
  }

  accept(socket: Socket): void {
    this.#connections.set(socket, {
      underWay: 0,
      latest: undefined,
      answer: undefined,
      isRefused: false,
      refusal: undefined,
    })
    socket.once('close', () => this.#connections.delete(socket))
    this.#server.emit('connection', socket)
    if (this.#isDraining) socket.destroySoon()
  }

  retire(): void {
    this.#isRetiring = true
  }

  drain(): void {
    this.#isDraining = true
    for (const [socket, { underWay }] of this.#connections) {
      if (underWay === 0) socket.destroySoon()
    }
  }

  close(): void {
    this.#server.close()
  }

  async #answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
    const { socket } = incoming
    const connection = this.#connections.get(socket)
    if (connection === undefined || connection.underWay === requestsPerConnectionMax) {
      socket.destroy()
      return
    }
    connection.underWay++
    connection.latest = incoming
    connection.answer = outgoing
    const { faults, onError } = this.#settings
    const request = new Http1Request(incoming, outgoing, this.#settings)
    try {
      let isLast = true
      let response: HttpResponse
      if (this.#isDraining) {
        response = faults.unavailable()
      } else if (request.authority === '' && incoming.httpVersion === '1.1') {
        response = faults.badRequest(400)
      } else {
        response = await this.#handler(request)
        isLast = this.#isDraining || this.#isRetiring
      }
      const sent = this.#send(response, incoming, outgoing, isLast)
      if (sent !== undefined) await sent
    } catch (error) {
      if (!(error instanceof ConnectionLost)) tell(onError, error, request)
      this.#fail(error, request.id, incoming, outgoing)
    }
    connection.underWay--
    if (connection.underWay > 0) return
    if (connection.refusal !== undefined) this.#refuse(socket, connection.refusal)
    else if (this.#isDraining) socket.destroySoon()
  }

  /** Gives a promise only if the response ends later. */
  #send(
    response: HttpResponse,
    incoming: http.IncomingMessage,
    outgoing: http.ServerResponse,
    isLast: boolean,
  ): Promise<void> | undefined {
    const { status, headers, body } = response
    if (outgoing.destroyed) {
      abandon(body)
      return
    }
    // Node does not change the lists among them, which is all that its type adds.
    const head = { ...headers } as http.OutgoingHttpHeaders
    const isUnread = !incoming.complete && mayExceed(incoming.headers, this.#settings.bodyBytesMax)
    if (isLast || isUnread) head.connection = 'close'
    if (isStreamed(body)) {
      outgoing.writeHead(status, head)
      return sendStreamed(body, incoming, outgoing)
    }
    if (status !== 204 && status !== 304 && !(body === undefined && incoming.method === 'HEAD')) {
      head['content-length'] = body === undefined ? 0 : Buffer.byteLength(body)
    }
    outgoing.writeHead(status, head)
    if (isUnread) return endSlowly(body, incoming, outgoing)
    outgoing.end(body)
    return
  }

  #fail(
    error: unknown,
    requestId: string,
    incoming: http.IncomingMessage,
    outgoing: http.ServerResponse,
  ): void {
    if (outgoing.headersSent || error instanceof ConnectionLost) {
      outgoing.destroy()
      return
    }
    void this.#send(this.#settings.faults.internalError(requestId), incoming, outgoing, true)
  }

  /** Answers what is no HTTP, or comes too slowly, and closes. */
  #refuse(socket: Socket, status: 400 | 408 | 431): void {
    const connection = this.#connections.get(socket)
    // What follows the first fault fails again; it is read only to be thrown away.
    if (connection?.isRefused) return
    if (connection !== undefined && connection.underWay > 0 && connection.latest?.complete) {
      connection.refusal = status
      return
    }
    const isAnswering =
      connection !== undefined &&
      (connection.underWay > 1 || (connection.underWay === 1 && connection.answer?.headersSent))
    if (connection === undefined || isAnswering || !socket.writable) {
      socket.destroy()
      return
    }
    connection.isRefused = true
    socket.end(renderRefusal(this.#settings.faults.badRequest(status)))
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('end', () => socket.destroy())
    socket.once('close', () => clearTimeout(timer))
    socket.resume()
  }
}

/** Absent for a connection that broke, which nobody is left to be told of. */
function refusalStatus(error: NodeJS.ErrnoException): 400 | 408 | 431 | undefined {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return 431
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408
    default:
      return error.code?.startsWith('HPE_') ? 400 : undefined
  }
}

function renderRefusal({ status, headers, body = '' }: HttpResponse): string {
  if (typeof body !== 'string') throw new TypeError('A refusal is text')
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return (
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\n${lines.join('')}` +
    `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  )
}

/** Whether a body's framing leaves it longer than allowed; otherwise node may discard what is unread. */
function mayExceed(headers: http.IncomingHttpHeaders, bytesMax: number): boolean {
  const length = headers['content-length']
  return length === undefined || Number(length) > bytesMax
}

async function sendStreamed(
  body: StreamedBody,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
): Promise<void> {
  if (incoming.method === 'HEAD') {
    abandon(body)
  } else {
    outgoing.flushHeaders()
    await writeStreamed(body, outgoing)
  }
  outgoing.end()
}

/**
 * Sends the whole answer, but ends it, and with it the connection, only when the client has stopped
 * sending: to close while bytes arrive is a reset, which can overtake the answer.
 */
function endSlowly(
  body: string | Uint8Array | undefined,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
): Promise<void> {
  if (body === undefined || body.length === 0) outgoing.flushHeaders()
  else outgoing.write(body)
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      outgoing.end()
      resolve()
    }
    const timer = setTimeout(end, lingerMs)
    incoming.once('end', end)
    incoming.once('close', end)
    incoming.resume()
  })
}
