/** Reading the sets that the database itself has (data-model §5, §6.6). */
import {
  type BaseSet,
  type EntriesOptions,
  instanceNotFound,
  instanceUnusable,
  nativeCollectionRef,
  orderKey,
  type Position,
  permissionDenied,
  Ref,
  RequestError,
  type SetBound,
  type SetEntry,
  type SetShape,
  type Value,
} from '@vivarium/fql'
import { collectionOf, isAllowed, mayRead } from './authorization.ts'
import { decodeValues, encodeValues, ttlOfVersion } from './codec.ts'
import type { DatabaseView } from './database-view.ts'
import { isWithin } from './describe-ref.ts'
import { entryValuesOffset, isEntryExpired } from './index-entries.ts'
import {
  after,
  collectionRange,
  documentKey,
  entryConstraint,
  entryKey,
  entryPrefix,
  idInDocumentKey,
  type KeyRange,
  refInEntryKey,
  termsPart,
  valuesPrefix,
} from './keys.ts'
import type { Index } from './schema.ts'
import { liveVersion } from './versions.ts'

/** @throws permission denied at `position` */
export function checkSet(view: DatabaseView, set: BaseSet, position: Position): void {
  if (!maySeeSet(view, set)) throw permissionDenied(position)
}

function maySeeSet(view: DatabaseView, set: BaseSet): boolean {
  switch (set.form) {
    case 'match':
      return (
        isAllowed(view, 'unrestricted_read', set.index, () => set.terms) ||
        isAllowed(view, 'read', set.index, () => set.terms)
      )
    case 'documents':
      // An unreadable collection is an empty set, never an error.
      return true
    case 'schema': {
      // The privilege is `read` on `Collections()`, whatever the built-in collection (data-model §6.6).
      const collections = nativeCollectionRef(set.collection.database, 'collections')
      return isAllowed(
        view,
        'read',
        ownerOf(view, set.collection, collections),
        () => set.collection,
      )
    }
    default:
      return isAllowed(view, 'history_read', collectionOf(set.ref), () => set.ref)
  }
}

/** Built-in roles judge a built-in collection by itself, custom ones by `Collections()`. */
function ownerOf(view: DatabaseView, collection: Ref, collections: Ref): Ref {
  return view.caller.permissions.kind === 'roles' ? collections : collection
}

/** @throws the errors of `match` at `position` (wire §4.5) */
export function checkIndex(view: DatabaseView, index: Ref, position: Position): void {
  if (!isWithin(view.unit, index.database, view.database)) throw permissionDenied(position)
  const known = view.unit.schema(index.database).indexes.get(Number(index.id))
  if (known === undefined) throw instanceNotFound('Index', position)
  if (!known.isActive) throw instanceUnusable(`Index '${known.name}' is not active.`, position)
}

/** How many values the entries of a set have, and which descend. */
export function setShape(view: DatabaseView, set: BaseSet): SetShape {
  if (set.form !== 'match') return { reversed: [] }
  return { reversed: indexOf(view, set.index).values.map(({ reverse }) => reverse) }
}

function indexOf(view: DatabaseView, ref: Ref): Index {
  const index = view.unit.schema(ref.database).indexes.get(Number(ref.id))
  if (index === undefined) throw new Error('the index was checked when the set was made')
  return index
}

/** The entries of a set that the caller may see, in set order. */
export function readEntries(
  view: DatabaseView,
  set: BaseSet,
  options: EntriesOptions,
): Iterable<SetEntry> {
  checkTime(view, options.at, set)
  switch (set.form) {
    case 'match':
      return indexEntries(view, set.index, set.terms, options)
    case 'documents':
    case 'schema':
      return collectionEntries(view, set.collection, options)
    default:
      return documentEntry(view, set.ref, options)
  }
}

/**
 * Sets have no history yet: a past valid time is refused rather than answered with the present.
 *
 * @throws RequestError
 */
function checkTime(view: DatabaseView, at: bigint | undefined, set: BaseSet): void {
  if (at === undefined || at >= view.transactionMicros) return
  if (set.form === 'document' || set.form === 'singleton') return
  throw new RequestError(400, 'bad request', 'Sets cannot be read at a past time by this version.')
}

