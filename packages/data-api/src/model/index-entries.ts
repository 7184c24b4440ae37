/**
 * Keeping indexes in step with documents (data-model §5).
 *
 * An entry's key holds the terms, the values in their order, and the document; its value holds the time it
 * was added, the document's `ttl` and the values as they are, so that a read needs nothing else.
 *
 * ```
 * value = added(8, microseconds) ttl(8, microseconds; 0 for none) values
 * ```
 *
 * An entry that is removed is kept with the time of its removal, so that a set can be read as it was. It is
 * forgotten with the version of the document that it came from.
 */
import {
  apply,
  attempt,
  type Context,
  instanceNotUnique,
  isArray,
  isScalar,
  nfkcCaseFold,
  ObjectValue,
  orderKey,
  Position,
  Ref,
  RequestError,
  Time,
  TransactionTime,
  type Value,
} from '@vivarium/fql'
import { collectionOf } from './authorization.ts'
import { encodeValues, type StoredVersion } from './codec.ts'
import type { DatabaseView } from './database-view.ts'
import {
  addEntry,
  addedAt,
  deleteStay,
  isEntryExpired,
  putStay,
  removeEntry,
} from './entry-records.ts'
import {
  after,
  entryConstraint,
  entryKey,
  entryPrefix,
  pastEntryRange,
  presentKey,
  refInEntryKey,
  termsPart,
} from './keys.ts'
import type { Index, IndexField, IndexSource } from './schema.ts'
import { minimumValidTime } from './versions.ts'

/** An index has an entry for each of these under each document; more are refused. */
const entriesPerDocumentMax = 100_000

/** A change of one document. */
export interface DocumentChange {
  readonly ref: Ref
  readonly before: StoredVersion | undefined
  readonly after: ObjectValue | undefined
  /** Where a violated unique index is reported; absent for a deletion, which violates none. */
  readonly position: Position | undefined
}

/** An entry as it is stored. */
export interface Entry {
  readonly key: Uint8Array
  /** The key up to the document: what a unique index allows once. */
  readonly constraint: Uint8Array
  /** Its `ttl` and values: what stands behind the time it was added. */
  readonly value: Uint8Array
}

/**
 * Writes a change of a document, and the difference that it makes to every index of the document's
 * collection. What `write` and the indexes read is fetched together.
 *
 * @param write writes the document, and gives the versions that can no longer be read and have been dropped
 * @throws instance not unique
 */
export function writeWithEntries(
  view: DatabaseView,
  change: DocumentChange,
  write: () => readonly StoredVersion[],
): void {
  const { unit } = view
  const { ref, before, after: fields } = change
  let forgotten: readonly StoredVersion[] = []
  unit.transaction.all(2, (i) => {
    if (i === 0) {
      forgotten = write()
      return
    }
    const indexes = unit.schema(ref.database).indexesOf(ref.collection)
    unit.transaction.all(indexes.length, (n) => {
      const index = indexes[n]
      if (index === undefined) return
      const old = before ? entriesOf(view, index, ref, before.fields, before.micros) : []
      const now = fields ? entriesOf(view, index, ref, fields, unit.transaction.timestamp) : []
      writeDifference(view, index, { old, now, ref, position: change.position })
    })
  })
  forget(view, ref, forgotten)
}

function writeDifference(
  view: DatabaseView,
  index: Index,
  change: {
    readonly old: readonly Entry[]
    readonly now: readonly Entry[]
    readonly ref: Ref
    readonly position: Position | undefined
  },
): void {
  const { unit } = view
  const { ref, position } = change
  const written = byKey(change.now)
  const reading: (() => void)[] = []
  for (const [name, { key, value }] of byKey(change.old)) {
    const next = written.get(name)
    if (next !== undefined && Buffer.compare(next.value, value) === 0) written.delete(name)
    else reading.push(() => removeEntry(unit, key))
  }
  const added = [...written.values()]
  if (index.isUnique && position !== undefined) {
    for (const { constraint } of added) {
      reading.push(() => checkUnique(view, constraint, ref, position))
    }
  }
  unit.transaction.all(reading.length, (i) => reading[i]?.())
  for (const { key, value } of added) addEntry(unit, key, value)
}

