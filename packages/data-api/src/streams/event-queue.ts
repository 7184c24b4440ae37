/** The limits of one stream's queue. */
export interface QueueLimits {
  readonly eventsMax: number
  readonly bytesMax: number
}

/**
 * What one stream has still to send: the body of its response. It waits until the client has taken what was
 * sent before, and is bounded, so that a client that reads slowly costs only itself.
 */
export class EventQueue implements AsyncIterableIterator<Uint8Array> {
  readonly #limits: QueueLimits
  readonly #onLeave: () => void
  #lines: Uint8Array[] = []
  #bytes = 0
  #reader: ((result: IteratorResult<Uint8Array>) => void) | undefined
  #isEnded = false
  #failure: { readonly cause: unknown } | undefined

  /** @param onLeave called when the client has gone away, or was never there */
  constructor(limits: QueueLimits, onLeave: () => void) {
    this.#limits = limits
    this.#onLeave = onLeave
  }

  /** How many lines wait. */
  get length(): number {
    return this.#lines.length
  }

  /** Takes a line; false if there is no room for it. Lines are shared: nobody may change them. */
  push(line: Uint8Array): boolean {
    if (this.#isEnded) return true
    if (this.#reader !== undefined) {
      this.#answer({ done: false, value: line })
      return true
    }
    const { eventsMax, bytesMax } = this.#limits
    // A line that is too long by itself still has to be sent.
    const isFull = this.#lines.length >= eventsMax || this.#bytes + line.length > bytesMax
    if (isFull && this.#lines.length > 0) return false
    this.#lines.push(line)
    this.#bytes += line.length
    return true
  }

  /** Ends the stream after what waits. */
  end(): void {
    this.#isEnded = true
    this.#answer({ done: true, value: undefined })
  }

  /** Ends the stream with a last line, in place of what waits: its client has missed something. */
  breakOff(last: Uint8Array): void {
    this.#lines = []
    this.#bytes = 0
    this.push(last)
    this.end()
  }

  /** As `breakOff`, for a bug: the listener is told of it. */
  fail(last: Uint8Array, cause: unknown): void {
    this.#failure = { cause }
    this.breakOff(last)
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const line = this.#lines.shift()
    if (line !== undefined) {
      this.#bytes -= line.length
      return Promise.resolve({ done: false, value: line })
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure.cause)
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => {
      this.#reader = resolve
    })
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.#lines = []
    this.end()
    this.#onLeave()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #answer(result: IteratorResult<Uint8Array>): void {
    const reader = this.#reader
    this.#reader = undefined
    reader?.(result)
  }
}
