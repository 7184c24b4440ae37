import type { DatabaseId } from '@vivarium/fql'

const alphabet = 'ybndrfg8ejkmcpqxot1uwisza345h769'

/** A database's id as clients see it: 64 bits in 13 characters of z-base-32 (data-model §1.1). */
export function globalId(database: DatabaseId): string {
  let rest = BigInt.asUintN(64, database) << 1n
  let text = ''
  for (let i = 0; i < 13; i++) {
    text = (alphabet[Number(rest & 31n)] ?? '') + text
    rest >>= 5n
  }
  return text
}

/** The id that clients see as `text`; undefined if that is none. */
export function databaseOfGlobalId(text: string): DatabaseId | undefined {
  let bits = 0n
  for (const character of text) {
    const value = alphabet.indexOf(character)
    if (value < 0) return undefined
    bits = (bits << 5n) | BigInt(value)
  }
  const database = bits >> 1n
  return globalId(database) === text ? database : undefined
}