/** Drops the removed entries of versions that can no longer be read. */
function forget(view: DatabaseView, ref: Ref, versions: readonly StoredVersion[]): void {
  const shown = versions.filter(({ isDeletion }) => !isDeletion)
  if (shown.length === 0) return
  const { unit } = view
  const minimum = minimumValidTime(unit, ref.database, ref.collection)
  const indexes = unit.schema(ref.database).indexesOf(ref.collection)
  const entries = indexes.flatMap((index) =>
    shown.flatMap(({ fields, micros }) => entriesOf(view, index, ref, fields, micros)),
  )
  const keys = [...byKey(entries).values()].map(({ key }) => key)
  unit.transaction.all(keys.length, (i) => {
    const key = keys[i]
    if (key === undefined) return
    const range = unit.transaction.range(...pastEntryRange(key, minimum))
    const forgotten = Array.from(range, (past) => ({
      added: addedAt(past.value),
      removed: presentKey(past.key).micros,
    }))
    for (const stay of forgotten) deleteStay(unit, key, stay)
  })
}

/** @throws instance not unique if another live document has this entry (data-model §5.6) */
function checkUnique(
  view: DatabaseView,
  constraint: Uint8Array,
  ref: Ref,
  position: Position,
): void {
  const range = view.unit.transaction.range(constraint, after(constraint), {
    expected: 1,
  })
  for (const { key, value } of range) {
    const isOther = !refInEntryKey(key, ref.database).equals(ref)
    if (isOther && !isEntryExpired(view.unit, value)) throw instanceNotUnique(position)
  }
}

/** The entries of one version of a document in one index. No two of them have the same key. */
export function entriesOf(
  view: DatabaseView,
  index: Index,
  ref: Ref,
  fields: ObjectValue,
  micros: bigint,
): readonly Entry[] {
  const source = index.sources.find(
    ({ collections }) => collections === undefined || collections.has(ref.collection),
  )
  if (source === undefined) return []
  const document = view.rendered(ref, micros, fields).toObject()
  // As a term, the time of a write is not known yet (data-model §5.5).
  const dateless = document.with('ts', new TransactionTime(micros))
  const terms = product(index.terms.map((term) => valuesOf(view, source, term, dateless, ref)))
  const values = product(index.values.map((value) => valuesOf(view, source, value, document, ref)))
  checkCount(terms.length * values.length)
  const reversed = index.values.map(({ reverse }) => reverse)
  const ttl = ttlBytes(fields.get('ttl'))
  const lambdas = view.unit.lambdas(ref.database)
  const covered = values.filter(isKept).map((tuple) => ({
    ordered: orderKey(tuple, reversed),
    encoded: encodeValues(tuple, lambdas),
  }))
  const entries = terms.filter(isKept).flatMap((term) => {
    const encodedTerms = encodeValues(term.map(termValue), lambdas)
    const prefix = entryPrefix(index.ref, termsPart(encodedTerms))
    return covered.flatMap(({ ordered, encoded }): Entry[] => {
      if (!fits(encodedTerms.length, encoded.length)) return []
      const key = entryKey(prefix, ordered, ref)
      const constraint = entryConstraint(prefix, ordered)
      return [{ key, constraint, value: Buffer.concat([ttl, encoded]) }]
    })
  })
  return entries.length < 2 ? entries : [...byKey(entries).values()]
}

const termValue = (value: Value): Value => (value instanceof TransactionTime ? null : value)

/** Most bytes of the terms or values of an entry that is still written, and of both together. */
const partBytesMax = 32_767
const entryBytesMax = 64_000

/** Whether an entry is written; @throws RequestError for one that would be but is too large (§5.8) */
function fits(termsBytes: number, valuesBytes: number): boolean {
  if (termsBytes > partBytesMax || valuesBytes > partBytesMax) return false
  const bytes = termsBytes + valuesBytes
  if (bytes <= entryBytesMax) return true
  const why = `Key bytes (${bytes}) exceeds threshold (${entryBytesMax})`
  throw new RequestError(400, 'bad request', why)
}

const byKey = (entries: readonly Entry[]) =>
  new Map(entries.map((entry) => [Buffer.from(entry.key).toString('latin1'), entry]))

/** A tuple without parts is always kept, one of nulls never (data-model §5.1). */
const isKept = (tuple: readonly Value[]) =>
  tuple.length === 0 || tuple.some((value) => value !== null)

function checkCount(count: number): void {
  if (count <= entriesPerDocumentMax) return
  throw new RequestError(
    400,
    'bad request',
    `Transaction exceeded limit: got ${count} index entries, limit ${entriesPerDocumentMax}`,
  )
}

function ttlBytes(ttl: Value | undefined): Buffer {
  const bytes = Buffer.alloc(8)
  if (ttl instanceof Time) bytes.writeBigInt64BE(ttl.toMicros())
  return bytes
}

