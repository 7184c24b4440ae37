/**
 * How lambdas are stored: as the JSON of an `@query`, in which refs are written by their ids, not by the
 * names that they have today. A name may be given to something else tomorrow.
 *
 * ```
 * {"@ref":{"id":"#1024","collection":{"@ref":{"id":"collections"}}}}      a collection, by its id
 * ```
 *
 * `#` begins no name (data-model §2.1), so the two cannot be mistaken for one another.
 */
import {
  asNativeCollection,
  type DatabaseId,
  isNamed,
  LambdaValue,
  type Names,
  nativeCollections,
  nativeOf,
  ObjectValue,
  Position,
  parseApiVersion,
  parseClosedLambda,
  parseJson,
  Ref,
  type RefDescription,
  render,
} from '@vivarium/fql'
import type { LambdaCodec } from './codec.ts'

/** What storing refs of other databases needs to know. */
export interface Databases {
  /** The ids of the databases from `from` (exclusive) down to `to`; undefined if it is not below. */
  path(from: DatabaseId, to: DatabaseId): readonly DatabaseId[] | undefined
}

/** The lambdas of one database; `names` resolves what is still named in them. */
export function lambdaCodec(names: Names, databases: Databases): LambdaCodec {
  const described = (ref: Ref) => describeById(ref, databases.path(names.database, ref.database))
  const byId: Names = {
    ...names,
    resolve: (native, name, database) =>
      name.startsWith('#')
        ? new Ref(database, nativeCollections[native], BigInt(name.slice(1)))
        : names.resolve(native, name, database),
  }
  return {
    write: (lambda) =>
      render(lambda, { describe: described, version: 'UNSTABLE', keepQuotes: true }),
    read: (json) => readLambda(json, byId),
  }
}

function describeById(
  ref: Ref,
  path: readonly DatabaseId[] | undefined,
): RefDescription | undefined {
  if (path === undefined) return undefined
  const databases = path.map((id) => `#${id}`)
  const itself = asNativeCollection(ref)
  if (itself !== undefined) return { id: itself, collection: undefined, databases }
  const native = nativeOf(ref)
  if (native === undefined) {
    const collection = { name: `#${ref.collection}`, isNative: false }
    return { id: String(ref.id), collection, databases }
  }
  const id = isNamed(native) ? `#${ref.id}` : String(ref.id)
  return { id, collection: { name: native, isNative: true }, databases }
}

function readLambda(json: string, names: Names): LambdaValue {
  const tagged = parseJson(json) as ObjectValue
  const literal = tagged.values[0] as ObjectValue
  const version = parseApiVersion(String(literal.get('api_version'))) ?? '2.12'
  const body = literal.without('api_version')
  const parsed = parseClosedLambda(body, Position.root, { version, names })
  return new LambdaValue(parsed.pattern, parsed.body, parsed.version, ObjectValue.empty)
}
