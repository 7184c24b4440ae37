/** What a key is the key of, for who goes through all of them. */
import type { DatabaseId, Ref } from '@vivarium/fql'
import { eventInKey } from './event-keys.ts'
import {
  databaseInKey,
  idInKeyKey,
  indexInBuildKey,
  indexInKey,
  letterOfKey,
  microsInHistoryKey,
  presentKey,
  refInDocumentKey,
  refInEntryKey,
} from './keys.ts'

/** What a key is the key of, as far as it says whether it is still needed. */
export type KeyParts =
  | { readonly kind: 'document'; readonly ref: Ref }
  | { readonly kind: 'history'; readonly ref: Ref; readonly micros: bigint }
  | {
      readonly kind: 'entry'
      readonly index: Ref
      readonly ref: Ref
      /** When it was removed; absent while it is there. */
      readonly micros?: bigint
    }
  /** That something came or went; `index` of entries only. */
  | { readonly kind: 'event'; readonly index?: Ref; readonly ref: Ref; readonly micros: bigint }
  /** A database's own record. */
  | { readonly kind: 'database'; readonly database: DatabaseId }
  | { readonly kind: 'key'; readonly id: bigint }
  | { readonly kind: 'build'; readonly index: Ref }
  /** Of one database, and needed as long as it is there. */
  | { readonly kind: 'owned'; readonly database: DatabaseId }
  /** Told by its value. */
  | { readonly kind: 'audience' }

/** Takes a key apart; undefined for one that is kept whatever happens. */
export function partsOfKey(key: Uint8Array): KeyParts | undefined {
  switch (letterOfKey(key)) {
    case 'd':
      return { kind: 'document', ref: refInDocumentKey(key) }
    case 'h':
      return { kind: 'history', ref: refInDocumentKey(key), micros: microsInHistoryKey(key) }
    case 'i':
      return { kind: 'entry', index: indexInKey(key), ref: refInEntryKey(key, databaseInKey(key)) }
    case 'j': {
      const { key: entry, micros } = presentKey(key)
      const ref = refInEntryKey(entry, databaseInKey(key))
      return { kind: 'entry', index: indexInKey(key), ref, micros }
    }
    case 'e': {
      const { ref, micros } = eventInKey(key)
      return { kind: 'event', index: indexInKey(key), ref, micros }
    }
    case 'c': {
      const { ref, micros } = eventInKey(key)
      return { kind: 'event', ref, micros }
    }
    case 'g':
      return { kind: 'database', database: databaseInKey(key) }
    case 'k':
      return { kind: 'key', id: idInKeyKey(key) }
    case 'b':
      return { kind: 'build', index: indexInBuildKey(key) }
    case 'a':
      return { kind: 'audience' }
    case 'n':
    case 'q':
    case 'v':
    case 'o':
      return { kind: 'owned', database: databaseInKey(key) }
    default:
      return undefined
  }
}
