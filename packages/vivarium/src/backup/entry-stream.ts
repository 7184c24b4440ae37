/** Entries as a stream of bytes, and back. */
import { type Entry, keyBytesMax } from '@vivarium/store'
import { StartError } from '../command/usage-error.ts'

/** Two lengths come before each entry. */
const headBytes = 8

/** Far more than any document; what claims more is no entry. */
const valueBytesMax = 1024 * 1024 * 1024

/** A page of entries as bytes. */
export function encodeEntries(entries: readonly Entry[]): Buffer {
  const parts: Uint8Array[] = []
  for (const { key, value } of entries) {
    const head = Buffer.allocUnsafe(headBytes)
    head.writeUInt32BE(key.length)
    head.writeUInt32BE(value.length, 4)
    parts.push(head, key, value)
  }
  return Buffer.concat(parts)
}

/** The entries in a stream of bytes. @throws StartError if they are not whole, or not in order */
export async function* decodeEntries(chunks: AsyncIterable<Buffer>): AsyncGenerator<Entry> {
  const queue = new ByteQueue()
  let head: { readonly key: number; readonly value: number } | undefined
  let last: Buffer | undefined
  for await (const chunk of chunks) {
    queue.push(chunk)
    for (;;) {
      if (head === undefined) {
        if (queue.length < headBytes) break
        head = readHead(queue.take(headBytes))
      }
      if (queue.length < head.key + head.value) break
      const key = queue.take(head.key)
      if (last !== undefined && Buffer.compare(last, key) >= 0) throw damaged()
      last = key
      yield { key, value: queue.take(head.value) }
      head = undefined
    }
  }
  if (head !== undefined || queue.length > 0) throw damaged()
}

function readHead(bytes: Buffer): { readonly key: number; readonly value: number } {
  const key = bytes.readUInt32BE()
  const value = bytes.readUInt32BE(4)
  if (key === 0 || key > keyBytesMax || value > valueBytesMax) throw damaged()
  return { key, value }
}

const damaged = () => new StartError('The backup is damaged: its entries are not well-formed.')

/** Bytes that came in chunks, taken in other pieces. Each is copied once, however many chunks it spans. */
class ByteQueue {
  #chunks: Buffer[] = []
  #offset = 0
  length = 0

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.length += chunk.length
  }

  take(count: number): Buffer {
    const taken = Buffer.allocUnsafe(count)
    let filled = 0
    while (filled < count) {
      const [chunk] = this.#chunks
      if (chunk === undefined) throw damaged()
      const copied = chunk.copy(taken, filled, this.#offset)
      filled += copied
      this.#offset += copied
      if (this.#offset < chunk.length) continue
      this.#chunks.shift()
      this.#offset = 0
    }
    this.length -= count
    return taken
  }
}