/** Every way to take one element of each list. */
function product(lists: readonly (readonly Value[])[]): Value[][] {
  return lists.reduce<Value[][]>(
    (tuples, list) => {
      checkCount(tuples.length * list.length)
      return tuples.flatMap((tuple) => list.map((value) => [...tuple, value]))
    },
    [[]],
  )
}

/** What a term or value finds in a document: scalars, without duplicates; `[null]` for nothing. */
function valuesOf(
  view: DatabaseView,
  source: IndexSource,
  field: IndexField,
  document: ObjectValue,
  ref: Ref,
): readonly Value[] {
  const found =
    field.binding === undefined
      ? followPath(document, field.path ?? [], ref)
      : bind(view, source, field.binding, document)
  const parts = field.flattens ? found.flatMap(flatten) : found
  const values = parts.map((value) => fold(indexable(value), field.casefold))
  if (values.length < 2) return values.length === 0 ? [null] : values
  const lambdas = view.unit.lambdas(ref.database)
  const encoded = (value: Value) =>
    Buffer.from(encodeValues([termValue(value)], lambdas)).toString('latin1')
  return [...new Map(values.map((value) => [encoded(value), value])).values()]
}

const flatten = (value: Value): readonly Value[] =>
  isArray(value) ? value.flatMap(flatten) : [value]

/** What an index can hold of a value; anything else counts as null (data-model §5.1). */
function indexable(value: Value): Value {
  if (isScalar(value) || value instanceof TransactionTime) return value
  // Only a field that does not flatten still has arrays here.
  return isArray(value) ? value.map(indexable) : null
}

function fold(value: Value, casefold: boolean): Value {
  return casefold && typeof value === 'string' ? nfkcCaseFold(value) : value
}

/** Walks a path; through an array of objects it collects from each (data-model §5.1). */
function followPath(
  value: Value | undefined,
  path: readonly (string | number)[],
  ref: Ref,
): readonly Value[] {
  const [step, ...rest] = path
  if (value === undefined) return []
  if (step === undefined) return [value]
  if (isArray(value)) {
    return typeof step === 'number'
      ? followPath(value[step], rest, ref)
      : value.flatMap((one) => followPath(one, path, ref))
  }
  if (value instanceof ObjectValue) {
    const isClass = step === 'class' && !value.has('class') && value.has('ref')
    return followPath(isClass ? collectionOf(ref) : value.get(String(step)), rest, ref)
  }
  if (!(value instanceof Ref)) return []
  if (step === 'id') return rest.length === 0 ? [String(value.id)] : []
  if (step === 'collection' || step === 'class') return followPath(collectionOf(value), rest, ref)
  return []
}

function bind(
  view: DatabaseView,
  source: IndexSource,
  name: string,
  document: ObjectValue,
): readonly Value[] {
  const lambda = source.bindings.get(name)
  if (lambda === undefined) return []
  const context: Context = {
    documents: view.forPredicates,
    version: lambda.version,
    at: undefined,
    limit: { effect: 'pure', where: 'index bindings' },
    meter: view.unit.meter,
  }
  const result = attempt(() => apply(lambda, document, context, Position.root))
  if (!result.ok) return []
  if (isArray(result.value)) return result.value.map((one) => (isBindable(one) ? one : null))
  return isBindable(result.value) ? [result.value] : []
}

const isBindable = (value: Value) => isScalar(value) || value instanceof TransactionTime

/**
 * Makes the entries of one document that an index covers, past ones too (data-model §5.8). Duplicates that
 * are there already do not stop the build (§5.6). What is there of the entries is made anew.
 */
export function buildEntries(
  view: DatabaseView,
  index: Index,
  ref: Ref,
  versions: readonly StoredVersion[],
): void {
  let standing = new Map<string, { entry: Entry; added: bigint }>()
  for (const { isDeletion, fields, micros } of versions) {
    const entries = isDeletion ? [] : entriesOf(view, index, ref, fields, micros)
    const next = new Map<string, { entry: Entry; added: bigint }>()
    for (const [name, entry] of byKey(entries)) {
      const before = standing.get(name)
      const stays = before !== undefined && Buffer.compare(before.entry.value, entry.value) === 0
      next.set(name, stays ? before : { entry, added: micros })
    }
    for (const [name, { entry, added }] of standing) {
      if (next.get(name)?.added === added) continue
      putStay(view.unit, entry.key, { added, removed: micros }, entry.value)
    }
    standing = next
  }
  for (const { entry, added } of standing.values()) {
    putStay(view.unit, entry.key, { added }, entry.value)
  }
}
