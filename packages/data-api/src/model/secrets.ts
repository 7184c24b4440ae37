/**
 * The secrets of keys and tokens (wire §2.3).
 *
 * ```
 * key    7E 70 id(8) random(20)
 * token  7E 71 id(8) database(8) random(20)
 * ```
 *
 * in base64url without padding. What is random has 160 bits, so a plain SHA-256 of it is kept, not a slow
 * password hash: there is nothing to guess, and every request is spared a millisecond.
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { DatabaseId } from '@vivarium/fql'

const marks = { key: 0x70, token: 0x71 } as const
const randomBytes = 20

/** A decoded secret. */
export interface Secret {
  readonly kind: 'key' | 'token'
  readonly id: bigint
  /** The database that stores the token; a key's is found by its id. */
  readonly database: DatabaseId | undefined
  readonly random: Uint8Array
}

/** The text of a secret. */
export function encodeSecret(secret: Secret): string {
  const isKey = secret.kind === 'key'
  const bytes = Buffer.alloc(isKey ? 30 : 38)
  bytes[0] = 0x7e
  bytes[1] = marks[secret.kind]
  bytes.writeBigInt64BE(secret.id, 2)
  if (!isKey) bytes.writeBigUInt64BE(secret.database ?? 0n, 10)
  bytes.set(secret.random, bytes.length - randomBytes)
  return bytes.toString('base64url')
}

const secretPattern = /^[A-Za-z0-9_-]+$/

/** Reads a secret; undefined if it is none. */
export function decodeSecret(text: string): Secret | undefined {
  if ((text.length !== 40 && text.length !== 51) || !secretPattern.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  if (bytes[0] !== 0x7e) return undefined
  const id = bytes.readBigInt64BE(2)
  if (bytes[1] === marks.key && bytes.length === 30) {
    return { kind: 'key', id, database: undefined, random: bytes.subarray(10) }
  }
  if (bytes[1] === marks.token && bytes.length === 38) {
    return {
      kind: 'token',
      id,
      database: bytes.readBigUInt64BE(10),
      random: bytes.subarray(18),
    }
  }
  return undefined
}

/** The random part of a new secret: from the request's entropy and the document's id, so each run gives the same. */
export function randomFor(entropy: Uint8Array, id: bigint): Uint8Array {
  return createHmac('sha256', entropy).update(String(id)).digest().subarray(0, randomBytes)
}

/** What is stored of a secret, as `hashed_secret`. */
export function hashSecret(random: Uint8Array): string {
  return `sha256$${hash('sha256', random, 'base64url')}`
}

/** Whether `stored` is the hash of this secret; in constant time. */
export function matchesHash(random: Uint8Array, stored: unknown): boolean {
  if (typeof stored !== 'string') return false
  const expected = Buffer.from(stored)
  const actual = Buffer.from(hashSecret(random))
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

/** Whether two secrets of any kind are the same text; in constant time, whatever their lengths. */
export function isSameSecret(a: string, b: string): boolean {
  const digest = (text: string) => hash('sha256', text, 'buffer')
  return timingSafeEqual(digest(a), digest(b))
}
