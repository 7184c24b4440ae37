import http2 from 'node:http2'
import net from 'node:net'
import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { textOf } from './testing/clients.ts'
import { connectRaw, exchange } from './testing/raw-client.ts'
import { json, withListener } from './testing/with-listener.ts'

/** Writes to a socket in pieces of `size` bytes, each in a packet of its own. */
function inPieces(socket: net.Socket, size: number): Duplex {
  socket.setNoDelay(true)
  // The session may be reset while it closes.
  socket.on('error', () => {})
  return new Duplex({
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      const next = (at: number): void => {
        if (at >= chunk.length) done()
        else socket.write(chunk.subarray(at, at + size), () => setImmediate(next, at + size))
      }
      next(0)
    },
    final: (done) => socket.end(done),
  }).on('newListener', function attach(this: Duplex) {
    this.off('newListener', attach)
    socket.on('data', (chunk) => this.push(chunk))
    socket.on('end', () => this.push(null))
  })
}

describe('a cleartext connection', () => {
  it.each([1, 2, 5, 17, 24])('speaks HTTP/2 in packets of %i bytes', (size) =>
    withListener(
      async (request) => json(200, Buffer.from(await request.body()).toString()),
      async ({ url, port }) => {
        const session = http2.connect(url, {
          createConnection: () => inPieces(net.connect(port, '127.0.0.1'), size),
        })
        const stream = session.request({ ':method': 'POST', ':path': '/' })
        stream.end('body')
        expect(await textOf(stream)).toBe('"body"')
        session.destroy()
      },
    ),
  )

  it.each(['P', 'PR', 'PRI * HTTP/2.0\r'])('that sends %j and no more is dropped', (start) =>
    withListener(
      async () => json(200, 1),
      async ({ port }) => {
        expect(await exchange(port, start)).toBe('')
      },
      { requestTimeoutMs: 100 },
    ),
  )

  it('that sends nothing is dropped', () =>
    withListener(
      async () => json(200, 1),
      async ({ port }) => {
        const client = await connectRaw(port)
        expect(await client.closed()).toBe('')
      },
      { requestTimeoutMs: 100 },
    ))

  it.each(['', 'PRI'])('that ends after %j is dropped', (start) =>
    withListener(
      async () => json(200, 1),
      async ({ port }) => {
        const client = await connectRaw(port)
        client.write(start)
        client.socket.end()
        expect(await client.closed()).toBe('')
      },
    ),
  )

  it.each(['PRI', 'PRI * HTTP/1.1', 'PRI * HTTP/2.1', 'PUT / HTTP/1.1', 'P / HTTP/1.1'])(
    'that begins like HTTP/2 but goes on as %j is HTTP/1.1',
    (line) =>
      withListener(
        async ({ method }) => json(200, method),
        async ({ port }) => {
          const response = await exchange(port, `${line}\r\nhost: a\r\nconnection: close\r\n\r\n`)
          expect(response).toMatch(line.startsWith('PUT') ? /^HTTP\/1.1 200 / : /^HTTP\/1.1 400 /)
        },
      ),
  )
})
