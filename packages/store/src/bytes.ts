import type { Bytes } from './store.ts'

/** Compares two byte strings as the store orders keys: unsigned bytes, a proper prefix first. */
export function compareBytes(a: Bytes, b: Bytes): number {
  return Buffer.compare(a, b)
}

/** A byte string as a key of a `Map`: one UTF-16 unit a byte. */
export function mapKey(bytes: Bytes): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
