import {
  isArray,
  LambdaValue,
  ObjectValue,
  Ref,
  type ValidationFailure,
  type Value,
} from '@vivarium/fql'
import type { DatabaseView } from '../database-view.ts'
import { data, fail, field, isCollection, name, required, wrongType } from '../fields.ts'
import { type Action, actions } from '../schema.ts'
import { defineType } from './define-type.ts'

/** How many parameters the predicate of each action takes (data-model §1.5). */
const arity: Record<Action, number> = {
  read: 1,
  write: 2,
  create: 1,
  create_with_id: 2,
  delete: 1,
  history_read: 1,
  history_write: 4,
  unrestricted_read: 1,
  call: 1,
}

/** Most roles that may have one collection as a member. */
const rolesPerCollectionMax = 64

const isObjectOrList = (value: Value) =>
  value instanceof ObjectValue ||
  (isArray(value) && value.every((one) => one instanceof ObjectValue))

/**
 * Roles: privileges on resources, and the collections whose documents have them.
 *
 * The arity of predicates is checked only where `privileges` or `membership` is a single object, as in the
 * reference: the three-parameter write predicate relies on it.
 *
 * @see data-model §1.5
 */
export const roleType = defineType({
  label: 'Role',
  native: 'roles',
  fields: {
    name,
    privileges: field('Privilege', isObjectOrList),
    membership: field('Membership', isObjectOrList),
    data,
  },
  retained: ['name'],
  isSchema: true,
  isAllowedInContainer: true,
  prepare: ({ view, ref, fields, position }) => {
    const privileges = parts(fields.get('privileges'))
    const membership = parts(fields.get('membership'))
    const failures = [
      ...privileges.list.flatMap((one) => checkPrivilege(one, privileges.isSingle)),
      ...membership.list.flatMap((one) => checkMembership(one, membership.isSingle)),
    ]
    const stored = maskActions(fields)
    const path = position.toArray().map(String)
    failures.push(...checkCount(view, ref, membership.list, path))
    return { fields: stored, failures }
  },
})

function parts(value: Value | undefined): { list: readonly ObjectValue[]; isSingle: boolean } {
  if (value instanceof ObjectValue) return { list: [value], isSingle: true }
  const list = value !== undefined && isArray(value) ? value : []
  return { list: list.filter((one) => one instanceof ObjectValue), isSingle: false }
}

function checkPrivilege(privilege: ObjectValue, checksArity: boolean): ValidationFailure[] {
  const resource = privilege.get('resource')
  const granted = privilege.get('actions')
  const failures = resource === undefined ? [required(['resource'])] : []
  if (resource !== undefined && !(resource instanceof Ref)) {
    failures.push(wrongType(pathOf(resource, ['privileges', 'resource']), resource, 'Ref'))
  }
  if (granted === undefined) return failures
  if (!(granted instanceof ObjectValue))
    return [...failures, wrongType(['actions'], granted, 'Map')]
  const checked = actions.flatMap((action) => {
    const value = granted.get(action)
    const path = ['privileges', 'actions', action]
    if (value === undefined || typeof value === 'boolean') return []
    if (!(value instanceof LambdaValue)) {
      return [wrongType(pathOf(value, path), value, 'RoleAction')]
    }
    return checksArity ? checkArity(value, arity[action], path) : []
  })
  return [...failures, ...checked]
}

function checkMembership(member: ObjectValue, checksArity: boolean): ValidationFailure[] {
  const resource = member.get('resource')
  const predicate = member.get('predicate')
  const failures = resource === undefined ? [required(['resource'])] : []
  if (resource !== undefined && !isCollection(resource)) {
    failures.push(wrongType(pathOf(resource, ['membership', 'resource']), resource, 'Class Ref'))
  }
  if (predicate === undefined) return failures
  const path = ['membership', 'predicate']
  if (!(predicate instanceof LambdaValue)) {
    return [...failures, wrongType(pathOf(predicate, path), predicate, 'Query')]
  }
  return checksArity ? [...failures, ...checkArity(predicate, 1, path)] : failures
}

/** Strings pass the first check, of an element by itself, and are refused by the second (§0.2). */
const pathOf = (value: Value, path: readonly string[]) =>
  typeof value === 'string' ? path : path.slice(1)

/** `_` takes any number; an array of names as many as it has; a name one. */
function checkArity(lambda: LambdaValue, expected: number, path: string[]): ValidationFailure[] {
  const { pattern } = lambda
  if (pattern === '_') return []
  const actual = typeof pattern === 'string' ? 1 : pattern.length
  if (actual === expected) return []
  const why = `Found lambda with arity ${actual} expected ${expected}`
  return [fail(path, 'invalid arity', why)]
}

/** The fields with unknown actions dropped. */
function maskActions(fields: ObjectValue): ObjectValue {
  const privileges = fields.get('privileges')
  if (privileges === undefined) return fields
  const masked = (value: Value): Value => {
    const granted = value instanceof ObjectValue ? value.get('actions') : undefined
    if (!(value instanceof ObjectValue) || !(granted instanceof ObjectValue)) return value
    const known = [...granted.entries()].filter(([key]) =>
      (actions as readonly string[]).includes(key),
    )
    return value.with('actions', ObjectValue.of(known))
  }
  const kept = isArray(privileges) ? privileges.map(masked) : masked(privileges)
  return fields.with('privileges', kept)
}

function checkCount(
  view: DatabaseView,
  role: Ref,
  membership: readonly ObjectValue[],
  path: readonly string[],
): ValidationFailure[] {
  const schema = view.unit.schema(view.database)
  const isFull = membership.some((member) => {
    const resource = member.get('resource')
    if (!(resource instanceof Ref)) return false
    const memberships = schema.membershipsOf(Number(resource.id))
    const others = new Set(memberships.map((one) => one.role.ref.id).filter((id) => id !== role.id))
    return others.size >= rolesPerCollectionMax
  })
  const why = `Maximum number of roles per membership class exceeded. Maximum allowed: ${rolesPerCollectionMax}.`
  return isFull ? [fail(path, 'resources exceeded', why)] : []
}
