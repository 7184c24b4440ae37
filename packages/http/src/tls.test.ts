import { once } from 'node:events'
import http2 from 'node:http2'
import https from 'node:https'
import tls from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { HttpHandler } from './listener.ts'
import { certificate } from './testing/certificate.ts'
import { textOf } from './testing/clients.ts'
import { connectRaw, exchange } from './testing/raw-client.ts'
import { json, withListener } from './testing/with-listener.ts'

const handler: HttpHandler = async ({ scheme, authority, remoteAddress }) =>
  json(200, { scheme, authority, remoteAddress })

const withTls = (
  test: (port: number, url: string) => Promise<void>,
  options: { readonly requestTimeoutMs?: number } = {},
) => withListener(handler, ({ port, url }) => test(port, url), { tls: certificate, ...options })

const ca = certificate.cert

describe('under TLS', () => {
  const answer = (port: number) => ({
    scheme: 'https',
    authority: `127.0.0.1:${port}`,
    remoteAddress: '127.0.0.1',
  })

  it('the address says so', () =>
    withTls(async (port, url) => expect(url).toBe(`https://127.0.0.1:${port}`)))

  it('HTTP/2 is spoken where the client offers it', () =>
    withTls(async (port, url) => {
      const session = http2.connect(url, { ca })
      const text = await textOf(session.request({ ':path': '/' }))
      expect(session.alpnProtocol).toBe('h2')
      expect(JSON.parse(text)).toEqual(answer(port))
      session.close()
    }))

  it('HTTP/1.1 is spoken otherwise', () =>
    withTls(async (port, url) => {
      const [response] = await once(https.get(url, { ca, agent: false }), 'response')
      expect(JSON.parse(await textOf(response))).toEqual(answer(port))
    }))

  it('HTTP/1.1 is spoken with a client that offers nothing', () =>
    withTls(async (port) => {
      const socket = tls.connect({ port, host: '127.0.0.1', ca })
      await once(socket, 'secureConnect')
      expect(socket.alpnProtocol).toBe(false)
      socket.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')
      expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 200 /)
    }))

  it('a client that offers only what is unknown is turned away', () =>
    withTls(async (port) => {
      const socket = tls.connect({ port, host: '127.0.0.1', ca, ALPNProtocols: ['spdy/1'] })
      const [error] = await once(socket, 'error')
      expect(error.code).toMatch(/NO_APPLICATION_PROTOCOL|ECONNRESET/)
    }))

  it.each(['GET / HTTP/1.1\r\nhost: a\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'])(
    'cleartext %j closes that connection alone',
    (sent) =>
      withTls(async (port, url) => {
        expect(await exchange(port, sent)).not.toContain('200')
        const [response] = await once(https.get(url, { ca, agent: false }), 'response')
        expect(response.statusCode).toBe(200)
        response.destroy()
      }),
  )

  it('a client that does not finish its handshake is dropped', () =>
    withTls(
      async (port) => {
        const client = await connectRaw(port)
        client.write(Buffer.from('160301', 'hex'))
        await client.closed()
      },
      { requestTimeoutMs: 100 },
    ))
})
