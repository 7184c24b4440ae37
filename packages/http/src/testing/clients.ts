/** One request by node's own clients, in the same words for both protocols. */
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'

export interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

export type Ask = (url: string, sent?: Sent) => Promise<Answer>

/** Each protocol with the client that speaks it. */
export const protocols: readonly { readonly name: string; readonly ask: Ask }[] = [
  { name: 'HTTP/1.1', ask: askHttp1 },
  { name: 'HTTP/2', ask: askHttp2 },
]

async function askHttp1(url: string, { method = 'GET', path = '/', headers, body }: Sent = {}) {
  const request = http.request(url, { method, path, agent: false, headers: { ...headers } })
  request.end(body)
  const [response]: http.IncomingMessage[] = await once(request, 'response')
  if (response === undefined) throw new Error('No response')
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await textOf(response),
  }
}

async function askHttp2(url: string, { method = 'GET', path = '/', headers, body }: Sent = {}) {
  const session = http2.connect(url)
  try {
    const stream = session.request({ ':method': method, ':path': path, ...headers })
    // After its answer, a server may refuse to be sent more.
    stream.on('error', () => {})
    stream.end(body)
    const [response]: http2.IncomingHttpHeaders[] = await Promise.race([
      once(stream, 'response'),
      once(stream, 'close'),
    ])
    if (typeof response !== 'object') throw new Error('No response')
    const { ':status': status = 0, ...rest } = { ...response }
    return { status: Number(status), headers: rest, body: await textOf(stream) }
  } finally {
    session.close()
  }
}

/** Everything that comes, as a text. */
export async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
