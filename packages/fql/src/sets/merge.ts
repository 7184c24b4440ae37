import type { Context } from '../context.ts'
import { orderKey } from '../values/order-key.ts'
import type { SetEntry } from '../values/set.ts'
import { groupOf } from './place.ts'

/** The entries of several sets that are matched with one another: equal in their values. */
export interface Group {
  /** For each set, its entries in set order; empty if it has none. */
  readonly entries: readonly (readonly SetEntry[])[]
}

/**
 * Matching by values.
 *
 * @param flags of the values, and of the ref after them: whether they descend
 */
export function byValues(flags: readonly boolean[]): (entry: SetEntry) => Uint8Array {
  return (entry) => orderKey(groupOf(entry), flags)
}

interface Head {
  readonly key: Uint8Array
  readonly entry: SetEntry
  readonly source: number
}

/**
 * The groups of several sets, in the order they are read: a merge of sequences that are all in this
 * order already.
 *
 * @param keyOf what entries are ordered and matched by, as bytes
 */
export function* groups(
  sources: readonly Iterable<SetEntry>[],
  keyOf: (entry: SetEntry) => Uint8Array,
  reverse: boolean,
  context: Context,
): Iterable<Group> {
  const iterators = sources.map((source) => source[Symbol.iterator]())
  const next = (source: number): Head | undefined => {
    const result = iterators[source]?.next()
    if (result === undefined || result.done === true) return undefined
    return { key: keyOf(result.value), entry: result.value, source }
  }
  const compare = (a: Head, b: Head) => {
    const order = Buffer.compare(a.key, b.key)
    return reverse ? -order : order
  }
  const heads = new Heap(compare)
  // The first reads do not depend on one another, so a distant store fetches them all at once.
  for (const head of context.documents.all(sources.length, next)) {
    if (head !== undefined) heads.push(head)
  }
  for (let first = heads.peek(); first !== undefined; first = heads.peek()) {
    const entries: SetEntry[][] = sources.map(() => [])
    for (let head = heads.peek(); head && compare(head, first) === 0; head = heads.peek()) {
      heads.pop()
      entries[head.source]?.push(head.entry)
      const following = next(head.source)
      if (following !== undefined) heads.push(following)
    }
    if (reverse) for (const list of entries) list.reverse()
    yield { entries }
  }
}

/** A binary heap: the least item first. */
class Heap<T> {
  readonly #items: T[] = []
  readonly #compare: (a: T, b: T) => number

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    this.#items.push(item)
    for (let at = this.#items.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!this.#swapIfLess(at, parent)) return
      at = parent
    }
  }

  pop(): void {
    const last = this.#items.pop()
    if (last === undefined || this.#items.length === 0) return
    this.#items[0] = last
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const child = this.#isLess(left + 1, left) ? left + 1 : left
      if (!this.#swapIfLess(child, at)) return
      at = child
    }
  }

  #isLess(a: number, b: number): boolean {
    const [one, other] = [this.#items[a], this.#items[b]]
    return one !== undefined && other !== undefined && this.#compare(one, other) < 0
  }

  /** Puts the item at `a` where that at `b` is, if it is less. */
  #swapIfLess(a: number, b: number): boolean {
    if (!this.#isLess(a, b)) return false
    const [one, other] = [this.#items[a], this.#items[b]]
    this.#items[a] = other as T
    this.#items[b] = one as T
    return true
  }
}
