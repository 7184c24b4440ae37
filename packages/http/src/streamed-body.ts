import type { Writable } from 'node:stream'

/** A body that comes piece by piece. */
export type StreamedBody = AsyncIterable<string | Uint8Array>

/** Whether a body comes piece by piece. */
export function isStreamed(
  body: string | Uint8Array | StreamedBody | undefined,
): body is StreamedBody {
  return typeof body === 'object' && Symbol.asyncIterator in body
}

/** Tells a body that it will not be sent, if it is one that holds something open. */
export function abandon(body: string | Uint8Array | StreamedBody | undefined): void {
  if (!isStreamed(body)) return
  body[Symbol.asyncIterator]()
    .return?.()
    .catch(() => {})
}

/**
 * Writes a body piece by piece, no faster than the client reads, and does not end the output.
 *
 * Resolves when all is written or the client has left. In the second case the iterator is asked to
 * return; an async generator does so at its next `yield`, which is not waited for.
 *
 * @throws what the iterator throws
 */
export function writeStreamed(body: StreamedBody, output: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    const iterator = body[Symbol.asyncIterator]()
    const onClose = () => {
      resolve()
      iterator.return?.().catch(() => {})
    }
    output.once('close', onClose)
    writeAll(iterator, output)
      .then(resolve, reject)
      .finally(() => output.off('close', onClose))
  })
}

/** Stays undecided for ever if the output closes while it waits. */
async function writeAll(
  iterator: AsyncIterator<string | Uint8Array>,
  output: Writable,
): Promise<void> {
  for (;;) {
    const next = await iterator.next()
    if (next.done || output.destroyed) return
    if (!output.write(next.value)) await new Promise((resolve) => output.once('drain', resolve))
  }
}
