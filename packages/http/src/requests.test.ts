import { describe, expect, it } from 'vitest'
import { BodyTooLarge, type HttpHandler, type HttpRequest } from './listener.ts'
import { protocols } from './testing/clients.ts'
import { bodyBytesMax, json, signalled, withListener } from './testing/with-listener.ts'

const echo: HttpHandler = async (request) => {
  const { method, path, query, scheme, announcesBody, remoteAddress } = request
  const body = Buffer.from(await request.body()).toString()
  return json(200, { method, path, query, scheme, announcesBody, remoteAddress, body })
}

const limited: HttpHandler = async (request) => {
  try {
    return json(200, (await request.body()).length)
  } catch (error) {
    if (error instanceof BodyTooLarge) return json(413, 'too large')
    throw error
  }
}

describe.each(protocols)('a request over $name', ({ ask }) => {
  it('reaches the handler as it was sent', () =>
    withListener(echo, async ({ url }) => {
      const sent = { method: 'POST', path: '/a%2Fb/../c?d=%20e&f?g', body: '{"é":1}' }
      expect(JSON.parse((await ask(url, sent)).body)).toEqual({
        method: 'POST',
        path: '/a%2Fb/../c',
        query: 'd=%20e&f?g',
        scheme: 'http',
        announcesBody: true,
        remoteAddress: '127.0.0.1',
        body: '{"é":1}',
      })
    }))

  it('without a body announces none, and its body is empty', () =>
    withListener(echo, async ({ url }) => {
      const answer = JSON.parse((await ask(url)).body)
      expect(answer).toMatchObject({ method: 'GET', query: '', announcesBody: false, body: '' })
    }))

  it('names its authority and its headers in lower case', () =>
    withListener(
      async ({ headers, authority }) => json(200, [authority, headers['x-thing'], headers.absent]),
      async ({ url, port }) => {
        const { body } = await ask(url, { headers: { 'X-Thing': 'Value' } })
        expect(JSON.parse(body)).toEqual([`127.0.0.1:${port}`, 'Value', null])
      },
    ))

  it('gives its body again when asked again', () =>
    withListener(
      async (request) => {
        const [one, two] = [await request.body(), await request.body()]
        return json(200, Buffer.compare(one, two) === 0 && one.length)
      },
      async ({ url }) => {
        const { body } = await ask(url, { method: 'POST', body: 'x'.repeat(90_000) })
        expect(body).toBe('90000')
      },
    ))

  it.each([
    [bodyBytesMax - 1, 200],
    [bodyBytesMax, 200],
    [bodyBytesMax + 1, 413],
    [3_000_000, 413],
  ])('with a body of %i bytes gets status %i', (length, status) =>
    withListener(limited, async ({ url }) => {
      const sent = { method: 'POST', body: Buffer.alloc(length, 'x') }
      const known = await ask(url, { ...sent, headers: { 'content-length': String(length) } })
      expect(known.status).toBe(status)
      expect((await ask(url, sent)).status).toBe(status)
    }),
  )

  it('is answered although its body is never read', () =>
    withListener(
      async () => json(404, 'no'),
      async ({ url }) => {
        for (const length of [10, bodyBytesMax, 3_000_000]) {
          const answer = await ask(url, { method: 'POST', body: Buffer.alloc(length, 'x') })
          expect(answer).toMatchObject({ status: 404, body: '"no"' })
        }
      },
    ))

  it('is signalled nothing when all goes well', () => {
    const seen: HttpRequest[] = []
    return withListener(
      async (request) => {
        seen.push(request)
        request.signal.throwIfAborted()
        return json(200, 1)
      },
      async ({ url, listener }) => {
        await ask(url)
        await listener.close()
        expect(seen.map(({ signal }) => signal.aborted)).toEqual([false])
      },
    )
  })
})

