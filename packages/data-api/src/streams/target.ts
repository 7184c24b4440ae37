import {
  DocumentValue,
  invalidArgument,
  nativeCollections,
  Position,
  Ref,
  SetValue,
  typeName,
  UnresolvedRef,
  unresolvedError,
  userCollectionIdMin,
  type Value,
} from '@vivarium/fql'
import { type Change, refName } from '../model/changes.ts'
import type { DatabaseView } from '../model/database-view.ts'
import { setName } from '../model/entry-changes.ts'
import { covers, type Index } from '../model/schema.ts'

/** What a stream follows: a document, all documents of a collection, or an index under some terms. */
export type StreamTarget =
  | { readonly kind: 'document'; readonly name: string; readonly ref: Ref }
  | { readonly kind: 'documents'; readonly name: string; readonly collection: Ref }
  | {
      readonly kind: 'match'
      readonly name: string
      readonly index: Index
      readonly terms: readonly Value[]
    }

/** The built-in collections whose documents can be followed as a set (wire §7.1). */
const followedNatives: ReadonlySet<number> = new Set([
  nativeCollections.tokens,
  nativeCollections.credentials,
])

/**
 * What the value of a stream's expression names.
 *
 * @throws `invalid ref`, `invalid argument`
 * @see wire §7.1
 */
export function targetOf(view: DatabaseView, value: Value): StreamTarget {
  if (value instanceof UnresolvedRef) throw unresolvedError(value, Position.root)
  const ref = value instanceof DocumentValue ? value.ref : value
  if (ref instanceof Ref && ref.collection >= userCollectionIdMin) {
    return { kind: 'document', name: refName(ref), ref }
  }
  const target = value instanceof SetValue ? targetOfSet(view, value) : undefined
  if (target !== undefined) return target
  const what = `Expected a Document Ref or Version, or a Set Ref, got ${typeName(value)}.`
  throw invalidArgument(what, Position.root)
}

function targetOfSet(view: DatabaseView, { set }: SetValue): StreamTarget | undefined {
  if (set.form === 'documents') {
    const number = Number(set.collection.id)
    const isFollowed = number >= userCollectionIdMin || followedNatives.has(number)
    const { collection } = set
    return isFollowed ? { kind: 'documents', name: refName(collection), collection } : undefined
  }
  if (set.form !== 'match') return undefined
  const index = view.unit.schema(set.index.database).indexes.get(Number(set.index.id))
  if (index === undefined) return undefined
  const { terms } = set
  return { kind: 'match', name: setName(view, index.ref, terms), index, terms }
}

/** The database that holds what a stream follows. */
export function databaseOf(target: StreamTarget): bigint {
  switch (target.kind) {
    case 'document':
      return target.ref.database
    case 'documents':
      return target.collection.database
    case 'match':
      return target.index.ref.database
  }
}

/** Whether a change of a document can concern an index. */
export function concerns(index: Index, { kind, ref }: Change): boolean {
  return kind !== 'rewrite' && ref.database === index.ref.database && covers(index, ref.collection)
}
