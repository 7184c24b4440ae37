import { once } from 'node:events'
import http2 from 'node:http2'
import { describe, expect, it } from 'vitest'
import type { HttpHandler } from './listener.ts'
import { protocols, textOf } from './testing/clients.ts'
import { connectRaw } from './testing/raw-client.ts'
import { json, signalled, withListener } from './testing/with-listener.ts'

/** A handler that answers when it is told to. */
function held() {
  const asked = signalled()
  const answer = signalled()
  const handler: HttpHandler = async ({ path }) => {
    if (path === '/quick') return json(200, 'quick')
    asked.resolve()
    await answer.promise
    return json(200, 'held')
  }
  return { handler, asked: asked.promise, answer: () => answer.resolve() }
}

describe('closing a listener', () => {
  it.each(protocols)('lets a request of $name finish', ({ ask }) => {
    const { handler, asked, answer } = held()
    return withListener(handler, async ({ url, listener }) => {
      const answered = ask(url)
      await asked
      const closing = listener.close()
      answer()
      expect(await answered).toMatchObject({ status: 200, body: '"held"' })
      await closing
    })
  })

  it('tells a client of HTTP/1.1 that its connection closes', () => {
    const { handler, asked, answer } = held()
    return withListener(handler, async ({ port, listener }) => {
      const client = await connectRaw(port)
      client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
      await asked
      const closing = listener.close()
      answer()
      expect((await client.closed()).toLowerCase()).toContain('connection: close')
      await closing
    })
  })

  it('tells a client of HTTP/2 to go away, and answers what it had asked', () => {
    const { handler, asked, answer } = held()
    return withListener(handler, async ({ url, listener }) => {
      const session = http2.connect(url)
      const goaway = once(session, 'goaway')
      const text = textOf(session.request({ ':path': '/' }))
      await asked
      const closing = listener.close()
      expect((await goaway)[0]).toBe(http2.constants.NGHTTP2_NO_ERROR)
      answer()
      expect(await text).toBe('"held"')
      await closing
    })
  })

  it('closes what is idle at once, of either protocol, and what has said nothing', () => {
    const { handler } = held()
    return withListener(handler, async ({ url, port, listener }) => {
      const kept = await connectRaw(port)
      kept.write('GET /quick HTTP/1.1\r\nhost: a\r\n\r\n')
      await kept.until(/"quick"/)
      const session = http2.connect(url)
      expect(await textOf(session.request({ ':path': '/quick' }))).toBe('"quick"')
      const silent = await connectRaw(port)
      const undecided = await connectRaw(port)
      undecided.write('PRI')
      const gone = [kept.closed(), silent.closed(), undecided.closed(), once(session, 'close')]
      await listener.close()
      await Promise.all(gone)
    })
  })

  it('takes no new connections', () => {
    const { handler, asked, answer } = held()
    return withListener(handler, async ({ url, listener }) => {
      const answered = fetch(url)
      await asked
      const closing = listener.close()
      await expect(fetch(`${url}/quick`)).rejects.toThrow()
      answer()
      expect((await answered).status).toBe(200)
      await closing
      await expect(fetch(url)).rejects.toThrow()
    })
  })

  it('answers a request that was pipelined behind one under way as unavailable', () => {
    const { handler, asked, answer } = held()
    return withListener(handler, async ({ port, listener }) => {
      const client = await connectRaw(port)
      client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
      await asked
      const closing = listener.close()
      client.write('GET /quick HTTP/1.1\r\nhost: a\r\n\r\n')
      await new Promise((resolve) => client.socket.write('', resolve))
      answer()
      const all = await client.closed()
      expect(all).toContain('"held"')
      expect(all).not.toContain('"quick"')
      await closing
    })
  })

  it.each(protocols)('breaks off what of $name takes longer than it may', ({ ask }) => {
    const { handler, asked } = held()
    return withListener(handler, async ({ url, listener }) => {
      const answered = ask(url).then(
        () => 'answered',
        () => 'broken off',
      )
      await asked
      await listener.close({ drainMs: 50 })
      expect(await answered).toBe('broken off')
    })
  })

  it('twice is one closing', () => {
    const { handler } = held()
    return withListener(handler, async ({ listener }) => {
      expect(listener.close()).toBe(listener.close())
      await listener.close()
    })
  })
})

describe('retiring a listener', () => {
  it.each(protocols)('answers what still comes on a connection of $name', ({ ask }) => {
    const { handler, asked, answer } = held()
    return withListener(handler, async ({ url, listener }) => {
      const answered = ask(url)
      await asked
      const retiring = listener.retire({ lingerMs: 60_000 })
      answer()
      expect(await answered).toMatchObject({ status: 200, body: '"held"' })
      // Not for want of time: the last connection has gone.
      await retiring
    })
  })

  it('takes one more request of an idle connection of HTTP/1.1, and says that it is the last', () => {
    const { handler } = held()
    return withListener(handler, async ({ port, listener }) => {
      const client = await connectRaw(port)
      client.write('GET /quick HTTP/1.1\r\nhost: a\r\n\r\n')
      await client.until(/"quick"/)
      const retiring = listener.retire({ lingerMs: 60_000 })
      client.write('GET /quick HTTP/1.1\r\nhost: a\r\n\r\n')
      const text = await client.closed()
      expect(text.match(/HTTP\/1.1 200/g)).toHaveLength(2)
      expect(text.toLowerCase().match(/connection: close/g)).toHaveLength(1)
      await retiring
    })
  })

  it('ends a session of HTTP/2 with the answer that leaves nothing under way', () => {
    const { handler } = held()
    return withListener(handler, async ({ url, listener }) => {
      const session = http2.connect(url)
      await textOf(session.request({ ':path': '/quick' }))
      const retiring = listener.retire({ lingerMs: 60_000 })
      const closed = once(session, 'close')
      expect(await textOf(session.request({ ':path': '/quick' }))).toBe('"quick"')
      await closed
      await retiring
    })
  })

  it('leaves to closing what stays open', () => {
    const { handler } = held()
    return withListener(handler, async ({ port, listener }) => {
      const client = await connectRaw(port)
      client.write('GET /quick HTTP/1.1\r\nhost: a\r\n\r\n')
      await client.until(/"quick"/)
      await listener.retire({ lingerMs: 1 })
      await listener.close()
      await client.closed()
    })
  })
})
