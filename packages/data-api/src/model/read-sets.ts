/** Reading the sets that the database itself has (data-model §5, §6.6). */
import {
  type BaseSet,
  type DatabaseId,
  type EntriesOptions,
  instanceNotFound,
  instanceUnusable,
  nativeCollectionRef,
  orderKey,
  type Position,
  permissionDenied,
  Ref,
  type SetBound,
  type SetEntry,
  type SetShape,
  userCollectionIdMin,
  type Value,
} from '@vivarium/fql'
import { collectionOf, isAllowed, mayRead } from './authorization.ts'
import { encodeValues } from './codec.ts'
import type { DatabaseView } from './database-view.ts'
import { isWithin } from './describe-ref.ts'
import { entryValues } from './entry-records.ts'
import {
  after,
  collectionRange,
  documentKey,
  entryConstraint,
  entryKey,
  entryPrefix,
  refInEntryKey,
  termsPart,
  valuesPrefix,
} from './keys.ts'
import { boundsOf, documentsAt, entriesAt } from './scan.ts'
import type { Index } from './schema.ts'
import { checkValidTime, liveVersion } from './versions.ts'

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

/** The partitions of the index in which the reference keeps the documents of collections. */
const documentsPartitions = 8

/** Over how many partitions the reference spreads a set: what reading it costs (wire §3.2). */
export function partitionsOf(view: DatabaseView, set: BaseSet): number {
  switch (set.form) {
    case 'match':
      return indexOf(view, set.index).partitions
    case 'documents':
    case 'schema':
      return documentsPartitions
    default:
      return 1
  }
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
  const { at } = options
  const isPast = at !== undefined && at < view.transactionMicros
  if (isPast) checkTime(view, at, set)
  switch (set.form) {
    case 'match':
      return indexEntries(view, set.index, set.terms, { ...options, at: isPast ? at : undefined })
    case 'documents':
    case 'schema':
      return collectionEntries(view, set.collection, { ...options, at: isPast ? at : undefined })
    default:
      return documentEntry(view, set.ref, options)
  }
}

/** @throws RequestError `bad request` for a time that one of the set's collections no longer keeps */
function checkTime(view: DatabaseView, at: bigint, set: BaseSet): void {
  const { database, collections } = collectionsOf(view, set)
  for (const collection of collections) checkValidTime(view.unit, database, collection, at)
}

/** The collections whose documents a set may have. */
export function collectionsOf(
  view: DatabaseView,
  set: BaseSet,
): { readonly database: DatabaseId; readonly collections: Iterable<number> } {
  switch (set.form) {
    case 'match': {
      const { database } = set.index
      const all = view.unit.schema(database).collections
      const { sources } = indexOf(view, set.index)
      const named = sources.flatMap(({ collections }) => [...(collections ?? all.keys())])
      return { database, collections: new Set(named) }
    }
    case 'documents':
    case 'schema':
      return { database: set.collection.database, collections: [Number(set.collection.id)] }
    default:
      return { database: set.ref.database, collections: [set.ref.collection] }
  }
}

function indexEntries(
  view: DatabaseView,
  ref: Ref,
  terms: readonly Value[],
  options: EntriesOptions,
): Iterable<SetEntry> {
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
  const { collections } = view.unit.schema(ref.database)
  const bounds = boundsOf([prefix, after(prefix)], place, options)
  const { partitions } = index
  const found = map(entriesAt(view.unit, bounds, { ...options, partitions }), ({ key, value }) => {
    const document = refInEntryKey(key, ref.database)
    const isGone =
      document.collection >= userCollectionIdMin && !collections.has(document.collection)
    return isGone ? undefined : { values: entryValues(value, lambdas), ref: document }
  })
  const isOpen = isAllowed(view, 'unrestricted_read', ref, () => terms)
  return isOpen ? found : readable(view, found, options.expected)
}

function collectionEntries(
  view: DatabaseView,
  collection: Ref,
  options: EntriesOptions,
): Iterable<SetEntry> {
  const { database } = collection
  const number = Number(collection.id)
  const { collections } = view.unit.schema(database)
  if (number >= userCollectionIdMin && !collections.has(number)) return []
  const range = collectionRange(database, number)
  // A bound of a set without values is a ref, or lies before or after all refs.
  const place = ({ ref, side }: SetBound) =>
    ref === undefined ? (side === 'after' ? range[1] : range[0]) : documentKey(own(ref))
  const own = (ref: Ref) => new Ref(database, number, ref.id)
  const bounds = boundsOf(range, place, options)
  const found = map(
    documentsAt(view.unit, collection, bounds, { ...options, partitions: documentsPartitions }),
    (ref) => ({ values: noValues, ref }),
  )
  const isOpen = isAllowed(view, 'unrestricted_read', collection, () => null)
  return isOpen ? found : readable(view, found, options.expected)
}

const noValues: readonly Value[] = []

function* map<T, U>(items: Iterable<T>, change: (item: T) => U | undefined): IterableIterator<U> {
  for (const item of items) {
    const changed = change(item)
    if (changed !== undefined) yield changed
  }
}

/** Entries asked about together, at most. */
const batchMax = 256

/**
 * The entries whose documents the caller may read. They are asked about in batches, as many as are likely
 * to be wanted: what one answer needs to read is then fetched with what the others do.
 */
export function* readable<T extends SetEntry>(
  view: DatabaseView,
  entries: Iterable<T>,
  expected: number | undefined,
): IterableIterator<T> {
  let size = Math.min(expected ?? 16, batchMax)
  let batch: T[] = []
  const kept = () => {
    const asked = batch
    batch = []
    const answers = view.all(asked.length, (i) => mayRead(view, (asked[i] as T).ref))
    return asked.filter((_, i) => answers[i])
  }
  for (const entry of entries) {
    batch.push(entry)
    if (batch.length < size) continue
    yield* kept()
    size = Math.min(size * 2, batchMax)
  }
  yield* kept()
}

function* documentEntry(
  view: DatabaseView,
  ref: Ref,
  options: EntriesOptions,
): IterableIterator<SetEntry> {
  const { transaction } = view.unit
  transaction.countSet(1, options.reading)
  const version = transaction.countDocument(ref, options.at, options.reading, () =>
    liveVersion(view.unit, ref, options.at),
  )
  if (version === undefined) return
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
