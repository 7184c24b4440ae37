/**
 * The layout of every key of the data API.
 *
 * ```
 * F0 'd' database(8) collection(4) id(8)                      a document: its newest version
 * F0 'h' database(8) collection(4) id(8) micros(8)            what it was before: versions and deletions
 * F0 'i' database(8) index(4) terms values id(8) collection(4)   an index entry
 * F0 'j' … the same … removed(8)                              an entry that was removed, and when
 * F0 'e' database(8) index(4) terms micros(8) action(1) values id(8) collection(4)
 *                                                             an entry that came (1) or went (0), and when
 * F0 'c' database(8) collection(4) micros(8) action(1) id(8)  the same of a document
 * F0 'n' database(8) native(1) name                           a name: the id of what it names
 * F0 'q' database(8) native(1)                                the next sequential id
 * F0 'v' database(8)                                          the schema's version
 * F0 'g' database(8)                                          a database that exists: where its document is
 * F0 'a' hash(32)                                             an issuer and audience: the database they open
 * F0 'k' id(8)                                                keys of this id: where they are stored and lead
 * F0 'o' database(8) native(1) collection(4) id(8) id(8)      a token or credentials of a document
 * F0 'b' database(8) index(4)                                 an index under construction: how far it is
 * F0 'm'                                                      maintenance: the next key that it looks at
 * ```
 *
 * Keys of events are built in event-keys.ts, all others here. Numbers are big-endian and unsigned. `terms` is a length and so many bytes, or FF and a SHA-256 where
 * the terms are long: terms are only ever compared for equality. `values` is their order key. Everything
 * of one collection or index lies together, so that ranges of a sharded store split well.
 */
import { createHash } from 'node:crypto'
import { type DatabaseId, nativeCollections, Ref } from '@vivarium/fql'
import { readInt64, writeUint64 } from './uint64.ts'

const space = 0xf0
/** The second byte of a key. */
export const kinds = {
  document: 0x64,
  history: 0x68,
  entry: 0x69,
  pastEntry: 0x6a,
  entryEvent: 0x65,
  documentEvent: 0x63,
  name: 0x6e,
  sequence: 0x71,
  schemaVersion: 0x76,
  database: 0x67,
  key: 0x6b,
  owned: 0x6f,
  audience: 0x61,
  build: 0x62,
  sweep: 0x6d,
} as const

/** Where a key ends that nothing of its prefix reaches. */
export type KeyRange = readonly [from: Uint8Array, to: Uint8Array]

/** A buffer of `length` that begins with a kind and a database. */
export function begin(kind: keyof typeof kinds, database: DatabaseId, length: number): Buffer {
  const key = Buffer.allocUnsafe(length)
  key[0] = space
  key[1] = kinds[kind]
  writeUint64(key, database, 2)
  return key
}

/** The newest version of a document. */
export function documentKey(ref: Ref): Uint8Array {
  return writeRef(begin('document', ref.database, 22), ref)
}

function writeRef(key: Buffer, ref: Ref): Buffer {
  key.writeUInt32BE(ref.collection, 10)
  writeUint64(key, ref.id, 14)
  return key
}

/** Every document of a collection, by id. */
export function collectionRange(database: DatabaseId, collection: number): KeyRange {
  const from = begin('document', database, 14)
  from.writeUInt32BE(collection, 10)
  return [from, after(from)]
}

/** The id in a document's key. */
export function idInDocumentKey(key: Uint8Array): bigint {
  return readInt64(key, 14)
}

/** A superseded version or a deletion, by the time it became valid. */
export function historyKey(ref: Ref, micros: bigint): Uint8Array {
  const key = writeRef(begin('history', ref.database, 30), ref)
  writeUint64(key, micros, 22)
  return key
}

/** The history of a document up to and with `micros`. */
export function historyRange(ref: Ref, micros: bigint): KeyRange {
  return [historyKey(ref, 0n), historyKey(ref, micros + 1n)]
}

/** A name of one kind of schema item. */
export function nameKey(database: DatabaseId, native: number, name: string): Uint8Array {
  const text = Buffer.from(name, 'utf8')
  const key = begin('name', database, 11 + text.length)
  key[10] = native
  text.copy(key, 11)
  return key
}

/** The next id of a built-in collection whose ids are sequential. */
export function sequenceKey(database: DatabaseId, native: number): Uint8Array {
  const key = begin('sequence', database, 11)
  key[10] = native
  return key
}

/** The version of a database's schema. */
export function schemaVersionKey(database: DatabaseId): Uint8Array {
  return begin('schemaVersion', database, 10)
}

/** The record of a database that exists. */
export function databaseKey(database: DatabaseId): Uint8Array {
  return begin('database', database, 10)
}

