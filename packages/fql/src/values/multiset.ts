import { sameStructure } from './equal.ts'
import { Double } from './numbers.ts'
import type { Value } from './value.ts'
import { isArray, isInteger } from './value.ts'

/** Counts values that are equal in structure (fql-v4 §3.1). */
export class Multiset {
  /** Values that may be equal share a bucket. */
  readonly #buckets = new Map<string, { readonly value: Value; count: number }[]>()

  constructor(values: readonly Value[] = []) {
    for (const value of values) this.add(value)
  }

  /** Adds a copy; returns how many there were. */
  add(value: Value): number {
    const key = bucketOf(value)
    const bucket = this.#buckets.get(key) ?? []
    if (bucket.length === 0) this.#buckets.set(key, bucket)
    const known = bucket.find((one) => sameStructure(one.value, value))
    if (known !== undefined) return known.count++
    bucket.push({ value, count: 1 })
    return 0
  }

  /** Takes a copy out; false if there was none. */
  take(value: Value): boolean {
    const known = this.#buckets.get(bucketOf(value))?.find((one) => sameStructure(one.value, value))
    if (known === undefined || known.count === 0) return false
    known.count--
    return true
  }

  count(value: Value): number {
    const bucket = this.#buckets.get(bucketOf(value))
    return bucket?.find((one) => sameStructure(one.value, value))?.count ?? 0
  }
}

/** A text that equal values share, and others mostly do not. */
function bucketOf(value: Value): string {
  if (typeof value === 'string') return `"${value}`
  if (value === null || typeof value === 'boolean' || isInteger(value)) return String(value)
  if (isArray(value)) return `[${value.map(bucketOf).join()}`
  // Adding zero makes -0 and 0, which are equal in structure, one.
  if (value instanceof Double) return `d${value.value + 0}`
  switch (value.kind) {
    case 'object': {
      const fields = [...value.entries()].map(([key, field]) => `${key}:${bucketOf(field)}`)
      return `{${fields.sort().join()}`
    }
    case 'ref':
      return `r${value.collection}/${value.id}`
    case 'document':
      return `o${value.ref.collection}/${value.ref.id}`
    case 'time':
      return `t${value.seconds}.${value.nanos}`
    case 'date':
      return `y${value.epochDay}`
    case 'uuid':
      return `u${value.text}`
    case 'unresolved':
      return `n${value.name}`
    default:
      return value.kind
  }
}
