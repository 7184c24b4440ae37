import { once } from 'node:events'
import http2 from 'node:http2'
import { describe, expect, it } from 'vitest'
import { ConnectionLost } from './listener.ts'
import { textOf } from './testing/clients.ts'
import { connectRaw, exchange } from './testing/raw-client.ts'
import { json, signalled, withListener } from './testing/with-listener.ts'

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** A frame: length, type, flags, stream, payload. */
function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.of()) {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}
const [dataType, headersType, resetType, settingsType] = [0, 1, 3, 4]
const settings = frame(settingsType, 0, 0)
/** `:method GET`, `:scheme http`, `:path /`, `:authority a`, in HPACK. */
const getHeaders = Buffer.concat([Buffer.of(0x82, 0x86, 0x84, 0x41, 0x01), Buffer.from('a')])

const ok = async () => json(200, 'ok')
const asked = async (url: string) => {
  const session = http2.connect(url)
  const text = await textOf(session.request({ ':path': '/' }))
  session.close()
  return text
}

describe('what is no HTTP/2', () => {
  it.each<[string, Uint8Array]>([
    ['another preface', Buffer.from('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n')],
    ['garbage after the preface', Buffer.from(`${preface}${'garbage '.repeat(50)}`)],
    [
      'a frame before the settings',
      Buffer.concat([Buffer.from(preface), frame(headersType, 5, 1, getHeaders)]),
    ],
    ['an over-long frame', Buffer.concat([Buffer.from(preface), settings, Buffer.alloc(9, 0xff)])],
    [
      'headers on stream 0',
      Buffer.concat([Buffer.from(preface), settings, frame(headersType, 5, 0, getHeaders)]),
    ],
    [
      'headers that are no HPACK',
      Buffer.concat([
        Buffer.from(preface),
        settings,
        frame(headersType, 5, 1, Buffer.alloc(50, 0xff)),
      ]),
    ],
  ])('%s closes the connection, after the timeout at the latest, and nothing else', (_, sent) =>
    withListener(
      ok,
      async ({ url, port, faults }) => {
        await exchange(port, sent)
        expect(await asked(url)).toBe('"ok"')
        expect(faults.filter((fault) => !fault.startsWith('HTTP/2 session: '))).toEqual([])
      },
      { requestTimeoutMs: 300 },
    ),
  )

  it('without a path is refused, and the next request served', () =>
    withListener(ok, async ({ url }) => {
      const session = http2.connect(url)
      const stream = session.request({ ':method': 'CONNECT', ':authority': 'a' })
      const [response] = await once(stream, 'response')
      expect(response[':status']).toBe(400)
      stream.close()
      expect(await textOf(session.request({ ':path': '/' }))).toBe('"ok"')
      session.close()
    }))

  it('with over-long headers is refused, and the next request served', () =>
    withListener(ok, async ({ url }) => {
      const session = http2.connect(url)
      // Sent before the client knows what the server allows.
      const stream = session.request({ ':path': '/', 'x-long': 'y'.repeat(40_000) })
      const [response] = await once(stream, 'response')
      expect(response[':status']).toBe(431)
      expect(await textOf(stream)).toBe('{"fault":431}')
      expect(await textOf(session.request({ ':path': '/' }))).toBe('"ok"')
      session.close()
    }))
})

describe('a session of HTTP/2', () => {
  it('answers many streams at once, each when it is ready', () => {
    const waiting = new Map<string, () => void>()
    const all = signalled()
    return withListener(
      async ({ path }) => {
        await new Promise<void>((resolve) => {
          waiting.set(path, resolve)
          if (waiting.size === 100) all.resolve()
        })
        return json(200, path)
      },
      async ({ url }) => {
        const session = http2.connect(url)
        const texts = Array.from({ length: 100 }, (_, i) =>
          textOf(session.request({ ':path': `/${i}` })),
        )
        await all.promise
        for (const answer of [...waiting.values()].reverse()) answer()
        expect(await Promise.all(texts)).toEqual(Array.from({ length: 100 }, (_, i) => `"/${i}"`))
        session.close()
      },
    )
  })

  it('tells a body that is reset from one that has ended', () => {
    const reading = signalled()
    const outcome = signalled<unknown>()
    return withListener(
      async (request) => {
        const body = request.body()
        reading.resolve()
        outcome.resolve(await body.catch((error) => error))
        return json(200, (await body).length)
      },
      async ({ port, faults }) => {
        const client = await connectRaw(port)
        const abc = frame(dataType, 0, 1, Buffer.from('abc'))
        client.write(preface)
        client.write(Buffer.concat([settings, frame(headersType, 4, 1, getHeaders), abc]))
        await reading.promise
        client.write(frame(resetType, 0, 1, Buffer.of(0, 0, 0, 8)))
        expect(await outcome.promise).toBeInstanceOf(ConnectionLost)
        expect(faults).toEqual([])
        client.socket.destroy()
      },
    )
  })

  it('drops a body that takes too long', () => {
    const outcome = signalled<unknown>()
    return withListener(
      async (request) => {
        const body = request.body()
        outcome.resolve(await body.catch((error) => error))
        return json(200, (await body).length)
      },
      async ({ url }) => {
        const session = http2.connect(url)
        const stream = session.request({ ':method': 'POST', ':path': '/' })
        const closed = once(stream, 'close')
        stream.on('error', () => {})
        stream.write('abc')
        expect(await outcome.promise).toBeInstanceOf(ConnectionLost)
        await closed
        session.destroy()
      },
      { requestTimeoutMs: 100 },
    )
  })

  it('is told to go on when it expects to be', () =>
    withListener(
      async (request) => json(200, Buffer.from(await request.body()).toString()),
      async ({ url }) => {
        const session = http2.connect(url)
        const stream = session.request({ ':method': 'POST', ':path': '/', expect: '100-continue' })
        await once(stream, 'continue')
        stream.end('ok')
        expect(await textOf(stream)).toBe('"ok"')
        session.close()
      },
    ))

  it('aborts the signal when the client resets the stream', () => {
    const began = signalled()
    const aborted = signalled<boolean>()
    return withListener(
      async ({ signal }) => {
        signal.addEventListener('abort', () => aborted.resolve(true))
        began.resolve()
        await aborted.promise
        return json(200, 1)
      },
      async ({ url, faults }) => {
        const session = http2.connect(url)
        const stream = session.request({ ':path': '/' })
        stream.on('error', () => {})
        await began.promise
        stream.close(http2.constants.NGHTTP2_CANCEL)
        expect(await aborted.promise).toBe(true)
        session.close()
        expect(faults).toEqual([])
      },
    )
  })

  it('that opens streams and resets them at once is bounded, and does not harm others', () => {
    const never = signalled()
    let running = 0
    let most = 0
    return withListener(
      async ({ path }) => {
        if (path !== '/') return json(200, 'ok')
        most = Math.max(most, ++running)
        await never.promise
        running--
        return json(200, 1)
      },
      async ({ url, port }) => {
        const client = await connectRaw(port)
        client.write(preface)
        client.write(settings)
        for (let i = 0; i < 20_000; i++) {
          const stream = 1 + 2 * i
          client.write(
            Buffer.concat([
              frame(headersType, 5, stream, getHeaders),
              frame(resetType, 0, stream, Buffer.of(0, 0, 0, 8)),
            ]),
          )
        }
        const session = http2.connect(url)
        expect(await textOf(session.request({ ':path': '/other' }))).toBe('"ok"')
        session.close()
        client.socket.destroy()
        expect(most).toBeLessThanOrEqual(1_000)
        never.resolve()
      },
    )
  })
})
