/**
 * Asynchronous invocations: taken at once, run when there is room, and tried again when the function
 * fails. The queue is in memory: what has not run when the host closes is lost, and logged.
 */
import type { Invocation, InvocationResult } from './invocation.ts'
import { InvokeError } from './invoke-error.ts'

/** How many asynchronous invocations may be under way or waiting. */
export const eventsMax = 1_000

export interface EventQueueOptions {
  /**
   * How long to wait before each retry, in milliseconds: as many as there are retries. Lambda waits
   * one minute, then two.
   */
  readonly retryDelaysMs: readonly number[]
  /** Told of events that were given up. */
  readonly onDrop: (invocation: Invocation, reason: string) => void
}

type Run = (signal: AbortSignal) => Promise<InvocationResult>

/** @see EventQueueOptions */
export class EventQueue {
  readonly #options: EventQueueOptions
  readonly #underWay = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor(options: EventQueueOptions) {
    this.#options = options
  }

  /** Takes an event. @throws InvokeError `TooManyRequestsException` */
  add(invocation: Invocation, run: Run): void {
    if (this.#underWay.size >= eventsMax) throw new InvokeError('TooManyRequestsException')
    const delivery = this.#deliver(invocation, run).finally(() => this.#underWay.delete(delivery))
    this.#underWay.add(delivery)
  }

  /** Gives up what waits. What runs must end by itself, or be ended. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#underWay)
  }

  async #deliver(invocation: Invocation, run: Run): Promise<void> {
    const { retryDelaysMs, onDrop } = this.#options
    for (const delayMs of [...retryDelaysMs, undefined]) {
      const failure = await this.#attempt(run)
      if (failure === undefined) return
      if (delayMs !== undefined) await this.#pause(delayMs)
      if (delayMs === undefined || this.#closing.signal.aborted) {
        onDrop(invocation, failure)
        return
      }
    }
  }

  /** What went wrong, if anything: an answer that nobody waits for can only be logged. */
  async #attempt(run: Run): Promise<string | undefined> {
    try {
      const result = await run(this.#closing.signal)
      return result.kind === 'returned' ? undefined : 'the function failed'
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#closing
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
