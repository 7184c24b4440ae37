import type { Bytes } from '../store.ts'

/** The object identifier of `bytea` among PostgreSQL's types. */
const byteaOid = 17

/** Dimensions, whether there are nulls, the type, and one dimension's length and lower bound. */
const headerBytes = 5 * 4

/**
 * An array of byte strings in the protocol's binary format, in which nothing is escaped and every byte is
 * sent once; `pg` would send it as text, at more than twice the length.
 */
export function byteaArray(elements: readonly Bytes[]): Buffer {
  const length = elements.reduce((sum, element) => sum + 4 + element.length, headerBytes)
  const encoded = Buffer.allocUnsafe(length)
  let at = 0
  for (const word of [1, 0, byteaOid, elements.length, 1]) at = encoded.writeInt32BE(word, at)
  for (const element of elements) {
    at = encoded.writeInt32BE(element.length, at)
    encoded.set(element, at)
    at += element.length
  }
  return encoded
}
