/**
 * Hands over together the requests that arrive together.
 *
 * Node reads one connection after another. Were each request answered as soon as it is read, its answer would
 * run between two system calls, after each of which a processor knows little of our code and data: an answer
 * then costs about twice as much. So what is read in one turn of the event loop waits for the end of the
 * reading, and is then answered in one go; nothing waits for anything that has not arrived.
 */
let waiting: (() => void)[] = []

/** Calls `ready` when everything has been read that has arrived by now. */
export function afterReading(ready: () => void): void {
  if (waiting.length === 0) setImmediate(handOver)
  waiting.push(ready)
}

function handOver(): void {
  const together = waiting
  waiting = []
  for (const ready of together) ready()
}
