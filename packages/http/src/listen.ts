/**
 * The listener: HTTP/1.1 and HTTP/2 on one port.
 *
 * One acceptor (a plain or a TLS server) takes the connections and finds out what each speaks: by ALPN
 * under TLS, by the first bytes otherwise. Two servers that never listen themselves do the rest.
 */
import net from 'node:net'
import tls from 'node:tls'
import { Http1 } from './http1.ts'
import { Http2 } from './http2.ts'
import type { HttpHandler, Listener, ListenerOptions } from './listener.ts'
import type { Protocol, Settings } from './protocol.ts'
import { sniff } from './sniff.ts'

const requestTimeoutMsDefault = 60_000
const keepAliveTimeoutMsDefault = 5_000
const drainMsDefault = 10_000
/** Dead clients of open streams are noticed this late at the earliest (wire §7.2). */
const tcpKeepAliveMs = 120_000

const socketOptions = {
  // Node's own HTTP servers choose the same.
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: tcpKeepAliveMs,
}

/** Listens, and answers every request with `handler`. @throws when the address cannot be used */
export async function listen(handler: HttpHandler, options: ListenerOptions): Promise<Listener> {
  const listener = new OpenListener(handler, options)
  await listener.open()
  return listener
}

class OpenListener implements Listener {
  readonly #options: ListenerOptions
  readonly #settings: Settings
  readonly #http1: Protocol
  readonly #http2: Protocol
  readonly #acceptor: net.Server
  readonly #sockets = new Set<net.Socket>()
  /** Connections that have not said yet what they speak. */
  readonly #undecided = new Set<net.Socket>()
  #port: number
  #closed: Promise<void> | undefined
  #isEmpty: Promise<void> | undefined

  constructor(handler: HttpHandler, options: ListenerOptions) {
    this.#options = options
    this.#port = options.port
    this.#settings = {
      scheme: options.tls ? 'https' : 'http',
      bodyBytesMax: options.bodyBytesMax,
      requestTimeoutMs: options.requestTimeoutMs ?? requestTimeoutMsDefault,
      keepAliveTimeoutMs: options.keepAliveTimeoutMs ?? keepAliveTimeoutMsDefault,
      faults: options.faults,
      onError: options.onError ?? (() => {}),
    }
    this.#http1 = new Http1(handler, this.#settings)
    this.#http2 = new Http2(handler, this.#settings)
    this.#acceptor = options.tls ? this.#acceptTls(options.tls) : this.#acceptCleartext()
    this.#acceptor.on('connection', (socket: net.Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    const { host } = this.#options
    return `${this.#settings.scheme}://${host.includes(':') ? `[${host}]` : host}:${this.#port}`
  }

  open(): Promise<void> {
    const { host, port } = this.#options
    return new Promise((resolve, reject) => {
      this.#acceptor.once('error', reject)
      this.#acceptor.listen({ host, port }, () => {
        this.#acceptor.off('error', reject)
        this.#acceptor.on('error', (error) => this.#settings.onError(error, 'accept'))
        const address = this.#acceptor.address()
        if (typeof address === 'object' && address !== null) this.#port = address.port
        resolve()
      })
    })
  }

  close({ drainMs = drainMsDefault }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#close(drainMs)
    return this.#closed
  }

  async retire({ lingerMs }: { readonly lingerMs: number }): Promise<void> {
    this.#http1.retire()
    this.#http2.retire()
    const isEmpty = this.#stopAccepting()
    let timer: NodeJS.Timeout | undefined
    const isOver = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, lingerMs)
    })
    await Promise.race([isEmpty, isOver])
    clearTimeout(timer)
  }

  /** Resolves when no connection is left. */
  #stopAccepting(): Promise<void> {
    this.#isEmpty ??= new Promise((resolve) => this.#acceptor.close(() => resolve()))
    return this.#isEmpty
  }

  async #close(drainMs: number): Promise<void> {
    const isEmpty = this.#stopAccepting()
    for (const socket of this.#undecided) socket.destroy()
    this.#http1.drain()
    this.#http2.drain()
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, drainMs)
    await isEmpty
    clearTimeout(timer)
    this.#http1.close()
    this.#http2.close()
  }

  #acceptTls(identity: { cert: string; key: string }): net.Server {
    return (
      tls
        .createServer({
          ...socketOptions,
          ...identity,
          ALPNProtocols: ['h2', 'http/1.1'],
          handshakeTimeout: this.#settings.requestTimeoutMs,
        })
        // Node leaves a connection open whose handshake takes too long.
        .on('tlsClientError', (_error, socket) => socket.destroy())
        .on('secureConnection', (socket) => {
          if (socket.alpnProtocol === 'h2') this.#http2.accept(socket)
          else this.#http1.accept(socket)
        })
    )
  }

  #acceptCleartext(): net.Server {
    return net.createServer(socketOptions, (socket) => {
      this.#undecided.add(socket)
      socket.once('close', () => this.#undecided.delete(socket))
      sniff(socket, this.#settings.requestTimeoutMs, (protocol) => {
        this.#undecided.delete(socket)
        if (protocol === 'h2') {
          // The session takes what is buffered by itself; flowing now would lose it.
          this.#http2.accept(socket)
        } else {
          this.#http1.accept(socket)
          socket.resume()
        }
      })
    })
  }
}
