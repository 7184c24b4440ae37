/**
 * Whole numbers of eight bytes, big-endian. What `Buffer` has for them makes several numbers on the way, which
 * in every key and every document are most of what a read leaves to collect.
 */
const scratch = new Uint8Array(8)
const view = new DataView(scratch.buffer)

/** Writes a number, signed or not, at `offset`. */
export function writeUint64(target: Uint8Array, value: bigint, offset: number): void {
  view.setBigUint64(0, value)
  for (let i = 0; i < 8; i++) target[offset + i] = scratch[i] as number
}

/** Reads a signed number. @throws RangeError where there are not eight bytes */
export function readInt64(source: Uint8Array, offset: number): bigint {
  if (offset + 8 > source.length) throw new RangeError('a stored number ends too early')
  for (let i = 0; i < 8; i++) scratch[i] = source[offset + i] as number
  return view.getBigInt64(0)
}