/** The record of the keys of one id, which is all that a secret names. */
export function keyKey(id: bigint): Uint8Array {
  return begin('key', id, 10)
}

/** The record of the database that an issuer's tokens for an audience open. */
export function audienceKey(issuer: string, audience: string): Uint8Array {
  // The length keeps issuer and audience apart. Hashed, since both may be long.
  const hash = createHash('sha256').update(`${issuer.length}:${issuer}${audience}`).digest()
  return Buffer.concat([Buffer.of(space, kinds.audience), hash])
}

/** That `owned`, a token or credentials, is of `owner`. */
export function ownedKey(owned: Ref, owner: Ref): Uint8Array {
  const key = begin('owned', owned.database, 31)
  key[10] = owned.collection
  key.writeUInt32BE(owner.collection, 11)
  writeUint64(key, owner.id, 15)
  writeUint64(key, owned.id, 23)
  return key
}

/** Everything of one built-in collection that is of `owner`. */
export function ownedRange(native: number, owner: Ref): KeyRange {
  const key = ownedKey(new Ref(owner.database, native, 0n), owner).subarray(0, 23)
  return [key, after(key)]
}

/** The id in the key of something owned. */
export function idInOwnedKey(key: Uint8Array): bigint {
  return view(key).getBigInt64(23)
}

const rawTermsMax = 64
const hashedTerms = 0xff
/** Where the terms stand in an entry's key. */
const termsOffset = 14

/** The terms part of an entry's key, from their encoding. */
export function termsPart(encoded: Uint8Array): Uint8Array {
  if (encoded.length <= rawTermsMax) return Buffer.concat([Buffer.of(encoded.length), encoded])
  return Buffer.concat([Buffer.of(hashedTerms), createHash('sha256').update(encoded).digest()])
}

/** Everything before the values in the keys of an index's entries under `terms`. */
export function entryPrefix(index: Ref, terms: Uint8Array): Buffer {
  const head = begin('entry', index.database, termsOffset)
  // Index ids are sequential from 32768 and stay below 2^16.
  head.writeUInt32BE(Number(index.id), 10)
  return Buffer.concat([head, terms])
}

/** The part of an entry's key that `entryPrefix` made. */
export function prefixInEntryKey(key: Uint8Array): Uint8Array {
  const length = key[termsOffset] ?? 0
  return key.subarray(0, termsOffset + 1 + (length === hashedTerms ? 32 : length))
}

/** Values longer than this in their order key are cut, and told apart by a hash (the entry keeps them). */
const valuesBytesMax = 1500

/** An entry's key. */
export function entryKey(prefix: Uint8Array, values: Uint8Array, ref: Ref): Uint8Array {
  const kept = cutValues(values)
  const key = Buffer.allocUnsafe(prefix.length + kept.length + 12)
  key.set(prefix, 0)
  key.set(kept, prefix.length)
  writeEntryRef(key, prefix.length + kept.length, ref)
  return key
}

function writeEntryRef(key: Buffer, offset: number, ref: Ref): void {
  writeUint64(key, ref.id, offset)
  key.writeUInt32BE(ref.collection, offset + 8)
}

/** The values part as it stands in keys. */
function cutValues(values: Uint8Array): Uint8Array {
  if (values.length <= valuesBytesMax) return values
  const hash = createHash('sha256').update(values).digest()
  return Buffer.concat([values.subarray(0, valuesBytesMax), hash])
}

/** The part of entry keys that entries with all these values share. */
export function entryConstraint(prefix: Uint8Array, values: Uint8Array): Uint8Array {
  return Buffer.concat([prefix, cutValues(values)])
}

/**
 * The part of entry keys that entries share whose values begin with `values`. Beyond what keys hold of
 * values, entries are not in their order, so such a place is the one before all of them.
 */
export function valuesPrefix(prefix: Uint8Array, values: Uint8Array): Uint8Array {
  return Buffer.concat([prefix, values.subarray(0, valuesBytesMax)])
}

/** The document that an entry is of: the last twelve bytes of its key. */
export function refInEntryKey(key: Uint8Array, database: DatabaseId): Ref {
  const at = view(key)
  const offset = key.length - 12
  return new Ref(database, at.getUint32(offset + 8), at.getBigInt64(offset))
}

/** Where the kind of a key stands. */
export const kindOffset = 1
/** How long a time is in a key. */
export const timeBytes = 8

/**
 * A name for the document that a version or an index entry is of; undefined for any other key. The id and
 * the collection of an entry's document stand at its end.
 */
