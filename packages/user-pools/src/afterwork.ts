/** What is done after a request was answered. */

/** @see createAfterwork */
export interface Afterwork {
  /** Begins with the task at the next turn of the event loop. It must not reject. */
  run(task: () => Promise<void>): void
  /** Resolves when all of it is done, or has had its time. */
  close(): Promise<void>
}

/** How long a server that closes waits for what it still has to send. */
const closingMsMax = 10_000

/** Keeps count of tasks that nobody waits for, so that closing does not lose them. */
export function createAfterwork({ waitMsMax = closingMsMax } = {}): Afterwork {
  const running = new Set<Promise<void>>()
  return {
    run(task) {
      const done = new Promise<void>((resolve) => setImmediate(resolve)).then(task)
      running.add(done)
      void done.finally(() => running.delete(done))
    },
    async close() {
      let timer: ReturnType<typeof setTimeout> | undefined
      const timeIsUp = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, waitMsMax)
      })
      await Promise.race([Promise.all(running), timeIsUp])
      clearTimeout(timer)
    },
  }
}
