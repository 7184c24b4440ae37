/** References and ids (fql-v4 §4.11). */
import * as cast from '../casts.ts'
import { define } from '../define.ts'
import { attempt, gather, invalidArgument } from '../errors.ts'
import { documentId, namedRef } from '../parse-ref.ts'
import {
  asNativeCollection,
  isCollectionRef,
  isNamed,
  type NamedCollection,
  type NativeCollection,
  nativeCollectionRef,
  Ref,
  UnresolvedRef,
} from '../values/ref.ts'
import type { Value } from '../values/value.ts'

/**
 * Ref(collection, id): a document's ref; it need not exist. A missing collection makes it unresolved.
 *
 * @throws `invalid argument` for a built-in collection of named things, and for an id that is no 64-bit
 * integer; both are reported
 * @see fql-v4 §4.11
 */
export const ref = define({
  args: { ref: cast.any, id: cast.any, scope: cast.optional(cast.databaseRef) },
  effect: 'pure',
  evaluate: ({ ref: collection, id, scope }, { position, context }) => {
    const parts = [
      attempt<Ref | UnresolvedRef | bigint>(() => checkCollection(collection, position.at('ref'))),
      attempt<Ref | UnresolvedRef | bigint>(() => {
        const number = documentId(id)
        if (typeof number === 'object') throw invalidArgument(number.refusal, position.at('id'))
        return number
      }),
    ]
    const [owner, number] = gather(parts)
    if (owner instanceof UnresolvedRef) {
      return new UnresolvedRef('collections', owner.name, {
        id: String(number),
        database: owner.database,
      })
    }
    const database = scope === undefined ? undefined : context.documents.databaseOf(scope)
    const collectionRef = owner as Ref
    return new Ref(database ?? collectionRef.database, Number(collectionRef.id), number as bigint)
  },
})

function checkCollection(collection: Value, position: Parameters<typeof invalidArgument>[1]) {
  if (collection instanceof UnresolvedRef && collection.native === 'collections') return collection
  if (!(collection instanceof Ref) || !isCollectionRef(collection)) {
    throw cast.wrongType(['Collection Ref'], collection, position)
  }
  const native = asNativeCollection(collection)
  if (native !== undefined && isNamed(native)) {
    throw invalidArgument('Regular Class Ref expected, Schema Class Ref provided.', position)
  }
  return collection
}

/** `collection(name, scope?)` and its kin: the item of that name, or an unresolved ref. */
function named<const K extends string>(
  key: K,
  native: NamedCollection,
  more: { readonly alias?: readonly string[]; readonly since?: '4' } = {},
) {
  return define({
    args: { [key]: cast.string, scope: cast.optional(cast.databaseRef) },
    effect: 'pure',
    ...more,
    evaluate: (args, { context }) =>
      namedRef(native, args[key] as string, context.documents, args.scope as Ref | undefined),
  })
}

export const database = named('database', 'databases')
export const index = named('index', 'indexes')
export const collection = named('collection', 'collections', { alias: ['class'] })
export const userFunction = named('function', 'functions')
export const role = named('role', 'roles')
export const accessProvider = named('access_provider', 'access_providers', { since: '4' })

/** `collections(scope)` and its kin: the built-in collection itself. */
function native<const K extends string>(
  key: K,
  of: NativeCollection,
  more: { readonly alias?: readonly string[]; readonly since?: '4' } = {},
) {
  const scope = cast.nullable(cast.databaseRef, ['Database Ref'])
  return define({
    args: { [key]: scope },
    effect: 'pure',
    ...more,
    evaluate: (args, { context, position }) => {
      const given = args[key] as Ref | null
      const scoped =
        given === null ? context.documents.database : context.documents.databaseOf(given)
      if (scoped === undefined) {
        const name = context.documents.describe(given as Ref)?.id ?? ''
        throw cast.undefinedName('databases', name, position.at(key))
      }
      return nativeCollectionRef(scoped, of)
    },
  })
}

export const databases = native('databases', 'databases')
export const indexes = native('indexes', 'indexes')
export const collections = native('collections', 'collections', { alias: ['classes'] })
export const keys = native('keys', 'keys')
export const tokens = native('tokens', 'tokens')
export const credentials = native('credentials', 'credentials')
export const functions = native('functions', 'functions')
export const roles = native('roles', 'roles')
export const accessProviders = native('access_providers', 'access_providers', { since: '4' })

/**
 * NewId(): a document id that no document has, as a string. Counts as a write.
 *
 * @see data-model §2.3
 */
export const newId = define({
  args: { new_id: cast.nothing },
  effect: 'write',
  alias: ['next_id'],
  evaluate: (_, { context }) => String(context.documents.newId()),
})
