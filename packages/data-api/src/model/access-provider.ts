/** Access providers: whose tokens a database accepts, and for which roles (data-model §1.9, §7). */
import { type DatabaseId, isArray, LambdaValue, ObjectValue, Ref, type Value } from '@vivarium/fql'
import { globalId } from './global-id.ts'

/** What the audiences of databases begin with, unless they are told otherwise: as in Fauna. */
export const audiencePrefixDefault = 'https://db.fauna.com/db/'

/** The audience that stands for a database in any token. */
export function audienceOf(prefix: string, database: DatabaseId): string {
  return prefix + globalId(database)
}

/** An access provider, ready to be asked. */
export interface AccessProvider {
  readonly ref: Ref
  readonly issuer: string
  readonly jwksUri: string
  readonly roles: readonly ProviderRole[]
  /** Our addition: further audiences, besides that of the database. */
  readonly audiences: readonly string[]
  /** The kinds of tokens that are accepted for them; empty: such as do not say (`token_use`). */
  readonly tokenUses: readonly string[]
}

/** A role for who has a token; with a predicate, for those whose claims it accepts. */
export interface ProviderRole {
  readonly role: Ref
  readonly predicate: LambdaValue | undefined
}

/** Reads an access provider's document, which was validated when it was written. */
export function readAccessProvider(ref: Ref, fields: ObjectValue): AccessProvider {
  return {
    ref,
    issuer: String(fields.get('issuer')),
    jwksUri: String(fields.get('jwks_uri')),
    roles: oneOrMore(fields.get('roles')).flatMap((one) => readRole(one) ?? []),
    audiences: stringsIn(fields.get('audiences')),
    tokenUses: stringsIn(fields.get('token_use')),
  }
}

function readRole(value: Value): ProviderRole | undefined {
  if (value instanceof Ref) return { role: value, predicate: undefined }
  if (!(value instanceof ObjectValue)) return undefined
  const role = value.get('role')
  const predicate = value.get('predicate')
  // A predicate that is gone must not turn into a role for everybody.
  return role instanceof Ref && predicate instanceof LambdaValue ? { role, predicate } : undefined
}

/** The elements of an array, or the one value that stands for an array of it. */
export function oneOrMore(value: Value | undefined): readonly Value[] {
  if (value === undefined) return []
  return isArray(value) ? value : [value]
}

/** The strings of a field that holds one or an array of them. */
export function stringsIn(value: Value | undefined): readonly string[] {
  return oneOrMore(value).filter((one) => typeof one === 'string')
}
