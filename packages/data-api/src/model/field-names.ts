/** How many names are remembered: a power of two. */
const slots = 1024

/** Longer names are read each time. */
const nameBytesMax = 32

/** A name, and its bytes. */
interface Known {
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * Reads names of fields. The documents of a collection have the same few, so they are remembered by their bytes:
 * to compare these costs a fraction of making a string, and what is one string is rendered and found faster.
 */
export class FieldNames {
  readonly #known = new Array<Known | undefined>(slots).fill(undefined)

  /** The name that stands in `bytes` from `from` to `to`, in UTF-8. */
  read(bytes: Buffer, from: number, to: number): string {
    const length = to - from
    if (length === 0 || length > nameBytesMax) return bytes.toString('utf8', from, to)
    const hash =
      (bytes[from] ?? 0) * 31 + (bytes[to - 1] ?? 0) * 7 + (bytes[from + (length >> 1)] ?? 0)
    const slot = (hash + length * 131) & (slots - 1)
    const known = this.#known[slot]
    if (known !== undefined && isAt(known.bytes, bytes, from, length)) return known.name
    const name = bytes.toString('utf8', from, to)
    this.#known[slot] = { name, bytes: Uint8Array.prototype.slice.call(bytes, from, to) }
    return name
  }
}

function isAt(known: Uint8Array, bytes: Uint8Array, from: number, length: number): boolean {
  if (known.length !== length) return false
  for (let i = 0; i < length; i++) if (known[i] !== bytes[from + i]) return false
  return true
}
