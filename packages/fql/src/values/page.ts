import type { SetValue } from './set.ts'
import type { Value } from './value.ts'

/**
 * A page of a set (wire §5.7). Besides its elements it remembers the cursor of each, so that `Take`
 * and `Drop` after `Map` still give correct ends (fql-v4 §4.5).
 */
export class PageValue {
  readonly kind = 'page'
  readonly data: readonly Value[]
  readonly before: Value | undefined
  readonly after: Value | undefined
  #cursors: readonly Value[] | (() => readonly Value[])

  constructor(page: {
    readonly data: readonly Value[]
    readonly before?: Value | undefined
    readonly after?: Value | undefined
    /** The cursors, or what makes them: hardly a page is asked for them. */
    readonly cursors: readonly Value[] | (() => readonly Value[])
  }) {
    this.data = page.data
    this.before = page.before
    this.after = page.after
    this.#cursors = page.cursors
  }

  /** The cursor of each element as it was read, in the order read. */
  get cursors(): readonly Value[] {
    if (typeof this.#cursors === 'function') this.#cursors = this.#cursors()
    return this.#cursors
  }

  /** This page with other data; its ends stay. */
  withData(data: readonly Value[], cursors = this.#cursors): PageValue {
    return new PageValue({ data, before: this.before, after: this.after, cursors })
  }
}

/** An element of a page read with `sources: true`: its value and the sets it came from. */
export class SourcedValue {
  readonly kind = 'sourced'
  readonly value: Value
  readonly sources: readonly SetValue[]

  constructor(value: Value, sources: readonly SetValue[]) {
    this.value = value
    this.sources = sources
  }
}
