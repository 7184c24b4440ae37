import assert from 'node:assert/strict'
import { compareBytes, mapKey } from './bytes.ts'
import { SortedMap } from './sorted-map.ts'
import { type Bytes, type Entry, keyBytesMax, StoreError } from './store.ts'

/** A pending write: the value, or `undefined` for a deletion. */
interface Pending {
  readonly key: Bytes
  readonly value: Bytes | undefined
}

/**
 * The writes of one transaction before it commits, visible to its own reads. They reach the backend only
 * when the body has returned, so a body that throws leaves no trace.
 */
export class Overlay {
  /** Absent until there is a write: most transactions only read. */
  #byKey: Map<string, Pending> | undefined
  #sorted: SortedMap<Pending> | undefined
  /** Sum of the lengths of keys and values written. */
  bytesWritten = 0

  get isEmpty(): boolean {
    return this.#byKey === undefined
  }

  /** The pending write of a key, if there is one. */
  get(key: Bytes): Pending | undefined {
    return this.#byKey?.get(mapKey(key))
  }

  put(key: Bytes, value: Bytes): void {
    this.#set({ key, value })
    this.bytesWritten += key.length + value.length
  }

  delete(key: Bytes): void {
    this.#set({ key, value: undefined })
    this.bytesWritten += key.length
  }

  #set(pending: Pending): void {
    const { key } = pending
    assert(key.length > 0, 'A key has at least one byte')
    if (key.length > keyBytesMax) {
      throw new StoreError(
        'key-too-long',
        `A key has ${key.length} bytes, more than ${keyBytesMax}.`,
      )
    }
    this.#byKey ??= new Map()
    this.#byKey.set(mapKey(key), pending)
    this.#sorted?.set(key, pending)
  }

  /** The writes, one a key, in no particular order. */
  writes(): Iterable<Pending> {
    return this.#byKey?.values() ?? []
  }

  /** `base`, which is in the order asked for, with the pending writes of the range merged in. */
  merge(base: Iterable<Entry>, from: Bytes, to: Bytes, reverse: boolean): Iterable<Entry> {
    if (this.isEmpty) return base
    return { [Symbol.iterator]: () => this.#merged(base, from, to, reverse) }
  }

  *#merged(
    base: Iterable<Entry>,
    from: Bytes,
    to: Bytes,
    reverse: boolean,
  ): IterableIterator<Entry> {
    const own = this.#sort().range(from, to, reverse)
    const direction = reverse ? -1 : 1
    let pending = own.next()
    for (const entry of base) {
      while (!pending.done && compareBytes(pending.value[0], entry.key) * direction < 0) {
        const [key, { value }] = pending.value
        if (value !== undefined) yield { key, value }
        pending = own.next()
      }
      if (!pending.done && compareBytes(pending.value[0], entry.key) === 0) {
        const [key, { value }] = pending.value
        if (value !== undefined) yield { key, value }
        pending = own.next()
      } else {
        yield entry
      }
    }
    for (; !pending.done; pending = own.next()) {
      const [key, { value }] = pending.value
      if (value !== undefined) yield { key, value }
    }
  }

  /** Most transactions read no range after a write, so the order is made when it is first wanted. */
  #sort(): SortedMap<Pending> {
    if (this.#sorted === undefined) {
      this.#sorted = new SortedMap()
      for (const pending of this.writes()) this.#sorted.set(pending.key, pending)
    }
    return this.#sorted
  }
}
