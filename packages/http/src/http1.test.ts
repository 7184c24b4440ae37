import { once } from 'node:events'
import http from 'node:http'
import { describe, expect, it } from 'vitest'
import { BodyTooLarge, ConnectionLost, type HttpHandler } from './listener.ts'
import { connectRaw, exchange } from './testing/raw-client.ts'
import { bodyBytesMax, json, signalled, withListener } from './testing/with-listener.ts'

const echo: HttpHandler = async (request) => {
  try {
    const body = Buffer.from(await request.body()).toString()
    return json(200, { path: request.path, body, announcesBody: request.announcesBody })
  } catch (error) {
    if (error instanceof BodyTooLarge) return json(413, 'too large')
    throw error
  }
}

const head = (response: string) => response.slice(0, response.indexOf('\r\n\r\n')).toLowerCase()
const statusOf = (response: string) => Number(/^HTTP\/1\.1 (\d+) /.exec(response)?.[1])

describe('what is no HTTP/1.1', () => {
  it.each<[string, string | Uint8Array, number]>([
    ['garbage', 'garbage\r\n\r\n', 400],
    ['random bytes', Uint8Array.from({ length: 300 }, (_, i) => (i * 73 + 1) % 256), 400],
    ['the hello of TLS', Buffer.from('1603010200010001fc0303', 'hex'), 400],
    ['an unknown version', 'GET / HTTP/9.9\r\nhost: a\r\n\r\n', 400],
    ['a broken request line', 'GET\r\nhost: a\r\n\r\n', 400],
    ['a space before a header’s colon', 'GET / HTTP/1.1\r\nhost : a\r\n\r\n', 400],
    ['a header line without a colon', 'GET / HTTP/1.1\r\nhost: a\r\nnonsense\r\n\r\n', 400],
    ['a length that is no number', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n', 400],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      400,
    ],
    [
      'a length and chunks, with which requests are smuggled',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'a chunk without a size',
      'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n',
      400,
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n', 400],
    ['over-long headers', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 431],
    ['an over-long path', `GET /${'y'.repeat(40_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 431],
  ])(
    '%s is answered once, in the application’s shape, and the connection closed',
    (_, sent, status) =>
      withListener(echo, async ({ port }) => {
        const response = await exchange(port, sent)
        expect(statusOf(response)).toBe(status)
        expect(head(response)).toContain('connection: close')
        expect(head(response)).toContain('content-type: application/json')
        expect(response).toMatch(new RegExp(`\\r\\n\\r\\n{"fault":${status}}$`))
        expect(response.match(/HTTP\/1\.1/g)).toHaveLength(1)
        // The listener goes on.
        expect(statusOf(await exchange(port, closing('/')))).toBe(200)
      }),
  )

  it('behind a good request does not take its answer away', () =>
    withListener(echo, async ({ port }) => {
      const response = await exchange(port, 'GET /good HTTP/1.1\r\nhost: a\r\n\r\ngarbage\r\n\r\n')
      expect(response).toMatch(
        /^HTTP\/1\.1 200 .*"path":"\/good".*HTTP\/1\.1 400 .*{"fault":400}$/s,
      )
    }))
})

const closing = (path: string) => `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`

describe('a connection of HTTP/1.1', () => {
  it('is kept for the next request', () =>
    withListener(echo, async ({ port }) => {
      const client = await connectRaw(port)
      for (const path of ['/1', '/2', '/3']) {
        client.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`)
        await client.until(new RegExp(`"path":"${path}"`))
      }
      client.write(closing('/4'))
      expect((await client.closed()).match(/HTTP\/1\.1 200/g)).toHaveLength(4)
    }))

  it('answers pipelined requests in their order, whichever is ready first', () => {
    const second = signalled()
    return withListener(
      async ({ path }) => {
        if (path === '/1') await second.promise
        else second.resolve()
        return json(200, path)
      },
      async ({ port }) => {
        const response = await exchange(port, `GET /1 HTTP/1.1\r\nhost: a\r\n\r\n${closing('/2')}`)
        expect(response.indexOf('"/1"')).toBeGreaterThan(0)
        expect(response.indexOf('"/2"')).toBeGreaterThan(response.indexOf('"/1"'))
      },
    )
  })

  it('takes a request a byte at a time', () =>
    withListener(echo, async ({ port }) => {
      const client = await connectRaw(port)
      const sent =
        'POST /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc'
      for (const byte of sent) await new Promise((resolve) => client.socket.write(byte, resolve))
      expect(await client.closed()).toContain('"path":"/slow","body":"abc"')
    }))

  it('takes chunks, and answers those beyond the limit', () =>
    withListener(echo, async ({ port }) => {
      const chunked = 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n'
      const small = await connectRaw(port)
      small.write(`${chunked}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`)
      expect(await small.until(/}/)).toContain('"body":"abcde"')
      small.socket.destroy()
      const large = await connectRaw(port)
      large.write(`${chunked}${(bodyBytesMax + 1).toString(16)}\r\n${'x'.repeat(bodyBytesMax + 1)}`)
      const response = await large.until(/"too large"/)
      expect(statusOf(response)).toBe(413)
      expect(head(response)).toContain('connection: close')
      large.socket.end()
      await large.closed()
    }))

  it('answers 413 to a length beyond the limit before any of it comes', () =>
    withListener(echo, async ({ port }) => {
      const client = await connectRaw(port)
      client.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9000000\r\n\r\n')
      expect(statusOf(await client.until(/"too large"/))).toBe(413)
      client.socket.end()
      await client.closed()
    }))

  it('reads what a body left unread, and serves the next request', () =>
    withListener(
      async ({ path }) => json(200, path),
      async ({ port }) => {
        const client = await connectRaw(port)
        client.write(
          `POST /1 HTTP/1.1\r\nhost: a\r\ncontent-length: 50000\r\n\r\n${'x'.repeat(50_000)}`,
        )
        client.write(closing('/2'))
        expect(await client.closed()).toMatch(/"\/1".*"\/2"$/s)
      },
    ))

  it('tells a body that is cut short from one that has ended', () => {
    const outcome = signalled<unknown>()
    return withListener(
      async (request) => {
        const reading = request.body()
        await reading.catch(outcome.resolve)
        return json(200, Buffer.from(await reading).length)
      },
      async ({ port, faults }) => {
        const client = await connectRaw(port)
        client.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc')
        client.socket.end()
        client.socket.destroySoon()
        expect(await outcome.promise).toBeInstanceOf(ConnectionLost)
        expect(faults).toEqual([])
      },
    )
  })

  it('is told to go on when it expects to be, and ignored what else it expects', () =>
    withListener(echo, async ({ port }) => {
      const client = await connectRaw(port)
      client.write(
        'POST /c HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n',
      )
      await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
      client.write('ok')
      await client.until(/"body":"ok"/)
      client.write('GET /magic HTTP/1.1\r\nhost: a\r\nexpect: magic\r\nconnection: close\r\n\r\n')
      expect(await client.closed()).toContain('"path":"/magic"')
    }))

  it('may name the whole address, as proxies do', () =>
    withListener(echo, async ({ port }) => {
      for (const [target, path] of [
        ['http://a/b', '/b'],
        ['http://a', '/'],
      ]) {
        const sent = `GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`
        expect(await exchange(port, sent)).toContain(`"path":"${path}"`)
      }
    }))

  it('of HTTP/1.0 needs no host, and is closed', () =>
    withListener(echo, async ({ port }) => {
      expect(statusOf(await exchange(port, 'GET / HTTP/1.0\r\n\r\n'))).toBe(200)
    }))

  it('aborts the signal when the client leaves', () => {
    const asked = signalled()
    const aborted = signalled<boolean>()
    return withListener(
      async ({ signal }) => {
        signal.addEventListener('abort', () => aborted.resolve(signal.aborted))
        asked.resolve()
        await aborted.promise
        return json(200, 1)
      },
      async ({ port, faults }) => {
        const client = await connectRaw(port)
        client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
        await asked.promise
        client.socket.destroy()
        expect(await aborted.promise).toBe(true)
        expect(faults).toEqual([])
      },
    )
  })

  it('with too many requests under way is given up', () => {
    const never = signalled()
    let asked = 0
    return withListener(
      async () => {
        asked++
        await never.promise
        return json(200, 1)
      },
      async ({ port }) => {
        await exchange(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(3_000))
        expect(asked).toBeLessThanOrEqual(1_000)
        never.resolve()
      },
    )
  })
})

