import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/**
 * What a proxy does with what is sent. `pass`: passes it on. `hang`: keeps it, both ways, until it passes
 * again. `mute`: keeps the server's answers from the client, and cuts the connection when the server has
 * committed. `drop`: cuts the connection when the client sends something, of which the server gets nothing.
 */
export type ProxyMode = 'pass' | 'hang' | 'mute' | 'drop'

/** What lies between a client and a server, and can break. */
export interface TestProxy {
  readonly port: number
  readonly mode: ProxyMode
  set(mode: ProxyMode): void
  /** Waits until a connection is cut. */
  cut(): Promise<void>
  close(): Promise<void>
}

/** Listens on a free port of the loopback interface for connections to a port there. */
export async function startProxy(serverPort: number): Promise<TestProxy> {
  const sockets = new Set<Socket>()
  let mode: ProxyMode = 'pass'
  let kept: (() => void)[] = []
  let onCut: (() => void)[] = []
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  }
  const listener = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1')
    track(client)
    track(server)
    const cut = () => {
      client.destroy()
      server.destroy()
      for (const tell of onCut) tell()
      onCut = []
    }
    const pass = (to: Socket, chunk: Buffer) => {
      if (mode === 'hang') kept.push(() => to.write(chunk))
      else to.write(chunk)
    }
    client.on('data', (chunk) => (mode === 'drop' ? cut() : pass(server, chunk)))
    server.on('data', (chunk) => {
      if (mode !== 'mute') pass(client, chunk)
      else if (chunk.includes('COMMIT\0')) cut()
    })
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('No port')
  return {
    port: address.port,
    get mode() {
      return mode
    },
    set(next) {
      mode = next
      if (next === 'hang') return
      for (const send of kept) send()
      kept = []
    },
    cut: () => new Promise((resolve) => onCut.push(resolve)),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}
