import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import { describe, expect, it } from 'vitest'
import type { HttpHandler } from './listener.ts'
import { protocols } from './testing/clients.ts'
import { connectRaw } from './testing/raw-client.ts'
import { signalled, withListener } from './testing/with-listener.ts'

const head = { status: 200, headers: { 'content-type': 'text/plain' } }

/** A response as it comes, in either protocol. */
interface Incoming {
  readonly chunks: AsyncIterator<Uint8Array>
  leave(): void
}
const openers: readonly { name: string; open: (url: string) => Promise<Incoming> }[] = [
  {
    name: 'HTTP/1.1',
    async open(url) {
      const request = http.get(url, { agent: false })
      request.on('error', () => {})
      const [response]: http.IncomingMessage[] = await once(request, 'response')
      if (response === undefined) throw new Error('No response')
      response.on('error', () => {})
      return { chunks: response[Symbol.asyncIterator](), leave: () => request.destroy() }
    },
  },
  {
    name: 'HTTP/2',
    async open(url) {
      const session = http2.connect(url)
      const stream = session.request({ ':path': '/' })
      stream.on('error', () => {})
      await once(stream, 'response')
      return { chunks: stream[Symbol.asyncIterator](), leave: () => session.destroy() }
    },
  },
]

/** Endless text, which says when it has been returned from. */
function endless(chunk: string) {
  const returned = signalled()
  let given = 0
  const body = (async function* () {
    try {
      for (;;) {
        given++
        yield chunk
        // Others get their turn, as they do with a body that waits for something.
        await new Promise((resolve) => setImmediate(resolve))
      }
    } finally {
      returned.resolve()
    }
  })()
  return { body, returned: returned.promise, given: () => given }
}

describe.each(openers)('a streamed body over $name', ({ name, open }) => {
  const ask = protocols.find((protocol) => protocol.name === name)?.ask

  it('comes whole, of texts and bytes', () =>
    withListener(
      async () => ({
        ...head,
        body: (async function* () {
          yield 'text é, '
          yield Buffer.from('bytes, ')
          yield ''
          yield 'x'.repeat(1_000_000)
        })(),
      }),
      async ({ url }) => {
        const answer = await ask?.(url)
        expect(answer?.body).toBe(`text é, bytes, ${'x'.repeat(1_000_000)}`)
        expect(answer?.headers['content-length']).toBeUndefined()
      },
    ))

  it('comes chunk by chunk, each when it is there, the headers before the first', () => {
    const next = [signalled(), signalled()]
    return withListener(
      async () => ({
        ...head,
        body: (async function* () {
          await next[0]?.promise
          yield 'first'
          await next[1]?.promise
          yield 'second'
        })(),
      }),
      async ({ url }) => {
        const { chunks, leave } = await open(url)
        next[0]?.resolve()
        expect(String((await chunks.next()).value)).toBe('first')
        next[1]?.resolve()
        expect(String((await chunks.next()).value)).toBe('second')
        expect((await chunks.next()).done).toBe(true)
        leave()
      },
    )
  })

  it('is made no faster than the client reads', () => {
    const { body, given } = endless('x'.repeat(100_000))
    return withListener(
      async () => ({ ...head, body }),
      async ({ url }) => {
        const { chunks, leave } = await open(url)
        await chunks.next()
        // It stands still once all buffers between the two are full.
        let last = -1
        while (last !== given()) {
          last = given()
          for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve))
        }
        // Some megabytes of the kernel's buffers, and node's.
        expect(last).toBeLessThan(200)
        let read = 0
        while (read < 30_000_000) read += (await chunks.next()).value?.length ?? 0
        expect(given()).toBeGreaterThan(last)
        leave()
      },
    )
  })

  it('is returned from when the client leaves', () => {
    const { body, returned } = endless('x')
    return withListener(
      async () => ({ ...head, body }),
      async ({ url, faults }) => {
        const { chunks, leave } = await open(url)
        await chunks.next()
        leave()
        await returned
        expect(faults).toEqual([])
      },
    )
  })

  it('that waits is told by the signal that the client left', () => {
    const ended = signalled()
    const handler: HttpHandler = async ({ signal }) => ({
      ...head,
      body: (async function* () {
        yield 'first'
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        ended.resolve()
      })(),
    })
    return withListener(handler, async ({ url, faults }) => {
      const { chunks, leave } = await open(url)
      await chunks.next()
      leave()
      await ended.promise
      expect(faults).toEqual([])
    })
  })

  it('that fails half way does not look complete, and is told', () =>
    withListener(
      async () => ({
        ...head,
        body: (async function* () {
          yield 'half'
          throw new Error('a bug')
        })(),
      }),
      async ({ url, faults }) => {
        const { chunks, leave } = await open(url)
        const all = (async () => {
          while (!(await chunks.next()).done);
          return 'complete'
        })()
        await expect(all).rejects.toThrow()
        expect(faults.filter((fault) => fault === 'GET /: Error: a bug')).toHaveLength(1)
        leave()
      },
    ))

  it('is not begun for HEAD', () => {
    const { body, given } = endless('x')
    return withListener(
      async () => ({ ...head, body }),
      async ({ url }) => {
        expect(await ask?.(url, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
        expect(given()).toBe(0)
      },
    )
  })
})

describe('a streamed body', () => {
  it('is returned from if its client has left before it could begin', () => {
    const asked = signalled()
    const left = signalled()
    const returned = signalled()
    const body: AsyncIterable<string> & AsyncIterator<string> = {
      next: async () => ({ done: false, value: 'x' }),
      async return() {
        returned.resolve()
        return { done: true, value: undefined }
      },
      [Symbol.asyncIterator]: () => body,
    }
    return withListener(
      async ({ signal }) => {
        signal.addEventListener('abort', () => left.resolve())
        asked.resolve()
        await left.promise
        return { ...head, body }
      },
      async ({ port }) => {
        const client = await connectRaw(port)
        client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
        await asked.promise
        client.socket.destroy()
        await returned.promise
      },
    )
  })
})
