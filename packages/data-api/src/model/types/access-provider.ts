import {
  failure,
  isArray,
  LambdaValue,
  nativeCollections,
  ObjectValue,
  Ref,
  type ValidationFailure,
  type Value,
} from '@vivarium/fql'
import { audienceOf, oneOrMore, stringsIn } from '../access-provider.ts'
import { changeClaims, claimedElsewhere } from '../audiences.ts'
import type { DatabaseView } from '../database-view.ts'
import { data, fail, field, name, required, string, wrongType } from '../fields.ts'
import { databaseDocument, isBuiltinRole } from '../schema.ts'
import { defineType } from './define-type.ts'
import type { Prepared, Write } from './document-type.ts'

/** How many audiences one provider may list: each is a record of its own. */
const audiencesMax = 64
const audienceLengthMax = 1024

/** The kinds of tokens that Cognito issues, by their claim `token_use`. */
const tokenUses: readonly Value[] = ['id', 'access']

/** One string or an array of them. */
const isStrings = (value: Value) =>
  isArray(value) ? value.every((one) => typeof one === 'string') : typeof value === 'string'

/**
 * Access providers: issuers of JSON Web Tokens that a database accepts as secrets, and the roles that these
 * have. `audiences` and `token_use` are ours: tokens for other audiences than the database's own, such as
 * those that Cognito issues to the clients of a user pool.
 *
 * @throws `feature not available` in the root database without `audiences`: no token can be for the root itself
 * @see data-model §1.9
 */
export const accessProviderType = defineType({
  // The reference has no name for them (data-model §0.2).
  label: 'other',
  native: 'access_providers',
  fields: {
    name,
    issuer: { ...string, isRequired: true },
    jwks_uri: field('URI', (value) => typeof value === 'string', {
      isRequired: true,
      check: (value, path) => {
        const why = `\`${String(value)}\` is a not valid URI`
        return isAddress(String(value)) ? [] : [fail(path, 'invalid uri', why)]
      },
    }),
    roles: field('RolesList', () => true, {
      check: (value, path) => oneOrMore(value).flatMap((one) => checkRole(one, path)),
    }),
    audiences: field('String Array', isStrings, { check: checkAudiences }),
    token_use: field('String Array', isStrings, {
      check: (value, path) =>
        oneOrMore(value).every((one) => tokenUses.includes(one))
          ? []
          : [fail(path, 'validation failure', 'A token use is `id` or `access`.')],
    }),
    data,
    audience: { ...string, protection: 'read-only' },
  },
  retained: ['name', 'issuer', 'jwks_uri', 'roles'],
  isSchema: true,
  isAllowedInContainer: true,
  prepare,
  written: ({ view, ref, current, fields }) => changeClaims(view.unit, ref, current, fields),
  deleted: (view, ref, fields) => changeClaims(view.unit, ref, fields, undefined),
})

/** Whether keys may be fetched from an address: over TLS, or from this machine (for development). */
function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  // Credentials in an address are refused by whatever fetches it.
  if (url === undefined || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

const isLoopback = (host: string) =>
  host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)

/** One of `roles`: a role's ref or name, or one of these with a predicate. */
function checkRole(value: Value, path: readonly string[]): readonly ValidationFailure[] {
  if (typeof value === 'string' || isRoleRef(value)) return []
  if (!(value instanceof ObjectValue)) return [wrongType(path, value, 'Role')]
  const role = value.get('role')
  if (role === undefined) return [required(['role'])]
  if (typeof role !== 'string' && !isRoleRef(role)) return [wrongType(['role'], role, 'Role Ref')]
  const predicate = value.get('predicate')
  if (predicate === undefined) return [required(['predicate'])]
  if (predicate instanceof LambdaValue) return []
  // Strings pass the first check, of an element by itself, and are refused by the second (data-model §0.2).
  const where = typeof predicate === 'string' ? [...path, 'predicate'] : ['predicate']
  return [wrongType(where, predicate, 'Query')]
}

const isRoleRef = (value: Value) =>
  value instanceof Ref && value.collection === nativeCollections.roles

function checkAudiences(value: Value, path: readonly string[]): readonly ValidationFailure[] {
  const audiences = stringsIn(value)
  const refuse = (why: string) => [fail(path, 'validation failure', why)]
  if (audiences.length > audiencesMax) {
    return refuse(`At most ${audiencesMax} audiences are allowed.`)
  }
  if (audiences.some((one) => one === '' || one.length > audienceLengthMax)) {
    return refuse(`An audience has 1 to ${audienceLengthMax} characters.`)
  }
  return []
}

function prepare(write: Write): Prepared {
  const { view, ref, fields, position } = write
  const { unit, database } = view
  const isRoot = databaseDocument(unit.transaction, database) === undefined
  if (isRoot && stringsIn(fields.get('audiences')).length === 0) {
    const why = "The feature 'Create Access Providers' is not available for your plan."
    throw failure('feature not available', why, position)
  }
  const issuer = fields.get('issuer')
  const other = unit.schema(database).accessProviders.get(String(issuer))
  const failures =
    other === undefined || other.ref.equals(ref)
      ? []
      : [fail(['issuer'], 'duplicate value', 'Value is not unique.')]
  const roles = resolveRoles(view, fields.get('roles'))
  const stored = roles.value === undefined ? fields : fields.with('roles', roles.value)
  return {
    fields: isRoot ? stored : stored.with('audience', audienceOf(unit.audiencePrefix, database)),
    failures: [...failures, ...roles.failures, ...checkClaims(view, fields)],
  }
}

/** Valid `roles` with names turned into refs, or why they cannot be: unknown names first. */
function resolveRoles(
  view: DatabaseView,
  value: Value | undefined,
): { readonly value: Value | undefined; readonly failures: readonly ValidationFailure[] } {
  const named = oneOrMore(value).flatMap((one) => {
    const role = one instanceof ObjectValue ? one.get('role') : one
    return typeof role === 'string' ? [role] : []
  })
  const find = (role: string) => view.resolve('roles', role, view.database)
  const refuse = (why: string) => fail(['roles'], 'validation failure', why)
  const failures = [
    ...named
      .filter((role) => !isBuiltinRole(role) && find(role) === undefined)
      .map((role) => refuse(`Role \`${role}\` does not exist.`)),
    ...named
      .filter((role) => isBuiltinRole(role))
      .map((role) => refuse(`Builtin role \`${role}\` not allowed.`)),
  ]
  const resolve = (role: Value) => (typeof role === 'string' ? (find(role) ?? role) : role)
  const resolveOne = (one: Value) =>
    one instanceof ObjectValue ? one.with('role', resolve(one.get('role') ?? null)) : resolve(one)
  const resolved =
    value === undefined ? undefined : isArray(value) ? value.map(resolveOne) : resolveOne(value)
  return { value: resolved, failures }
}

function checkClaims(view: DatabaseView, fields: ObjectValue): readonly ValidationFailure[] {
  const audiences = stringsIn(fields.get('audiences'))
  if (fields.has('token_use') && audiences.length === 0) return [required(['audiences'])]
  return [
    // Else a provider could claim the tokens that are for another database.
    ...audiences
      .filter((audience) => audience.startsWith(view.unit.audiencePrefix))
      .map((audience) => {
        const why = `Audience \`${audience}\` stands for a database.`
        return fail(['audiences'], 'validation failure', why)
      }),
    ...claimedElsewhere(view, fields).map((audience) => {
      const why = `Audience \`${audience}\` of this issuer is accepted by another database.`
      return fail(['audiences'], 'duplicate value', why)
    }),
  ]
}
