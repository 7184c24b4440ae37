/**
 * A place in a query: the keys and indexes that lead from its root to an expression (wire §4.5).
 *
 * A linked list, so that parsing allocates one small object per expression and only an error spells
 * the path out.
 */
export class Position {
  readonly parent: Position | undefined
  readonly key: string | number

  private constructor(parent: Position | undefined, key: string | number) {
    this.parent = parent
    this.key = key
  }

  /** The whole query: `[]`. */
  static readonly root = new Position(undefined, '')

  /** The place that `key` names below this one. */
  at(key: string | number): Position {
    return new Position(this, key)
  }

  /** The path from the root, as errors render it. */
  toArray(): (string | number)[] {
    const path: (string | number)[] = []
    for (let place: Position = this; place.parent !== undefined; place = place.parent) {
      path.push(place.key)
    }
    return path.reverse()
  }
}
