/** Merging the parameters of a write into what is stored (data-model §0.1). */
import { isArray, ObjectValue, type Value } from '@vivarium/fql'

/** `base` with `patch` merged in: objects merge, null removes, everything else replaces. */
export function patchObject(base: ObjectValue, patch: ObjectValue): ObjectValue {
  let merged = base
  for (const [key, value] of patch.entries()) {
    if (value === null) {
      merged = merged.without(key)
      continue
    }
    const before = merged.get(key)
    merged = merged.with(
      key,
      value instanceof ObjectValue
        ? patchObject(before instanceof ObjectValue ? before : ObjectValue.empty, value)
        : withoutNulls(value),
    )
  }
  return merged
}

/** A value as it is stored when it is new: arrays and objects lose their nulls, at any depth. */
function withoutNulls(value: Value): Value {
  if (isArray(value)) {
    return value.filter((one) => one !== null).map(withoutNulls)
  }
  return value instanceof ObjectValue ? patchObject(ObjectValue.empty, value) : value
}

/** The fields of `object` that are named, in their order; empty objects among them are left out. */
export function mask(object: ObjectValue, names: (key: string) => boolean): ObjectValue {
  return ObjectValue.of(
    [...object.entries()].filter(
      ([key, value]) => names(key) && !(value instanceof ObjectValue && value.keys.length === 0),
    ),
  )
}
