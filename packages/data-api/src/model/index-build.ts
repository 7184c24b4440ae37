/**
 * Building indexes over documents that are there already (data-model §5.8).
 *
 * A small one is built when it is made. A large one is built in steps, each a transaction of its own that
 * goes on where the last one ended: the record of the build says where. Meanwhile writes maintain it like
 * any other index, so a step finds the present as it is and adds the past; when all documents have been gone
 * through, the index becomes active.
 */
import { Ref, RequestError, type Value } from '@vivarium/fql'
import type { DatabaseView } from './database-view.ts'
import { histories } from './histories.ts'
import { buildEntries, writeWithEntries } from './index-entries.ts'
import { buildKey, buildsOf } from './keys.ts'
import type { Index } from './schema.ts'
import type { UnitOfWork } from './unit-of-work.ts'
import { newestVersion, putVersion } from './versions.ts'

/** Most documents, and most versions of them, that are indexed when the index is made. */
const builtAtOnceMax = 128

/** The collections that an index covers now, in the order they are built. */
function collectionsOf({ unit, database }: DatabaseView, index: Index): readonly number[] {
  const all = unit.schema(database).collections
  const named = index.sources.flatMap(({ collections }) => [...(collections ?? all.keys())])
  return [...new Set(named)].toSorted((a, b) => a - b)
}

/** Whether an index is built by the transaction that makes it: it has one source, and few documents. */
export function isBuiltAtOnce(view: DatabaseView, index: Index): boolean {
  const [source, ...others] = index.sources
  if (source === undefined || others.length > 0) return false
  const collections = collectionsOf(view, index)
  if (source.collections === undefined) return collections.length === 0
  let documents = 0
  let versions = 0
  for (const collection of collections) {
    for (const [, history] of histories(view.unit, view.database, collection)) {
      documents++
      versions += history.length
      if (documents > builtAtOnceMax || versions > builtAtOnceMax) return false
    }
  }
  return true
}

/** Most indexes of one database that wait to be built, or are; the reference sets this for each account. */
const pendingBuildsMax = 100

/** @throws RequestError `too many requests` if too many are pending (data-model §5.8) */
function checkPending({ unit, database }: DatabaseView): void {
  let pending = 0
  for (const _ of unit.transaction.range(...buildsOf(database))) pending++
  if (pending < pendingBuildsMax) return
  const why = `Too many pending index builds. Pending: ${pending} Limit: ${pendingBuildsMax}`
  throw new RequestError(429, 'too many requests', why)
}

/**
 * Builds an index, or has it built.
 *
 * @throws RequestError `too many requests`
 */
export function startBuild(view: DatabaseView, index: Index): void {
  if (!isBuiltAtOnce(view, index)) {
    checkPending(view)
    view.unit.transaction.put(buildKey(index.ref), new Uint8Array())
    return
  }
  for (const collection of collectionsOf(view, index)) {
    for (const [ref, versions] of histories(view.unit, view.database, collection)) {
      // Each term and value of each document is an operation (wire §3.2).
      view.unit.meter.computeOps += index.terms.length + index.values.length
      buildEntries(view, index, ref, versions)
    }
  }
}

/** How much one step of a build does. */
export interface BuildLimits {
  readonly versionsMax: number
  readonly bytesMax: number
  /** The entries of the first document are left out: they are more than a transaction can write. */
  readonly skipsFirst?: boolean
}

/** Goes on with the build of an index from where its record says; an index that is gone is forgotten. */
export function continueBuild(view: DatabaseView, ref: Ref, limits: BuildLimits): void {
  const { unit, database } = view
  const { transaction } = unit
  const record = transaction.get(buildKey(ref))
  const index = unit.schema(database).indexes.get(Number(ref.id))
  if (record === undefined || index === undefined) {
    transaction.delete(buildKey(ref))
    return
  }
  const last = readPosition(record, database)
  let versions = 0
  let isFirst = true
  for (const collection of collectionsOf(view, index)) {
    if (last !== undefined && collection < last.collection) continue
    const start = last?.collection === collection ? last : undefined
    for (const [document, history] of histories(unit, database, collection, start)) {
      if (!(isFirst && limits.skipsFirst)) buildEntries(view, index, document, history)
      isFirst = false
      versions += history.length
      if (versions < limits.versionsMax && transaction.bytesWritten < limits.bytesMax) continue
      transaction.put(buildKey(ref), positionRecord(document))
      return
    }
  }
  transaction.delete(buildKey(ref))
  activate(view, ref)
}

function readPosition(record: Uint8Array, database: bigint): Ref | undefined {
  if (record.length === 0) return undefined
  const at = new DataView(record.buffer, record.byteOffset)
  return new Ref(database, at.getUint32(0), at.getBigInt64(4))
}

function positionRecord({ collection, id }: Ref): Uint8Array {
  const record = Buffer.alloc(12)
  record.writeUInt32BE(collection, 0)
  record.writeBigInt64BE(id, 4)
  return record
}

function activate(view: DatabaseView, ref: Ref): void {
  const { unit } = view
  const before = newestVersion(unit, ref)
  if (before === undefined || before.fields.get('active') === true) return
  const isActive: Value = true
  const fields = before.fields.with('active', isActive)
  unit.schemaChanged(ref.database)
  const change = { ref, before, after: fields, position: undefined }
  writeWithEntries(view, change, () => putVersion(unit, ref, fields, before))
}

/** Forgets the build of an index that is deleted. */
export function stopBuild(unit: UnitOfWork, ref: Ref): void {
  unit.transaction.delete(buildKey(ref))
}
