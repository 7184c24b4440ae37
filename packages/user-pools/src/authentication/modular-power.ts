/**
 * Modular powers in the 3072-bit group of Cognito's SRP, computed by OpenSSL.
 *
 * A 256-bit exponent costs about 0.6 ms this way and 4 ms in BigInt arithmetic. Node offers no modular
 * power as such; two of its primitives contain one:
 *
 * - a Diffie-Hellman secret, `peer ^ private mod N`: used here. OpenSSL treats the exponent as a
 *   secret, and its running time tells no more than the exponent's length in words.
 * - RSA encryption without padding, `message ^ e mod N`: 6 % faster with the import of a key per
 *   exponent included, but made for public exponents: its time tells the bits of `b` and `x`.
 *
 * @see user-pools §3.1
 */
import { createDiffieHellman, getDiffieHellman } from 'node:crypto'

const modulusBytes = getDiffieHellman('modp15').getPrime()

/** `N`, the prime of RFC 3526 group 15. */
export const modulus: bigint = BigInt(`0x${modulusBytes.toString('hex')}`)

/** `g`. Two, not the five that RFC 5054 has with the same prime. */
export const generator = 2n

// One object for all: a private key is set and used within one synchronous call. OpenSSL knows the
// pair (N, 2) by name, so creating this costs no primality test.
const exchange = createDiffieHellman(modulusBytes, Number(generator))

/**
 * `base ^ exponent mod N`, in time that depends on the length of the exponent alone, for the
 * exponents that occur here: shorter than half of N.
 *
 * @param base any non-negative integer; reduced first
 * @param exponent a non-negative integer
 */
export function modularPower(base: bigint, exponent: bigint): bigint {
  const reduced = base % modulus
  // OpenSSL refuses to share a secret of 0, 1 or N - 1. Below half of N, only these yield them.
  if (exponent === 0n || reduced === 1n) return 1n
  if (reduced === 0n) return 0n
  if (reduced === modulus - 1n) return exponent % 2n === 0n ? 1n : reduced
  exchange.setPrivateKey(bytesOf(exponent))
  return integerOf(exchange.computeSecret(bytesOf(reduced)))
}

/** The integer that `bytes` spell, most significant first. */
export function integerOf(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  return BigInt(
    `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`,
  )
}

/** The shortest bytes that spell `integer`, most significant first. */
export function bytesOf(integer: bigint): Buffer {
  const hex = integer.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}
