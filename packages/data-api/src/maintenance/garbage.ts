/**
 * What nobody can reach any more: of what was deleted, what has expired, and what is older than the history
 * that is kept (data-model §4.1). Each key is judged by itself, from what the store says now.
 */
import { type DatabaseId, nativeCollections, type Ref, userCollectionIdMin } from '@vivarium/fql'
import { ttlOfVersion, versionHeader } from '../model/codec.ts'
import { addedAt, entryExpiry } from '../model/entry-records.ts'
import { keyHomes } from '../model/key-homes.ts'
import { type KeyParts, partsOfKey } from '../model/key-parts.ts'
import { documentKey, historyRange } from '../model/keys.ts'
import { isAlive, rootDatabase } from '../model/root-database.ts'
import type { UnitOfWork } from '../model/unit-of-work.ts'
import { minimumValidTime } from '../model/versions.ts'

/** A key with its value, and the key after it, which tells whether a version was followed by another. */
export interface Found {
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly next: Uint8Array | undefined
}

/** Says of keys whether they are garbage; what it learns of databases holds for one transaction. */
export class Judge {
  readonly #unit: UnitOfWork
  readonly #alive = new Map<DatabaseId, boolean>()

  constructor(unit: UnitOfWork) {
    this.#unit = unit
  }

  isGarbage(found: Found): boolean {
    const parts = partsOfKey(found.key)
    if (parts === undefined) return false
    switch (parts.kind) {
      case 'database':
      case 'owned':
        return !this.#isAlive(parts.database)
      case 'key':
        return keyHomes(this.#unit, parts.id).every(({ home }) => !this.#isAlive(home))
      case 'audience':
        return !this.#isAlive(
          new DataView(found.value.buffer, found.value.byteOffset).getBigUint64(0),
        )
      case 'build':
        return !this.#hasIndex(parts.index)
      case 'document':
        return (
          !this.#hasCollection(parts.ref) ||
          (this.#hasEnded(parts.ref, found.value) && !this.#hidesOlder(parts.ref))
        )
      case 'history':
        return !this.#hasCollection(parts.ref) || this.#isForgotten(parts, found)
      case 'event':
        return (
          (parts.index !== undefined && !this.#hasIndex(parts.index)) ||
          !this.#hasCollection(parts.ref) ||
          parts.micros < minimumValidTime(this.#unit, parts.ref.database, parts.ref.collection)
        )
      default:
        return (
          !this.#hasIndex(parts.index) ||
          !this.#hasCollection(parts.ref) ||
          this.#isEntryForgotten(parts, found.value)
        )
    }
  }

  #isAlive(database: DatabaseId): boolean {
    let alive = this.#alive.get(database)
    if (alive === undefined) {
      alive = database === rootDatabase || isAlive(this.#unit, database)
      this.#alive.set(database, alive)
    }
    return alive
  }

  #hasCollection({ database, collection }: Ref): boolean {
    if (!this.#isAlive(database)) return false
    return (
      collection < userCollectionIdMin || this.#unit.schema(database).collections.has(collection)
    )
  }

  #hasIndex({ database, id }: Ref): boolean {
    return this.#isAlive(database) && this.#unit.schema(database).indexes.has(Number(id))
  }

  /**
   * Whether a version expired so long ago that its document has no history to be seen. It hides what was
   * before it all the same.
   */
  #hasEnded(ref: Ref, version: Uint8Array): boolean {
    const ttl = ttlOfVersion(version)
    if (ttl === undefined) return false
    const minimum = minimumValidTime(this.#unit, ref.database, ref.collection)
    return ttl <= minimum && versionHeader(version).micros <= minimum
  }

  /** Of what was before the minimum valid time, only the version that was valid at it is kept. */
  #isForgotten({ ref, micros }: KeyParts & { kind: 'history' }, { value, next }: Found): boolean {
    const minimum = minimumValidTime(this.#unit, ref.database, ref.collection)
    if (micros > minimum) return false
    const later = next && partsOfKey(next)
    if (later?.kind === 'history' && later.ref.equals(ref)) {
      if (later.micros <= minimum) return true
    } else {
      const newest = this.#unit.transaction.get(documentKey(ref))
      if (newest !== undefined && versionHeader(newest).micros <= minimum) return true
    }
    const isNothing = versionHeader(value).isDeletion || this.#hasEnded(ref, value)
    return isNothing && !this.#hidesOlder(ref, micros)
  }

  /** Whether there are versions from before, which would be seen again without what came after them. */
  #hidesOlder(ref: Ref, micros?: bigint): boolean {
    const { transaction } = this.#unit
    const range = historyRange(ref, (micros ?? transaction.timestamp) - 1n)
    for (const _ of transaction.range(...range, { expected: 1 })) return true
    return false
  }

  #isEntryForgotten({ ref, micros }: KeyParts & { kind: 'entry' }, record: Uint8Array): boolean {
    const minimum = minimumValidTime(this.#unit, ref.database, ref.collection)
    if (micros !== undefined) return micros <= minimum
    const ttl = entryExpiry(record)
    return ttl !== undefined && ttl <= minimum && addedAt(record) <= minimum
  }
}

/** The built-in collections whose documents are known elsewhere too, until they are collected. */
export const isKnownElsewhere = (ref: Ref): boolean =>
  ref.collection === nativeCollections.keys ||
  ref.collection === nativeCollections.tokens ||
  ref.collection === nativeCollections.credentials
