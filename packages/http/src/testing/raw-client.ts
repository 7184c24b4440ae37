import { once } from 'node:events'
import net from 'node:net'

/** A connection on which a test writes what it likes. */
export interface RawClient {
  readonly socket: net.Socket
  write(text: string | Uint8Array): void
  /** Waits until what has come matches, and gives all that has come, as Latin-1. */
  until(pattern: RegExp): Promise<string>
  /** Waits until the server has closed, and gives all that has come. */
  closed(): Promise<string>
}

/** Connects to a port of this machine. */
export async function connectRaw(port: number): Promise<RawClient> {
  const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk) => {
    received += chunk
  })
  // A reset is one of the ways to close.
  socket.on('error', () => {})
  const ended = new Promise<void>((resolve) => {
    socket.once('end', resolve)
    socket.once('close', () => resolve())
  })
  await once(socket, 'connect')
  return {
    socket,
    write: (text) => void socket.write(text),
    async until(pattern) {
      while (!pattern.test(received)) {
        const outcome = await Promise.race([once(socket, 'data'), ended])
        if (outcome === undefined && !pattern.test(received)) {
          throw new Error(`The server closed after ${JSON.stringify(received)}`)
        }
      }
      return received
    },
    async closed() {
      await ended
      socket.destroy()
      return received
    },
  }
}

/** Sends a text, and gives all that comes until the server closes. */
export async function exchange(port: number, text: string | Uint8Array): Promise<string> {
  const client = await connectRaw(port)
  client.write(text)
  return client.closed()
}
