/** The `role` field of keys and functions (data-model §1.4, §1.6). */
import { isArray, nativeCollections, Ref, type ValidationFailure, type Value } from '@vivarium/fql'
import type { DatabaseView } from '../database-view.ts'
import { fail, field } from '../fields.ts'
import { isBuiltinRole } from '../schema.ts'

const isRoleRef = (value: Value) =>
  value instanceof Ref && value.collection === nativeCollections.roles

const isRole = (value: Value): boolean => typeof value === 'string' || isRoleRef(value)

/** A built-in role's name, a role's ref or name, or an array of refs and names. */
export const roleField = field('Role', (value) =>
  isArray(value) ? value.every((one) => isRole(one) && !isBuiltinRole(one)) : isRole(value),
)

/** A valid `role` with names turned into refs, or why it cannot be. */
export function resolveRole(
  view: DatabaseView,
  value: Value,
): { readonly role: Value; readonly failures: readonly ValidationFailure[] } {
  if (isBuiltinRole(value)) return { role: value, failures: [] }
  const failures: ValidationFailure[] = []
  const resolve = (one: Value): Value => {
    if (typeof one !== 'string') return one
    const ref = view.resolve('roles', one, view.database)
    if (ref !== undefined) return ref
    failures.push(fail(['role'], 'validation failure', `Role name \`${one}\` does not exist.`))
    return one
  }
  const role = isArray(value) ? value.map(resolve) : resolve(value)
  return { role, failures }
}
