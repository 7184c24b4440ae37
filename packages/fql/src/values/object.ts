import type { Value } from './value.ts'

/** How many fields are searched one after another before an index pays. */
const linearFieldsMax = 8

/**
 * An object: fields in the order they were written. The first of two fields with one name counts.
 *
 * Two parallel arrays instead of a `Map`: objects are small, are built once and are mostly rendered
 * in order. Neither array may be changed after construction.
 */
export class ObjectValue {
  readonly kind = 'object'
  readonly keys: readonly string[]
  readonly values: readonly Value[]
  #index: Map<string, number> | undefined

  constructor(keys: readonly string[], values: readonly Value[]) {
    this.keys = keys
    this.values = values
  }

  static readonly empty = new ObjectValue([], [])

  /** An object of `[key, value]` pairs, in their order. */
  static of(entries: Iterable<readonly [string, Value]>): ObjectValue {
    const keys: string[] = []
    const values: Value[] = []
    for (const [key, value] of entries) {
      keys.push(key)
      values.push(value)
    }
    return new ObjectValue(keys, values)
  }

  /** The field `key`; undefined if there is none (a null field is `null`). */
  get(key: string): Value | undefined {
    const at = this.indexOf(key)
    return at < 0 ? undefined : this.values[at]
  }

  has(key: string): boolean {
    return this.indexOf(key) >= 0
  }

  /** This object with `key` set: in its place if it exists, at the end if not. */
  with(key: string, value: Value): ObjectValue {
    const at = this.indexOf(key)
    return at < 0
      ? new ObjectValue([...this.keys, key], [...this.values, value])
      : new ObjectValue(this.keys, this.values.with(at, value))
  }

  /** This object without `key`. */
  without(key: string): ObjectValue {
    const at = this.indexOf(key)
    return at < 0 ? this : new ObjectValue(this.keys.toSpliced(at, 1), this.values.toSpliced(at, 1))
  }

  *entries(): IterableIterator<readonly [string, Value]> {
    for (let i = 0; i < this.keys.length; i++)
      yield [this.keys[i] as string, this.values[i] as Value]
  }

  private indexOf(key: string): number {
    if (this.keys.length <= linearFieldsMax) return this.keys.indexOf(key)
    if (this.#index === undefined) {
      this.#index = new Map()
      for (let i = this.keys.length - 1; i >= 0; i--) this.#index.set(this.keys[i] as string, i)
    }
    return this.#index.get(key) ?? -1
  }
}
