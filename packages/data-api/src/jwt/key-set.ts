import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import type { Jwt, JwtAlgorithm } from './jwt.ts'

/** A public key of an issuer. */
export interface VerificationKey {
  readonly key: KeyObject
  /** The only algorithm it is for; undefined for any. */
  readonly algorithm: string | undefined
}

/** The keys that an issuer publishes: those it signs tokens with. */
export interface KeySet {
  /**
   * The key of this id. Without an id, the only key of the set: where there are several, a token must say
   * which (data-model §7.1).
   */
  get(keyId: string | undefined): VerificationKey | undefined
}

/** Most keys of one set; a set with more is refused. */
const keysMax = 100

/** Sizes of RSA keys that are taken: smaller ones are weak (RFC 7518 §3.3), larger ones cost too much. */
const modulusBitsMin = 2048
const modulusBitsMax = 8192

/** Reads a JWK set: its RSA keys for signatures, others left out. Undefined for what is no JWK set. */
export function readKeySet(body: string): KeySet | undefined {
  const keys = keysIn(body)
  if (keys === undefined || keys.length > keysMax) return undefined
  const usable = keys.flatMap((jwk) => readKey(jwk) ?? [])
  const only = usable.length === 1 ? usable[0] : undefined
  return {
    get: (keyId) => (keyId === undefined ? only : usable.find((one) => one.keyId === keyId)),
  }
}

function keysIn(body: string): readonly unknown[] | undefined {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return undefined
  }
  const keys = isRecord(json) ? json.keys : undefined
  return Array.isArray(keys) ? keys : undefined
}

function readKey(jwk: unknown): (VerificationKey & { readonly keyId: unknown }) | undefined {
  if (!isRecord(jwk) || jwk.kty !== 'RSA') return undefined
  if (jwk.use !== undefined && jwk.use !== 'sig') return undefined
  const { n, e, kid, alg } = jwk
  if (typeof n !== 'string' || typeof e !== 'string') return undefined
  const key = publicKey({ kty: 'RSA', n, e })
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0
  if (key === undefined || bits < modulusBitsMin || bits > modulusBitsMax) return undefined
  return { key, keyId: kid, algorithm: typeof alg === 'string' ? alg : undefined }
}

function publicKey(jwk: JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

const digests: Record<JwtAlgorithm, string> = {
  RS256: 'RSA-SHA256',
  RS384: 'RSA-SHA384',
  RS512: 'RSA-SHA512',
}

/** Whether `key` made a token's signature. */
export function isSignedBy({ text, algorithm }: Jwt, key: VerificationKey): boolean {
  if (key.algorithm !== undefined && key.algorithm !== algorithm) return false
  const dot = text.lastIndexOf('.')
  const signature = Buffer.from(text.slice(dot + 1), 'base64url')
  return verify(digests[algorithm], Buffer.from(text.slice(0, dot)), key.key, signature)
}
