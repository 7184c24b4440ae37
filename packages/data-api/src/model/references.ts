/** Refs inside what is written (data-model §0.1, step 1; "Refs checked", §1). */
import {
  asNativeCollection,
  isArray,
  ObjectValue,
  type Position,
  Ref,
  UnresolvedRef,
  type ValidationFailure,
  type Value,
  validationFailed,
} from '@vivarium/fql'
import { mayRead } from './authorization.ts'
import type { DatabaseView } from './database-view.ts'
import { fail } from './fields.ts'

/** Every ref in a value, with its path; lambda bodies are not walked. */
function* refsIn(
  value: Value,
  path: readonly string[],
): IterableIterator<{ ref: Ref | UnresolvedRef; path: readonly string[] }> {
  if (value instanceof Ref || value instanceof UnresolvedRef) {
    yield { ref: value, path }
  } else if (value !== null && typeof value === 'object' && isArray(value)) {
    for (let i = 0; i < value.length; i++) yield* refsIn(value[i] as Value, [...path, String(i)])
  } else if (value instanceof ObjectValue) {
    for (const [key, inner] of value.entries()) yield* refsIn(inner, [...path, key])
  }
}

/**
 * Refuses refs that resolve to nothing or lie in another database.
 *
 * @throws validation failed at `position`, the form's own
 */
export function checkReferences(view: DatabaseView, params: ObjectValue, position: Position): void {
  const failures: ValidationFailure[] = []
  const prefix = position.toArray().map(String)
  for (const { ref, path } of refsIn(params, prefix)) {
    if (ref instanceof UnresolvedRef) {
      failures.push(fail(path, 'invalid reference', 'Cannot read reference.'))
    } else if (ref.database !== view.database) {
      failures.push(fail(path, 'invalid reference', 'Reference cannot be scoped.'))
    }
  }
  if (failures.length > 0) throw validationFailed(failures, position)
}

/** The refs in a schema document's fields that do not exist, or that the caller may not read. */
export function unreadableReferences(
  view: DatabaseView,
  fields: ObjectValue,
): readonly ValidationFailure[] {
  return [...refsIn(fields, [])].flatMap(({ ref, path }) => {
    if (ref instanceof UnresolvedRef) return []
    if (asNativeCollection(ref) !== undefined) return []
    if (!mayRead(view, ref)) return [fail(path, 'invalid reference', 'Cannot read reference.')]
    return view.read(ref, undefined) === undefined
      ? [fail(path, 'invalid reference', 'Reference was not found.')]
      : []
  })
}
