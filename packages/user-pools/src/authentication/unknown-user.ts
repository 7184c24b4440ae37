/**
 * Stand-ins for users who do not exist, so that a sign-in tells nobody who does.
 *
 * They are drawn from a secret of the pool and the name as it was typed: the same name gets the same
 * salt and id each time, as a real user does, and nobody without the secret can tell them from random.
 *
 * @see user-pools §3.5
 */
import { createHmac, hkdfSync } from 'node:crypto'
import { integerOf, modulus } from './modular-power.ts'
import { type SrpVerifier, saltBytes } from './srp.ts'

/**
 * A verifier that no password matches. Answer with it as for a real user, compute as much, and refuse.
 *
 * @param poolSecret 32 or more random bytes, kept with the pool
 * @param name the name that was typed, folded to lower case if the pool ignores case
 */
export function unknownUserVerifier(poolSecret: Uint8Array, name: string): SrpVerifier {
  const salt = integerOf(keyed(poolSecret, 'salt', name).subarray(0, saltBytes))
  const root = integerOf(
    new Uint8Array(hkdfSync('sha256', keyed(poolSecret, 'verifier', name), '', 'verifier', 384)),
  )
  // A square, as every g^x is one.
  const verifier = (root * root) % modulus
  return { salt: salt.toString(16), verifier: verifier.toString(16) }
}

/** The id that such a user would have: shaped like a `sub`, a version 4 UUID. */
export function unknownUserSub(poolSecret: Uint8Array, name: string): string {
  const bytes = keyed(poolSecret, 'id', name).subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}

function keyed(poolSecret: Uint8Array, purpose: string, name: string): Buffer {
  return createHmac('sha256', poolSecret).update(purpose).update('\0').update(name, 'utf8').digest()
}
