import { RequestError } from '@vivarium/fql'
import type { Bytes, Entry, RangeOptions, Transaction } from '@vivarium/store'

/** Most bytes that one transaction may write (data-model §9.3). */
const writtenBytesMax = 16 * 1024 * 1024

/** A transaction that counts the bytes that go through it, and refuses to write too many. */
export class MeteredTransaction implements Transaction {
  readonly timestamp: bigint
  bytesRead = 0
  bytesWritten = 0
  readonly #inner: Transaction

  constructor(inner: Transaction) {
    this.#inner = inner
    this.timestamp = inner.timestamp
  }

  get(key: Bytes): Bytes | undefined {
    const value = this.#inner.get(key)
    if (value !== undefined) this.bytesRead += value.length
    return value
  }

  /** What is read of a range is counted by who reads it: only that one knows how far. */
  range(from: Bytes, to: Bytes, options?: RangeOptions): Iterable<Entry> {
    return this.#inner.range(from, to, options)
  }

  put(key: Bytes, value: Bytes): void {
    this.#inner.put(key, value)
    this.bytesWritten += key.length + value.length
    if (this.bytesWritten <= writtenBytesMax) return
    throw new RequestError(
      400,
      'bad request',
      `Transaction exceeded limit: got ${this.bytesWritten} bytes, limit ${writtenBytesMax} bytes`,
    )
  }

  delete(key: Bytes): void {
    this.#inner.delete(key)
  }

  all<T>(count: number, branch: (index: number) => T): T[] {
    return this.#inner.all(count, branch)
  }

  newId(): bigint {
    return this.#inner.newId()
  }
}
