/**
 * Asynchronous invocations: taken at once, run when there is room, and tried again when the function
 * fails. The queue is in memory: what has not run when the host closes is lost, and logged.
 */
import type { InvocationResult } from './invocation.ts'
import { InvokeError } from './invoke-error.ts'

/** How many asynchronous invocations may be under way or waiting. */
export const eventsMax = 1_000

/** One asynchronous invocation. */
export interface QueuedEvent {
  /** Runs the function once; gives up waiting for a worker when aborted. */
  run(signal: AbortSignal): Promise<InvocationResult>
  /** Told if it is given up, and why. */
  onDrop(reason: string): void
}

/** @see QueuedEvent */
export class EventQueue {
  readonly #retryDelaysMs: readonly number[]
  readonly #underWay = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  /**
   * @param retryDelaysMs how long to wait before each retry: as many as there are retries. (Lambda waits
   * one minute, then two.)
   */
  constructor(retryDelaysMs: readonly number[]) {
    this.#retryDelaysMs = retryDelaysMs
  }

  /** Takes an event. @throws InvokeError `TooManyRequestsException` */
  add(event: QueuedEvent): void {
    if (this.#underWay.size >= eventsMax) throw new InvokeError('TooManyRequestsException')
    const delivery = this.#deliver(event).finally(() => this.#underWay.delete(delivery))
    this.#underWay.add(delivery)
  }

  /** Gives up what waits. What runs must end by itself, or be ended. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#underWay)
  }

  async #deliver(event: QueuedEvent): Promise<void> {
    for (const delayMs of [...this.#retryDelaysMs, undefined]) {
      const failure = await this.#attempt(event)
      if (failure === undefined) return
      if (delayMs !== undefined) await this.#pause(delayMs)
      if (delayMs === undefined || this.#closing.signal.aborted) {
        event.onDrop(failure)
        return
      }
    }
  }

  /** What went wrong, if anything: an answer that nobody waits for can only be logged. */
  async #attempt(event: QueuedEvent): Promise<string | undefined> {
    try {
      const result = await event.run(this.#closing.signal)
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
