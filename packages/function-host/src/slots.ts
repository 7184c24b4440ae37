import { InvokeError } from './invoke-error.ts'

interface Waiting {
  readonly proceed: () => void
  readonly refuse: (error: InvokeError) => void
}

/** So many may hold a slot at once, so many more may wait for one, first come, first served. */
export class Slots {
  readonly #slotsMax: number
  readonly #waitingMax: number
  readonly #waiting = new Set<Waiting>()
  #taken = 0

  constructor(limits: { readonly slotsMax: number; readonly waitingMax: number }) {
    this.#slotsMax = limits.slotsMax
    this.#waitingMax = limits.waitingMax
  }

  /** @throws InvokeError `TooManyRequestsException`; `ServiceException` when aborted or closed */
  async take(signal?: AbortSignal): Promise<void> {
    if (this.#taken < this.#slotsMax) {
      this.#taken++
      return
    }
    if (this.#waiting.size >= this.#waitingMax) throw new InvokeError('TooManyRequestsException')
    await new Promise<void>((resolve, reject) => {
      const settled = () => {
        this.#waiting.delete(waiting)
        signal?.removeEventListener('abort', onAbort)
      }
      const onAbort = () => waiting.refuse(new InvokeError('ServiceException'))
      const waiting: Waiting = {
        proceed: () => {
          settled()
          resolve()
        },
        refuse: (error) => {
          settled()
          reject(error)
        },
      }
      this.#waiting.add(waiting)
      signal?.addEventListener('abort', onAbort)
      if (signal?.aborted) onAbort()
    })
  }

  /** Gives a slot back, to the first who waits. */
  release(): void {
    const [first] = this.#waiting
    if (first) first.proceed()
    else this.#taken--
  }

  /** Sends away all who wait. */
  close(): void {
    for (const waiting of this.#waiting) waiting.refuse(new InvokeError('ServiceException'))
  }
}