describe.each(protocols)('a response over $name', ({ name, ask }) => {
  const withResponse = (
    response: Awaited<ReturnType<HttpHandler>>,
    test: (url: string) => Promise<void>,
  ) =>
    withListener(
      async () => response,
      ({ url }) => test(url),
    )

  it('carries its status, headers, length and body', () =>
    withResponse({ ...json(201, 'é'), headers: { 'x-a': 'b' } }, async (url) => {
      const { status, headers, body } = await ask(url)
      expect({ status, body }).toEqual({ status: 201, body: '"é"' })
      expect(headers).toMatchObject({ 'x-a': 'b', 'content-length': '4' })
      expect(headers.date).toMatch(/ GMT$/)
    }))

  it('may be of bytes', () =>
    withResponse({ status: 200, headers: {}, body: Buffer.from('bytes') }, async (url) => {
      expect(await ask(url)).toMatchObject({ status: 200, body: 'bytes' })
    }))

  it.each(['absent', 'empty'] as const)('of an %s body has length 0', (kind) =>
    withResponse(
      kind === 'empty' ? { status: 200, headers: {}, body: '' } : { status: 200, headers: {} },
      async (url) => {
        const { headers, body } = await ask(url)
        expect([headers['content-length'], body]).toEqual(['0', ''])
      },
    ),
  )

  it.each([204, 304])('of status %i has neither body nor length', (status) =>
    withResponse({ status, headers: { etag: '"1"' } }, async (url) => {
      const answer = await ask(url)
      expect(answer).toMatchObject({ status, body: '' })
      expect(answer.headers['content-length']).toBeUndefined()
    }),
  )

  it('to HEAD has the length of what GET would get, and no body', () =>
    withResponse(json(200, 'body'), async (url) => {
      const { headers, body } = await ask(url, { method: 'HEAD' })
      expect([headers['content-length'], body]).toEqual(['6', ''])
    }))

  it('may have several values of a header', () =>
    withResponse({ status: 200, headers: { 'set-cookie': ['a=1', 'b=2'] } }, async (url) => {
      expect((await ask(url)).headers['set-cookie']).toEqual(['a=1', 'b=2'])
    }))

  it('is told of the connection in HTTP/1.1 alone', () =>
    withResponse({ status: 200, headers: { connection: 'close' } }, async (url) => {
      expect((await ask(url)).headers.connection).toBe(name === 'HTTP/2' ? undefined : 'close')
    }))

  it('of a handler that rejects is the internal error, which is told once', () =>
    withListener(
      async () => {
        throw new Error('a bug')
      },
      async ({ url, faults }) => {
        const answer = await ask(url, { method: 'POST', path: '/path?secret', body: 'secret' })
        expect(answer).toMatchObject({ status: 500, body: '{"fault":"internal"}' })
        expect(faults).toEqual(['POST /path: Error: a bug'])
      },
    ))

  it('of a handler that throws at once is the same', () =>
    withListener(
      () => {
        throw new Error('a bug')
      },
      async ({ url }) => expect((await ask(url)).status).toBe(500),
    ))
})

describe('one port', () => {
  it('serves both protocols, and fetch, at the same time', () => {
    const all = signalled()
    let waiting = 3
    return withListener(
      async ({ path }) => {
        if (--waiting === 0) all.resolve()
        await all.promise
        return json(200, path)
      },
      async ({ url }) => {
        const [one, two] = protocols
        const answers = await Promise.all([
          one?.ask(url, { path: '/1' }),
          two?.ask(url, { path: '/2' }),
          fetch(`${url}/3`).then((response) => response.json()),
        ])
        expect(answers).toMatchObject([{ body: '"/1"' }, { body: '"/2"' }, '/3'])
      },
    )
  })

  it('can be chosen, and is refused while it is taken', () =>
    withListener(echo, async ({ port }) => {
      const again = withListener(echo, async () => {}, { port })
      await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
    }))

  it('is named with brackets on IPv6', () =>
    withListener(
      echo,
      async ({ url, port }) => {
        expect(url).toBe(`http://[::1]:${port}`)
        expect((await fetch(url)).status).toBe(200)
      },
      { host: '::1' },
    ))
})
