/** A request of either protocol as handlers see it, over node's streams. */
import { randomUUID } from 'node:crypto'
import type http from 'node:http'
import http2 from 'node:http2'
import type { Readable, Writable } from 'node:stream'
import { BodyTooLarge, ConnectionLost, type HttpRequest } from './listener.ts'
import type { Settings } from './protocol.ts'
import { afterReading } from './turn.ts'

const noBytes = new Uint8Array(0)

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

abstract class StreamedRequest implements HttpRequest {
  abstract readonly authority: string
  abstract readonly announcesBody: boolean
  abstract readonly remoteAddress: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: HttpRequest['headers']
  protected readonly settings: Settings
  /** Whether the connection has closed before the whole response was sent. */
  protected abstract readonly isCutShort: boolean
  readonly #input: Readable
  readonly #output: Writable
  #body: Promise<Uint8Array> | undefined
  #abort: AbortController | undefined
  #id: string | undefined

  constructor(
    head: { method: string; target: string; headers: HttpRequest['headers'] },
    input: Readable,
    output: Writable,
    settings: Settings,
  ) {
    const { target } = head
    const mark = target.indexOf('?')
    this.method = head.method
    this.path = mark < 0 ? target : target.slice(0, mark)
    this.query = mark < 0 ? '' : target.slice(mark + 1)
    this.headers = head.headers
    this.settings = settings
    this.#input = input
    this.#output = output
  }

  get id(): string {
    if (this.#id === undefined) {
      const given = this.headers['x-request-id']
      this.#id = given !== undefined && uuid.test(given) ? given.toLowerCase() : randomUUID()
    }
    return this.#id
  }

  get scheme(): 'http' | 'https' {
    return this.settings.scheme
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController()
      const output = this.#output
      const onClose = () => {
        if (this.isCutShort) abort.abort()
      }
      if (output.destroyed) onClose()
      else output.once('close', onClose)
      this.#abort = abort
    }
    return this.#abort.signal
  }

  body(): Promise<Uint8Array> {
    this.#body ??= this.readBody()
    return this.#body
  }

  protected readBody(): Promise<Uint8Array> {
    if (!this.announcesBody) return Promise.resolve(noBytes)
    const { bodyBytesMax } = this.settings
    const length = this.headers['content-length']
    if (length !== undefined && Number(length) > bodyBytesMax) {
      return Promise.reject(new BodyTooLarge())
    }
    return readAll(this.#input, bodyBytesMax)
  }
}

/** A body that comes in one chunk, as most do, is not copied. */
function readAll(input: Readable, bytesMax: number): Promise<Uint8Array> {
  if (input.destroyed) return Promise.reject(new ConnectionLost())
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined
    let chunks: Buffer[] | undefined
    let length = 0
    input.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > bytesMax) {
        chunks = undefined
        first = undefined
        input.pause()
        reject(new BodyTooLarge())
      } else if (first === undefined) {
        first = chunk
      } else if (chunks === undefined) {
        chunks = [first, chunk]
      } else {
        chunks.push(chunk)
      }
    })
    const onClose = () => reject(new ConnectionLost())
    input.on('close', onClose)
    input.on('end', () => {
      // An HTTP/2 stream that is reset without an error ends like one that is complete.
      if (input.closed) return
      input.off('close', onClose)
      const whole = chunks ? Buffer.concat(chunks, length) : (first ?? noBytes)
      afterReading(() => resolve(whole))
    })
  })
}

/** A request of HTTP/1.1. */
export class Http1Request extends StreamedRequest {
  readonly #incoming: http.IncomingMessage
  readonly #outgoing: http.ServerResponse

  constructor(incoming: http.IncomingMessage, outgoing: http.ServerResponse, settings: Settings) {
    super(
      {
        method: incoming.method ?? '',
        target: originForm(incoming.url ?? ''),
        // Only `set-cookie` could be a list, which no request carries.
        headers: incoming.headers as HttpRequest['headers'],
      },
      incoming,
      outgoing,
      settings,
    )
    this.#incoming = incoming
    this.#outgoing = outgoing
  }

  protected get isCutShort(): boolean {
    return !this.#outgoing.writableFinished
  }

  get authority(): string {
    return this.headers.host ?? ''
  }

  get announcesBody(): boolean {
    const length = this.headers['content-length']
    return length === undefined
      ? this.headers['transfer-encoding'] !== undefined
      : Number(length) > 0
  }

  get remoteAddress(): string {
    return this.#incoming.socket.remoteAddress ?? ''
  }
}

/** A proxy's `http://host/path` as the `/path` that everyone else sends. */
function originForm(target: string): string {
  if (target.startsWith('/') || !target.includes('://')) return target
  const path = target.indexOf('/', target.indexOf('://') + 3)
  return path < 0 ? '/' : target.slice(path)
}

/** A stream of HTTP/2. */
export class Http2Request extends StreamedRequest {
  readonly announcesBody: boolean
  readonly #stream: http2.ServerHttp2Stream

  constructor(
    stream: http2.ServerHttp2Stream,
    headers: http2.IncomingHttpHeaders,
    settings: Settings,
  ) {
    super(
      {
        method: headers[':method'] ?? '',
        target: headers[':path'] ?? '',
        headers: headers as HttpRequest['headers'],
      },
      stream,
      stream,
      settings,
    )
    this.announcesBody = !stream.endAfterHeaders
    this.#stream = stream
  }

  /** Node ends the output of a stream that is reset, so that it looks finished. */
  protected get isCutShort(): boolean {
    return this.#stream.aborted || !this.#stream.writableFinished
  }

  get authority(): string {
    return this.headers[':authority'] ?? this.headers.host ?? ''
  }

  get remoteAddress(): string {
    return this.#stream.session?.socket.remoteAddress ?? ''
  }

  /** Node times whole requests on HTTP/1.1 only. */
  protected override readBody(): Promise<Uint8Array> {
    const body = super.readBody()
    if (this.announcesBody) {
      const stream = this.#stream
      const timer = setTimeout(
        () => stream.close(http2.constants.NGHTTP2_CANCEL),
        this.settings.requestTimeoutMs,
      )
      const stop = () => clearTimeout(timer)
      body.then(stop, stop)
    }
    return body
  }
}
