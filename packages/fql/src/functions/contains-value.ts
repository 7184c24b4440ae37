import { isScalar, unresolvedError } from '../casts.ts'
import type { Context } from '../context.ts'
import { invalidArgument } from '../errors.ts'
import type { Position } from '../position.ts'
import { boundOf } from '../sets/cursor.ts'
import { checkReadable, entriesOf } from '../sets/read-set.ts'
import { isHistorical, shapeOf } from '../sets/shape.ts'
import { sameStructure } from '../values/equal.ts'
import { ObjectValue } from '../values/object.ts'
import { valueAt } from '../values/path.ts'
import { Ref } from '../values/ref.ts'
import { elementOf, type SetValue } from '../values/set.ts'
import { isArray, type Value } from '../values/value.ts'

/** The body of `contains_value`; equality is structural (fql-v4 §4.4). */
export function hasValue(
  container: Value,
  value: Value,
  context: Context,
  position: Position,
): boolean {
  const among = (values: readonly (Value | undefined)[]) =>
    values.some((one) => one !== undefined && sameStructure(one, value))
  const at = (...fields: string[]) =>
    fields.map((field) => valueAt(container, [field], context.documents))
  if (isArray(container)) return among(container)
  if (container instanceof Ref) return among(at('id', 'collection', 'database'))
  if (isScalar(container)) {
    const types = 'Object, Array, Page, Set, or Ref'
    throw invalidArgument(`${types} expected, Scalar provided.`, position.at('in'))
  }
  // Scalars and arrays are gone: what is left has a kind.
  if (container === null || typeof container !== 'object') return false
  switch (container.kind) {
    case 'unresolved':
      throw unresolvedError(container, position.at('in'))
    case 'object':
      return among(container.values)
    case 'page':
      return among([container.data, container.before, container.after])
    case 'document':
      return among([...at('ref', 'class', 'ts'), ...container.fields.values])
    case 'event': {
      const { data } = container
      const fields = data instanceof ObjectValue ? data.values : isArray(data ?? null) ? data : []
      return among([...at('ts', 'action', 'document'), ...(fields as readonly Value[])])
    }
    case 'set':
      return isElement(container, value, context, position)
    default:
      return false
  }
}

function isElement(set: SetValue, value: Value, context: Context, position: Position): boolean {
  checkReadable(set, context, position)
  if (isHistorical(set)) {
    for (const entry of entriesOf(set, context, position)) {
      if (sameStructure(elementOf(entry), value)) return true
    }
    return false
  }
  const from = boundOf(value, shapeOf(set, context), position.at('contains_value'))
  for (const entry of entriesOf(set, context, position, { from, expected: 1 })) {
    return sameStructure(elementOf(entry), value)
  }
  return false
}
