/** A server for tests that answers as it is told, where the real one cannot be made to fail. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An answer; undefined for none, ever. */
export type Answer = { readonly status: number; readonly body: unknown } | undefined

/** What a server was asked. */
export interface Asked {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** A running server; dispose of it when the test ends. */
export interface FakeServer extends AsyncDisposable {
  readonly endpoint: string
  readonly asked: readonly Asked[]
  /** How many connections were opened. */
  connections(): number
  /** Cuts every open connection. */
  cut(): void
}

/** Fauna's shape of an error. */
export const faunaError = (status: number, code: string): Answer => ({
  status,
  body: { errors: [{ code, description: 'Told by a test.' }] },
})

/** A server of HTTP/1.1. */
export async function fakeServer(
  answer: (asked: Asked, count: number) => Answer,
): Promise<FakeServer> {
  const asked: Asked[] = []
  const sockets = new Set<{ destroy(): void }>()
  let opened = 0
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const one = { headers: request.headers, body }
    asked.push(one)
    const given = answer(one, asked.length)
    if (given === undefined) return
    response.writeHead(given.status, { 'content-type': 'application/json' })
    response.end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body))
  }
  const onError = () => {}
  const server = createServer((request, response) => {
    handle(request, response).catch(onError)
  })
  server.on('connection', (socket: { destroy(): void }) => {
    opened += 1
    sockets.add(socket)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    asked,
    connections: () => opened,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => {
        server.close(resolve)
      })
      cut()
      await closed
    },
  }
}
