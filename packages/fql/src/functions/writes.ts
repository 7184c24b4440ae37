/** Writes (fql-v4 §4.14). What is validated, and who may do it, is the database's business. */
import * as cast from '../casts.ts'
import type { Context } from '../context.ts'
import { define } from '../define.ts'
import { failure, invalidArgument } from '../errors.ts'
import type { Position } from '../position.ts'
import { ObjectValue } from '../values/object.ts'
import {
  asNativeCollection,
  type NativeCollection,
  nativeCollectionRef,
  type Ref,
} from '../values/ref.ts'

const params = cast.optional(cast.object)

/** @throws invalid write time while `At` looks at the past (fql-v4 §1.9) */
function checkWriteTime(context: Context, position: Position): void {
  if (context.at === undefined) return
  throw failure('invalid write time', 'Cannot write outside of snapshot time.', position)
}

/** @throws invalid argument for a ref of another database */
export function checkScope(ref: Ref, context: Context, position: Position): void {
  if (ref.database !== context.documents.database) {
    throw invalidArgument('Cannot write a scoped ref.', position)
  }
}

/** @throws invalid argument for the ref of a built-in collection */
function checkNotNative(ref: Ref, position: Position): void {
  if (asNativeCollection(ref) !== undefined) {
    throw invalidArgument('Cannot update a schema meta collection.', position)
  }
}

/**
 * Create(collection, params), Create(ref, params): a new document, with a new id or the given one.
 *
 * @throws at `create`: `permission denied`, then `instance already exists`, then `validation failed`
 * @see fql-v4 §4.14
 */
export const create = define({
  args: { create: cast.stringOrRef, params },
  effect: 'write',
  evaluate: ({ create: target, params: given }, { position, context }) => {
    const { documents } = context
    const ref =
      typeof target === 'string'
        ? documents.resolve('collections', target, documents.database)
        : target
    const place = position.at('create')
    if (ref === undefined) throw cast.undefinedName('collections', target as string, place)
    checkScope(ref, context, place)
    checkWriteTime(context, place)
    return documents.create(ref, given ?? ObjectValue.empty, position, 'create')
  },
})

/** `create_collection(params)` and its kin: Create in a built-in collection. */
function createNative<const K extends string>(
  key: K,
  native: NativeCollection,
  more: { readonly alias?: readonly string[]; readonly since?: '4' } = {},
) {
  return define({
    args: { [key]: cast.object },
    effect: 'write',
    ...more,
    evaluate: (args, { position, context }) => {
      checkWriteTime(context, position.at(key))
      const target = nativeCollectionRef(context.documents.database, native)
      return context.documents.create(target, args[key] as ObjectValue, position, key)
    },
  })
}

export const createCollection = createNative('create_collection', 'collections', {
  alias: ['create_class'],
})
export const createDatabase = createNative('create_database', 'databases')
export const createIndex = createNative('create_index', 'indexes')
export const createKey = createNative('create_key', 'keys')
export const createFunction = createNative('create_function', 'functions')
export const createRole = createNative('create_role', 'roles')
export const createAccessProvider = createNative('create_access_provider', 'access_providers', {
  since: '4',
})

/**
 * Update(ref, params): the document with `params` merged in; null removes a field.
 *
 * @throws `instance not found` at `update`; `permission denied`, `validation failed` at the form
 * @see fql-v4 §4.14
 */
export const update = define({
  args: { update: cast.ref, params },
  effect: 'write',
  evaluate: ({ update: ref, params: given }, { position, context }) => {
    const place = position.at('update')
    checkScope(ref, context, place)
    checkNotNative(ref, place)
    checkWriteTime(context, position)
    return context.documents.update(ref, given ?? ObjectValue.empty, position)
  },
})

/**
 * Replace(ref, params): the document with `params` for its fields.
 *
 * @throws as `update`, with `replace`
 * @see fql-v4 §4.14
 */
export const replace = define({
  args: { replace: cast.ref, params },
  effect: 'write',
  evaluate: ({ replace: ref, params: given }, { position, context }) => {
    const place = position.at('replace')
    checkScope(ref, context, place)
    checkNotNative(ref, place)
    checkWriteTime(context, position)
    return context.documents.replace(ref, given ?? ObjectValue.empty, position)
  },
})

/**
 * Delete(ref): removes the document and returns it as it was.
 *
 * @throws `instance not found` before `permission denied`, both at the form
 * @see fql-v4 §4.14
 */
export const remove = define({
  args: { delete: cast.ref },
  effect: 'write',
  evaluate: ({ delete: ref }, { position, context }) => {
    checkScope(ref, context, position.at('delete'))
    return context.documents.delete(ref, position)
  },
})
