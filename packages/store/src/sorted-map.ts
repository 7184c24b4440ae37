import { compareBytes } from './bytes.ts'
import type { Bytes, Entry } from './store.ts'

/**
 * A map in key order, as a sorted array: quick to search and to scan, and quick enough to insert into for
 * what it holds (a transaction's writes, a test's data).
 */
export class SortedMap<V> {
  readonly #keys: Bytes[] = []
  readonly #values: V[] = []

  get size(): number {
    return this.#keys.length
  }

  get(key: Bytes): V | undefined {
    const at = this.#lowerBound(key)
    return this.#isAt(at, key) ? this.#values[at] : undefined
  }

  set(key: Bytes, value: V): void {
    const at = this.#lowerBound(key)
    if (this.#isAt(at, key)) {
      this.#values[at] = value
      return
    }
    this.#keys.splice(at, 0, key)
    this.#values.splice(at, 0, value)
  }

  delete(key: Bytes): void {
    const at = this.#lowerBound(key)
    if (!this.#isAt(at, key)) return
    this.#keys.splice(at, 1)
    this.#values.splice(at, 1)
  }

  /** The entries with `from <= key < to`, in order or backwards; tolerates changes while it runs. */
  *range(from: Bytes, to: Bytes, reverse: boolean): IterableIterator<[Bytes, V]> {
    // The place is looked up anew at each step, from the last key given.
    let bound = reverse ? to : from
    let isFirst = true
    for (;;) {
      const lower = this.#lowerBound(bound)
      const at = reverse ? lower - 1 : isFirst || !this.#isAt(lower, bound) ? lower : lower + 1
      isFirst = false
      const key = this.#keys[at]
      if (key === undefined) return
      if (reverse ? compareBytes(key, from) < 0 : compareBytes(key, to) >= 0) return
      yield [key, this.#values[at] as V]
      bound = key
    }
  }

  *entries(): IterableIterator<[Bytes, V]> {
    for (let i = 0; i < this.#keys.length; i++) yield [this.#keys[i] as Bytes, this.#values[i] as V]
  }

  #isAt(at: number, key: Bytes): boolean {
    const found = this.#keys[at]
    return found !== undefined && compareBytes(found, key) === 0
  }

  /** The first place whose key is not below `key`. */
  #lowerBound(key: Bytes): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareBytes(this.#keys[middle] as Bytes, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The entries of a `SortedMap` of values, as a store gives them. */
export function* entriesOf(range: Iterable<[Bytes, Bytes]>): IterableIterator<Entry> {
  for (const [key, value] of range) yield { key, value }
}