describe('a client of HTTP/1.1 that is slow', () => {
  it.each([
    ['in its head', 'GET / HTTP/1.1\r\nhost: a\r\n'],
    ['in its body', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nab'],
  ])('%s is told so and dropped', (_, sent) =>
    withListener(
      echo,
      async ({ port }) => {
        const response = await exchange(port, sent)
        expect(statusOf(response)).toBe(408)
        expect(response).toContain('{"fault":408}')
      },
      { requestTimeoutMs: 300 },
    ),
  )

  it('to send another request is dropped', () =>
    withListener(
      echo,
      async ({ port }) => {
        const client = await connectRaw(port)
        client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
        expect(statusOf(await client.closed())).toBe(200)
      },
      { keepAliveTimeoutMs: 100 },
    ))

  it('to answer is not: the time is for requests', () => {
    const dropped = signalled()
    return withListener(
      async () => {
        await dropped.promise
        return json(200, 'late')
      },
      async ({ port }) => {
        const late = await connectRaw(port)
        late.write(closing('/'))
        // Another connection's timeout passes meanwhile.
        const silent = await connectRaw(port)
        silent.write('GET / HTTP/1.1\r\n')
        await silent.closed()
        dropped.resolve()
        expect(await late.closed()).toContain('"late"')
      },
      { requestTimeoutMs: 200 },
    )
  })
})

describe('node’s agent', () => {
  it('uses one connection for many requests', () =>
    withListener(echo, async ({ url }) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      const ports = new Set<unknown>()
      for (let i = 0; i < 5; i++) {
        const request = http.get(url, { agent })
        const [response]: http.IncomingMessage[] = await once(request, 'response')
        ports.add(response?.socket.localPort)
        response?.resume()
        if (response) await once(response, 'end')
      }
      expect(ports.size).toBe(1)
      agent.destroy()
    }))
})
