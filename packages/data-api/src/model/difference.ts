import { ObjectValue, type Value } from '@vivarium/fql'

/**
 * The patch that turns `before` into `after`: what is new or different, as far down as objects go; null for
 * what is gone.
 *
 * @param isSame whether two values are the very same
 */
export function difference(
  before: ObjectValue,
  after: ObjectValue,
  isSame: (a: Value, b: Value) => boolean,
): ObjectValue {
  const written = [...after.entries()].flatMap(([key, value]): [string, Value][] => {
    const old = before.get(key)
    if (old === undefined) return [[key, value]]
    if (isSame(old, value)) return []
    const isDeeper = old instanceof ObjectValue && value instanceof ObjectValue
    return [[key, isDeeper ? difference(old, value, isSame) : value]]
  })
  const gone = before.keys
    .filter((key) => !after.has(key))
    .map((key): [string, null] => [key, null])
  return ObjectValue.of([...written, ...gone])
}