function* indexEntries(
  view: DatabaseView,
  ref: Ref,
  terms: readonly Value[],
  options: EntriesOptions,
): IterableIterator<SetEntry> {
  const index = indexOf(view, ref)
  const lambdas = view.unit.lambdas(ref.database)
  const prefix = entryPrefix(ref, termsPart(encodeValues(terms, lambdas)))
  const reversed = index.values.map(({ reverse }) => reverse)
  const place = (bound: SetBound) => {
    const ordered = orderKey(bound.values, reversed)
    if (bound.values.length < reversed.length) return valuesPrefix(prefix, ordered)
    return bound.ref === undefined
      ? entryConstraint(prefix, ordered)
      : entryKey(prefix, ordered, bound.ref)
  }
  const sees = isAllowed(view, 'unrestricted_read', ref, () => terms)
    ? () => true
    : (document: Ref) => mayRead(view, document)
  const { collections } = view.unit.schema(ref.database)
  for (const { key, value } of scan(view, [prefix, after(prefix)], place, options)) {
    if (isEntryExpired(view, value)) continue
    const document = refInEntryKey(key, ref.database)
    const isGone = document.collection >= 1024 && !collections.has(document.collection)
    if (isGone || !sees(document)) continue
    yield { values: decodeValues(value, lambdas, entryValuesOffset), ref: document }
  }
}

function* collectionEntries(
  view: DatabaseView,
  collection: Ref,
  options: EntriesOptions,
): IterableIterator<SetEntry> {
  const { database } = collection
  const number = Number(collection.id)
  if (number >= 1024 && !view.unit.schema(database).collections.has(number)) return
  const range = collectionRange(database, number)
  // A bound of a set without values is a ref, or lies before or after all refs.
  const place = ({ ref, side }: SetBound) =>
    ref === undefined ? (side === 'after' ? range[1] : range[0]) : documentKey(own(ref))
  const own = (ref: Ref) => new Ref(database, number, ref.id)
  const sees = isAllowed(view, 'unrestricted_read', collection, () => null)
    ? () => true
    : (document: Ref) => mayRead(view, document)
  for (const { key, value } of scan(view, range, place, options)) {
    const ref = new Ref(database, number, idInDocumentKey(key))
    const ttl = ttlOfVersion(value)
    if (ttl !== undefined && ttl <= view.unit.transaction.timestamp) continue
    if (sees(ref)) yield { values: [], ref }
  }
}

/** The entries between the bounds, in the direction asked for. */
function* scan(
  view: DatabaseView,
  whole: KeyRange,
  place: (bound: SetBound) => Uint8Array,
  options: EntriesOptions,
) {
  const at = (bound: SetBound | undefined, otherwise: Uint8Array) => {
    if (bound === undefined) return otherwise
    const key = place(bound)
    return bound.side === 'after' ? after(key) : key
  }
  const reverse = options.reverse ?? false
  const [from, to] = reverse
    ? [at(options.to, whole[0]), at(options.from, whole[1])]
    : [at(options.from, whole[0]), at(options.to, whole[1])]
  const expected = options.expected === undefined ? {} : { expected: options.expected }
  view.unit.readOps++
  const { transaction } = view.unit
  for (const entry of transaction.range(from, to, { reverse, ...expected })) {
    transaction.bytesRead += entry.key.length + entry.value.length
    yield entry
  }
}

function* documentEntry(
  view: DatabaseView,
  ref: Ref,
  options: EntriesOptions,
): IterableIterator<SetEntry> {
  if (liveVersion(view.unit, ref, options.at) === undefined) return
  const { from, to, reverse = false } = options
  const key = orderKey([ref])
  const compare = (bound: SetBound) => {
    const order = bound.ref === undefined ? -1 : Buffer.compare(orderKey([bound.ref]), key)
    return bound.side === 'after' && order === 0 ? 1 : order
  }
  const [low, high] = reverse ? [to, from] : [from, to]
  if (low !== undefined && compare(low) > 0) return
  if (high !== undefined && compare(high) <= 0) return
  yield { values: [], ref }
}
