/**
 * Refresh tokens, sessions of challenges and SRP secret blocks: strings that mean something to this
 * server alone. Each is an id, under which a record is kept, and a secret, of which the record keeps
 * the hash. Reading the store gives nobody a string that works.
 *
 * The secret is random, so a plain hash protects it.
 *
 * @see user-pools §2.5, §3.4 and §4.5
 */
import { createHash, timingSafeEqual } from 'node:crypto'

/** What an opaque string stands for. A string of one kind is never taken for another. */
export type OpaqueKind = 'refresh-token' | 'session' | 'secret-block'

/** A string for the client and what to keep of it. */
export interface OpaqueString {
  readonly text: string
  /** 16 random bytes, hexadecimal: the record's key. */
  readonly id: string
  /** Base64; compared by `opaqueMatches`. */
  readonly hash: string
}

/** An opaque string taken apart; whether its secret is right is not known yet. */
export interface ParsedOpaque {
  readonly id: string
  readonly hash: string
}

const idBytes = 16
// With the byte for the kind 51 in all, so that base64 needs no padding, nor has more than one form.
const secretBytes = 34

/** How many random bytes `createOpaque` takes. */
export const opaqueEntropyBytes = idBytes + secretBytes

const firstByte: Readonly<Record<OpaqueKind, number>> = {
  'refresh-token': 0x52,
  session: 0x53,
  'secret-block': 0x42,
}

/**
 * A new opaque string. Of the alphabet of JWTs, because RevokeToken and others ask for that, but with no
 * dots: nobody can read it as one. A secret block is standard base64, which clients decode.
 *
 * @param entropy `opaqueEntropyBytes` random bytes, never used before
 */
export function createOpaque(kind: OpaqueKind, entropy: Uint8Array): OpaqueString {
  const bytes = Buffer.concat([Buffer.of(firstByte[kind]), entropy.subarray(0, opaqueEntropyBytes)])
  return { text: bytes.toString(encodingOf(kind)), ...take(bytes) }
}

/** Takes an opaque string apart; undefined if it is none of this kind. */
export function parseOpaque(kind: OpaqueKind, text: string): ParsedOpaque | undefined {
  const encoding = encodingOf(kind)
  const bytes = Buffer.from(text, encoding)
  const isOurs =
    bytes.length === 1 + opaqueEntropyBytes &&
    bytes[0] === firstByte[kind] &&
    bytes.toString(encoding) === text
  return isOurs ? take(bytes) : undefined
}

/** Whether the string whose record has `storedHash` was shown; in constant time. */
export function opaqueMatches(parsed: ParsedOpaque, storedHash: string): boolean {
  const expected = Buffer.from(storedHash)
  const given = Buffer.from(parsed.hash)
  return expected.length === given.length && timingSafeEqual(expected, given)
}

function take(bytes: Buffer): ParsedOpaque {
  return {
    id: bytes.subarray(1, 1 + idBytes).toString('hex'),
    hash: createHash('sha256').update(bytes).digest('base64'),
  }
}

function encodingOf(kind: OpaqueKind): 'base64' | 'base64url' {
  return kind === 'secret-block' ? 'base64' : 'base64url'
}
