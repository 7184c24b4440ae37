/**
 * The keys a pool signs with: two at a time, one for ID tokens and one for access tokens, so that
 * neither can pass for the other even where nobody looks at `token_use`.
 *
 * @see user-pools §4.6
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'

/** Which token a key signs; the value of that token's `token_use`. */
export type TokenUse = 'id' | 'access'

/** A key pair as it is stored with its pool. The private key is secret. */
export interface StoredSigningKey {
  readonly tokenUse: TokenUse
  /** Base64 of the SHA-256 of the public key: 44 characters. */
  readonly kid: string
  /** PKCS #8 in DER, base64. */
  readonly privateKey: string
  /** The modulus as in a JWK: base64url. The exponent is 65537. */
  readonly modulus: string
}

/** A public key as the JWK set shows it. */
export interface PublicJwk {
  readonly alg: 'RS256'
  readonly e: string
  readonly kid: string
  readonly kty: 'RSA'
  readonly n: string
  readonly use: 'sig'
}

const publicExponent = 'AQAB'
const modulusBits = 2048

/** A new key pair for each kind of token. Takes most of a second; off the event loop. */
export async function createSigningKeys(): Promise<readonly StoredSigningKey[]> {
  return Promise.all([createSigningKey('id'), createSigningKey('access')])
}

async function createSigningKey(tokenUse: TokenUse): Promise<StoredSigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: modulusBits,
  })
  const { n = '' } = publicKey.export({ format: 'jwk' })
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  return {
    tokenUse,
    kid: createHash('sha256').update(spki).digest('base64'),
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    modulus: n,
  }
}

/** The public half. */
export function publicJwk(key: StoredSigningKey): PublicJwk {
  return {
    alg: 'RS256',
    e: publicExponent,
    kid: key.kid,
    kty: 'RSA',
    n: key.modulus,
    use: 'sig',
  }
}

// A key is parsed once: that costs as much as a signature. Bounded, because pools come and go.
const parsedKeysMax = 1024
const privateKeys = new Map<string, KeyObject>()
const publicKeys = new Map<string, KeyObject>()

/** The private key, parsed. */
export function privateKeyOf(key: StoredSigningKey): KeyObject {
  return cached(privateKeys, key.privateKey, () =>
    createPrivateKey({ key: Buffer.from(key.privateKey, 'base64'), format: 'der', type: 'pkcs8' }),
  )
}

/** The public key, parsed. */
export function publicKeyOf(key: StoredSigningKey): KeyObject {
  return cached(publicKeys, key.modulus, () =>
    createPublicKey({ key: { kty: 'RSA', n: key.modulus, e: publicExponent }, format: 'jwk' }),
  )
}

/** The oldest entry makes room for a new one. The key of the map is the whole key, never its name. */
function cached(keys: Map<string, KeyObject>, text: string, parse: () => KeyObject): KeyObject {
  const known = keys.get(text)
  if (known !== undefined) return known
  const [oldest] = keys.keys()
  if (keys.size >= parsedKeysMax && oldest !== undefined) keys.delete(oldest)
  const parsed = parse()
  keys.set(text, parsed)
  return parsed
}
