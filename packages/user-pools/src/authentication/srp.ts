/**
 * The server's side of SRP-6a as Cognito speaks it.
 *
 * ```
 * client                                     server
 *          USERNAME, A = g^a          ->
 *                                     <-     SALT, B = k·v + g^b, SECRET_BLOCK
 *   S = (B - k·g^x)^(a + u·x)                S = (A · v^u)^b                 u = H(A, B)
 *   K = HKDF(S, u)                           K = HKDF(S, u)
 *          HMAC(K, pool, user, block, time) ->     the same HMAC?
 * ```
 *
 * What stands here computes; it remembers nothing. A verifier is kept with its user, a handshake from
 * the first answer to the second message, and the password nowhere.
 *
 * @see user-pools §3
 */
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { bytesOf, generator, integerOf, modularPower, modulus } from './modular-power.ts'

/** What the server knows of a password: enough to check it, not enough to say it. */
export interface SrpVerifier {
  /** Hexadecimal digits, as sent in `SALT`; an odd number of them is possible. */
  readonly salt: string
  /** `v = g^x`, hexadecimal. Whoever reads it can search for the password, so it is secret. */
  readonly verifier: string
}

/**
 * Who a verifier belongs to. It holds for these names only: a user who moves to another pool or gets
 * another name needs a new one.
 */
export interface SrpIdentity {
  /** The pool id after its first underscore: see `poolNameOf`. For a device, its group key. */
  readonly poolName: string
  /** The canonical user name, sent as `USER_ID_FOR_SRP`. For a device, its key. */
  readonly username: string
}

/** One run of the protocol, between the server's answer and the client's proof. Secret. */
export interface SrpHandshake {
  /** `A` and `B`, hexadecimal. */
  readonly clientPublic: string
  readonly serverPublic: string
  /** `b`, hexadecimal. */
  readonly serverSecret: string
}

/** The client's proof, as it stands in `ChallengeResponses`. */
export interface SrpProof {
  /** `PASSWORD_CLAIM_SECRET_BLOCK`, base64. */
  readonly secretBlock: string
  /** `TIMESTAMP`, byte for byte as it came: see `parseSrpTimestamp`. */
  readonly timestamp: string
  /** `PASSWORD_CLAIM_SIGNATURE`, base64. */
  readonly signature: string
}

/** How long a salt is, in bytes. */
export const saltBytes = 16

/**
 * How long `b` is, in bytes. 256 bits: the best way to find a short exponent takes the square root of
 * its range, 2^128 steps, and no fewer would break the 3072-bit group itself. A longer one would cost
 * in proportion and protect nothing.
 */
export const serverSecretBytes = 32

const integerDigitsMax = 768

const k = integerOf(sha256(padded(modulus), padded(generator)))

/** The name under which the pool takes part in the protocol: `us-east-1_AbCdEf123` is `AbCdEf123`. */
export function poolNameOf(poolId: string): string {
  return poolId.slice(poolId.indexOf('_') + 1)
}

/**
 * A verifier for a new password. Costs a modular power, so call it outside of a transaction.
 *
 * @param salt `saltBytes` random bytes
 */
export function createVerifier(
  identity: SrpIdentity & { readonly password: string },
  salt: Uint8Array,
): SrpVerifier {
  const saltInteger = integerOf(salt)
  const x = passwordExponent(identity, saltInteger)
  return { salt: saltInteger.toString(16), verifier: modularPower(generator, x).toString(16) }
}

/** Whether `password` is the one that `verifier` was made from: for flows that send it in clear. */
export function passwordMatches(
  verifier: SrpVerifier,
  identity: SrpIdentity & { readonly password: string },
): boolean {
  const x = passwordExponent(identity, BigInt(`0x${verifier.salt}`))
  return timingSafeEqual(
    fixedBytes(modularPower(generator, x)),
    fixedBytes(BigInt(`0x${verifier.verifier}`)),
  )
}

/**
 * The client's public value `SRP_A` in canonical hexadecimal, or undefined if it must be refused: not
 * hexadecimal, longer than N, or a multiple of N. A multiple of N would make the shared secret zero
 * for whoever sends it, and let them in without a password.
 */
export function parseClientPublic(srpA: string): string | undefined {
  if (!/^[0-9a-fA-F]+$/.test(srpA)) return undefined
  const digits = srpA.replace(/^0+(?=.)/, '').toLowerCase()
  if (digits.length > integerDigitsMax || BigInt(`0x${digits}`) % modulus === 0n) return undefined
  return digits
}

/**
 * The server's answer to `SRP_A`. Costs one modular power.
 *
 * @param clientPublic from `parseClientPublic`
 * @param serverSecret `serverSecretBytes` random bytes, never used before
 * @returns undefined if `B` came out as zero, which no client accepts: draw another secret. One in
 * 2^3072.
 */
export function beginHandshake(
  verifier: SrpVerifier,
  clientPublic: string,
  serverSecret: Uint8Array,
): SrpHandshake | undefined {
  const b = integerOf(serverSecret)
  const serverPublic = (k * BigInt(`0x${verifier.verifier}`) + modularPower(generator, b)) % modulus
  if (serverPublic === 0n) return undefined
  return {
    clientPublic,
    serverPublic: serverPublic.toString(16),
    serverSecret: b.toString(16),
  }
}

/**
 * Whether the client proved that it knows the password. Costs two modular powers whatever the answer,
 * and compares in constant time.
 *
 * Says nothing about the time in the proof, nor about the secret block beyond its being signed: that it
 * names this handshake, and was not used before, is the caller's to check.
 */
export function proofMatches(
  verifier: SrpVerifier,
  identity: SrpIdentity,
  handshake: SrpHandshake,
  proof: SrpProof,
): boolean {
  const key = sharedKey(verifier, handshake)
  if (key === undefined) return false
  const expected = createHmac('sha256', key)
    .update(identity.poolName, 'utf8')
    .update(identity.username, 'utf8')
    .update(Buffer.from(proof.secretBlock, 'base64'))
    .update(proof.timestamp, 'utf8')
    .digest()
  const given = Buffer.from(proof.signature, 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** `K`; undefined if `u` is zero, when the proof would not depend on the password. */
function sharedKey(verifier: SrpVerifier, handshake: SrpHandshake): Uint8Array | undefined {
  const A = BigInt(`0x${handshake.clientPublic}`)
  const B = BigInt(`0x${handshake.serverPublic}`)
  const u = integerOf(sha256(padded(A), padded(B)))
  if (u === 0n) return undefined
  const base = A * modularPower(BigInt(`0x${verifier.verifier}`), u)
  const S = modularPower(base, BigInt(`0x${handshake.serverSecret}`))
  return new Uint8Array(hkdfSync('sha256', padded(S), padded(u), 'Caldera Derived Key', 16))
}

/** `x`. The salt enters as an integer: its leading zero bytes are lost on the wire. */
function passwordExponent(
  { poolName, username, password }: SrpIdentity & { readonly password: string },
  salt: bigint,
): bigint {
  const credentials = sha256(Buffer.from(`${poolName}${username}:${password}`, 'utf8'))
  return integerOf(sha256(padded(salt), credentials))
}

/** `PAD(x)`: the shortest two's complement of a non-negative integer, a zero byte before a high bit. */
function padded(integer: bigint): Uint8Array {
  const bytes = bytesOf(integer)
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes])
}

function fixedBytes(integer: bigint): Uint8Array {
  return Buffer.from(integer.toString(16).padStart(integerDigitsMax, '0'), 'hex')
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
