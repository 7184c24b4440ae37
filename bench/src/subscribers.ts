/** Many open streams of one server, and how many lines they have been sent. */
import { once } from 'node:events'
import http from 'node:http'

/** A line feed, with which every event ends. */
const lineFeed = 10

/** Streams that are open at the same time. */
export class Subscribers {
  readonly #requests: http.ClientRequest[] = []
  #lines = 0
  #waiting: { readonly lines: number; readonly resolve: () => void } | undefined

  /** Opens a stream. Its first line has come when the promise resolves. */
  async open(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<void> {
    const request = http.request(`${url}/stream`, {
      method: 'POST',
      agent: false,
      headers: { ...headers },
    })
    request.on('error', () => {})
    this.#requests.push(request)
    request.end(body)
    const [response]: http.IncomingMessage[] = await once(request, 'response')
    if (response?.statusCode !== 200) throw new Error('a stream was refused')
    const first = once(response, 'data')
    response.on('data', (chunk: Buffer) => this.#count(chunk))
    await first
  }

  /** Resolves when so many lines have come since `reset`. */
  received(lines: number): Promise<void> {
    if (this.#lines >= lines) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting = { lines, resolve }
    })
  }

  /** Counts from nothing. */
  reset(): void {
    this.#lines = 0
  }

  close(): void {
    for (const request of this.#requests) request.destroy()
  }

  #count(chunk: Buffer): void {
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) {
      this.#lines++
    }
    if (this.#waiting === undefined || this.#lines < this.#waiting.lines) return
    this.#waiting.resolve()
    this.#waiting = undefined
  }
}
