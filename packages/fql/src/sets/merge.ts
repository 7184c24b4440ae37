import type { Context } from '../context.ts'
import { orderKey, quickOrder } from '../values/order-key.ts'
import type { SetEntry } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { groupOf } from './place.ts'

/** The entries of several sets that are matched with one another: equal in their values. */
export interface Group {
  /** Set by set, each one's in set order. */
  readonly entries: readonly SetEntry[]
  /** For each entry, which of the sets it is of. */
  readonly sources: readonly number[]
}

/** The entries of a group apart: a list for each of `count` sets, empty if it has none. */
export function bySource({ entries, sources }: Group, count: number): SetEntry[][] {
  const lists: SetEntry[][] = []
  for (let i = 0; i < count; i++) lists.push([])
  for (let i = 0; i < entries.length; i++) lists[sources[i] as number]?.push(entries[i] as SetEntry)
  return lists
}

/** What entries are ordered and matched by. */
export interface Matching {
  /** Bytes that are in that order. */
  readonly keyOf: (entry: SetEntry) => Uint8Array
  /** The order of two without their keys; undefined where only these tell. */
  readonly quickly?: (a: SetEntry, b: SetEntry) => number | undefined
}

/**
 * Matching by values.
 *
 * @param flags of the values, and of the ref after them: whether they descend
 */
export function byValues(flags: readonly boolean[]): Matching {
  const sign = flags[0] === true ? -1 : 1
  return {
    keyOf: (entry) => orderKey(groupOf(entry), flags),
    quickly: (a, b) => {
      const [one, other] = [onlyValue(a), onlyValue(b)]
      if (one === undefined || other === undefined) return undefined
      const order = quickOrder(one, other)
      return order === undefined ? undefined : order * sign
    },
  }
}

/** The value that an entry is matched by, if it is only one. */
function onlyValue({ values, ref }: SetEntry): Value | undefined {
  if (values.length === 0) return ref
  return values.length === 1 ? values[0] : undefined
}

interface Head {
  readonly entry: SetEntry
  readonly source: number
  /** Made when it is first wanted. */
  key: Uint8Array | undefined
}

/**
 * The groups of several sets, in the order they are read: a merge of sequences that are all in this
 * order already.
 */
export function* groups(
  sources: readonly Iterable<SetEntry>[],
  { keyOf, quickly }: Matching,
  reverse: boolean,
  context: Context,
): Iterable<Group> {
  const iterators = sources.map((source) => source[Symbol.iterator]())
  const next = (source: number): Head | undefined => {
    const result = iterators[source]?.next()
    if (result === undefined || result.done === true) return undefined
    return { entry: result.value, source, key: undefined }
  }
  const keyAt = (head: Head) => {
    head.key ??= keyOf(head.entry)
    return head.key
  }
  const compare = (a: Head, b: Head) =>
    quickly?.(a.entry, b.entry) ?? Buffer.compare(keyAt(a), keyAt(b))
  const inOrder = (a: Head, b: Head) => compare(a, b) || a.source - b.source
  const heads = new Heap<Head>(reverse ? (a, b) => inOrder(b, a) : inOrder)
  // The first reads do not depend on one another, so a distant store fetches them all at once.
  for (const head of context.documents.all(sources.length, next)) {
    if (head !== undefined) heads.push(head)
  }
  for (let first = heads.peek(); first !== undefined; first = heads.peek()) {
    const group: { entries: SetEntry[]; sources: number[] } = { entries: [], sources: [] }
    for (let head = heads.peek(); head && compare(head, first) === 0; head = heads.peek()) {
      group.entries.push(head.entry)
      group.sources.push(head.source)
      heads.replace(next(head.source))
    }
    if (reverse) {
      group.entries.reverse()
      group.sources.reverse()
    }
    yield group
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

  /** Takes the least item away and, if there is another, puts that in. */
  replace(item: T | undefined): void {
    const put = item ?? this.#items.pop()
    if (put === undefined || this.#items.length === 0) return
    this.#items[0] = put
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