export function documentInKey(key: Uint8Array): string | undefined {
  switch (key[kindOffset]) {
    case kinds.document:
    case kinds.history:
      return documentName(key, 14, 10)
    case kinds.entry:
      return documentName(key, key.length - 12, key.length - 4)
    case kinds.pastEntry:
      return documentName(key, key.length - timeBytes - 12, key.length - timeBytes - 4)
    default:
      return undefined
  }
}

function documentName(key: Uint8Array, id: number, collection: number): string {
  const at = view(key)
  return `${at.getBigUint64(2)}/${at.getUint32(collection)}/${at.getBigUint64(id)}`
}

/** An entry that was removed at `micros`. */
export function pastEntryKey(entry: Uint8Array, micros: bigint): Uint8Array {
  const key = Buffer.concat([entry, Buffer.alloc(timeBytes)])
  key[kindOffset] = kinds.pastEntry
  writeUint64(key, micros, entry.length)
  return key
}

/** The removals of an entry up to and with `micros`. */
export function pastEntryRange(entry: Uint8Array, micros: bigint): KeyRange {
  return [pastEntryKey(entry, 0n), pastEntryKey(entry, micros + 1n)]
}

/** The removals of an entry after `micros`. */
export function pastEntryKeysAfter(entry: Uint8Array, micros: bigint): KeyRange {
  return [pastEntryKey(entry, micros + 1n), pastEntryKey(entry, 2n ** 64n - 1n)]
}

/** Where the past of what a range holds is: removed entries, or superseded documents. */
export function pastRange([from, to]: KeyRange): KeyRange {
  const kind = from[kindOffset] === kinds.entry ? kinds.pastEntry : kinds.history
  return [withKind(from, kind), withKind(to, kind)]
}

/** The same key of another kind. */
export function withKind(key: Uint8Array, kind: number): Uint8Array {
  const other = Uint8Array.from(key)
  other[kindOffset] = kind
  return other
}

/** The key of what a key of the past was, and when that ended or became valid. */
export function presentKey(past: Uint8Array): {
  readonly key: Uint8Array
  readonly micros: bigint
} {
  const key = past.subarray(0, -timeBytes)
  const kind = past[kindOffset] === kinds.pastEntry ? kinds.entry : kinds.document
  return { key: withKind(key, kind), micros: view(past).getBigUint64(key.length) }
}

/** The first key beyond all that begin with `prefix`. No prefix of ours is all FF. */
export function after(prefix: Uint8Array): Uint8Array {
  let end = prefix.length
  while (end > 0 && prefix[end - 1] === 0xff) end--
  const key = Buffer.from(prefix.subarray(0, end))
  key[end - 1] = (key[end - 1] ?? 0) + 1
  return key
}

/** The record of an index that is being built. */
export function buildKey(index: Ref): Uint8Array {
  const key = begin('build', index.database, 14)
  key.writeUInt32BE(Number(index.id), 10)
  return key
}

/** Every index that is being built, in any database. */
export const allBuilds: KeyRange = [
  Uint8Array.of(space, kinds.build),
  Uint8Array.of(space, kinds.build + 1),
]

/** Every index of a database that is being built. */
export function buildsOf(database: DatabaseId): KeyRange {
  const prefix = begin('build', database, 10)
  return [prefix, after(prefix)]
}

/** The index in the key of its build. */
export function indexInBuildKey(key: Uint8Array): Ref {
  return indexInKey(key)
}

/** Where maintenance keeps how far it is. */
export const sweepKey: Uint8Array = Uint8Array.of(space, kinds.sweep)

/** Every key there can be. */
export const allKeys: KeyRange = [Uint8Array.of(space), Uint8Array.of(space + 1)]

/** The letter that says what a key is the key of, as in the drawing. */
export function letterOfKey(key: Uint8Array): string {
  return String.fromCharCode(key[kindOffset] ?? 0)
}

/** The database of a key that has one. */
export function databaseInKey(key: Uint8Array): DatabaseId {
  return view(key).getBigUint64(2)
}

/** The id in the key of keys' record. */
export function idInKeyKey(key: Uint8Array): bigint {
  return view(key).getBigInt64(2)
}

/** The document of a version, in its key. */
export function refInDocumentKey(key: Uint8Array): Ref {
  return new Ref(databaseInKey(key), view(key).getUint32(10), idInDocumentKey(key))
}

/** The time of a version, in its key among the history. */
export function microsInHistoryKey(key: Uint8Array): bigint {
  return view(key).getBigUint64(22)
}

/** The index of an entry, or of what happened to one, in its key. */
export function indexInKey(key: Uint8Array): Ref {
  const id = BigInt(view(key).getUint32(10))
  return new Ref(databaseInKey(key), nativeCollections.indexes, id)
}

/** A key, to read numbers from. */
export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
