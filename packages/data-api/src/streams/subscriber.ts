import { EventQueue, type QueueLimits } from './event-queue.ts'
import { streamErrors } from './limits.ts'
import { errorLine, startLine } from './render-event.ts'

/** One open stream: what it may tell from when on, and the queue that it tells it through. */
export class Subscriber {
  readonly queue: EventQueue
  /** It tells what is committed after this; unknown until it has begun. */
  #start: bigint | undefined
  /** What came before that was known, and may be from before it. */
  #early: { readonly committed: bigint; readonly line: Uint8Array }[] = []
  readonly #limits: QueueLimits
  readonly #leave: (subscriber: Subscriber) => void

  /** @param leave called once it has nothing more to tell, or nobody to tell it to */
  constructor(limits: QueueLimits, leave: (subscriber: Subscriber) => void) {
    this.#limits = limits
    this.#leave = leave
    this.queue = new EventQueue(limits, () => leave(this))
  }

  /** Begins: what is committed after `start` is told. */
  begin(start: bigint): void {
    this.#start = start
    this.queue.push(startLine(start))
    for (const { committed, line } of this.#early) this.tell(committed, line)
    this.#early = []
  }

  /** Tells an event; ends the stream if its reader is too slow for it. */
  tell(committed: bigint, line: Uint8Array): void {
    if (this.#start === undefined) {
      if (this.#early.length < this.#limits.eventsMax) this.#early.push({ committed, line })
      else this.breakOff(streamErrors.congested(this.#early.length))
    } else if (committed > this.#start && !this.queue.push(line)) {
      this.breakOff(streamErrors.congested(this.queue.length))
    }
  }

  /** Ends the stream with an error. `micros` is 0 unless a transaction is the reason. */
  breakOff(error: { readonly code: string; readonly description: string }, micros = 0n): void {
    this.queue.breakOff(errorLine(micros, error))
    this.#leave(this)
  }

  /** Ends the stream for a bug, of which the listener is told. */
  fail(cause: unknown): void {
    this.queue.fail(errorLine(0n, streamErrors.internal), cause)
    this.#leave(this)
  }

  /** Ends the stream without a word. */
  end(): void {
    this.queue.end()
    this.#leave(this)
  }
}
