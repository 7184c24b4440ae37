/** JSON Web Tokens: their form and what they claim, before anybody vouches for it (data-model §7.1). */
import {
  Double,
  isArray,
  isInteger,
  JsonError,
  ObjectValue,
  parseJson,
  type Value,
} from '@vivarium/fql'

/** The algorithms that are accepted: RSA signatures alone (data-model §7.1). */
export type JwtAlgorithm = 'RS256' | 'RS384' | 'RS512'

/** A token that is well-formed. Nothing says yet that its claims are true. */
export interface Jwt {
  readonly text: string
  readonly algorithm: JwtAlgorithm
  /** `kid`: which of its issuer's keys signed it. */
  readonly keyId: string | undefined
  readonly claims: ObjectValue
}

/** Whether a secret is a token rather than the secret of a key or token (wire §2.1). */
export function looksLikeJwt(secret: string): boolean {
  return secret.startsWith('ey') && secret.includes('.')
}

const shape = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Reads a token; undefined for any other form, algorithm or extension than those understood here. */
export function parseJwt(text: string): Jwt | undefined {
  if (!shape.test(text)) return undefined
  const [head = '', payload = ''] = text.split('.')
  const header = decodeObject(head)
  const claims = decodeObject(payload)
  if (header === undefined || claims === undefined) return undefined
  const algorithm = header.get('alg')
  if (!isAlgorithm(algorithm)) return undefined
  // An extension that must be understood, and none is (RFC 7515 §4.1.11).
  if (header.has('crit')) return undefined
  const keyId = header.get('kid')
  if (keyId !== undefined && typeof keyId !== 'string') return undefined
  return { text, algorithm, keyId, claims }
}

function isAlgorithm(value: Value | undefined): value is JwtAlgorithm {
  return value === 'RS256' || value === 'RS384' || value === 'RS512'
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** One part of a token. Read by the language's own parser: its numbers are exact, and claims are values. */
function decodeObject(part: string): ObjectValue | undefined {
  try {
    const value = parseJson(utf8.decode(Buffer.from(part, 'base64url')))
    return value instanceof ObjectValue ? value : undefined
  } catch (error) {
    if (error instanceof JsonError || error instanceof TypeError) return undefined
    throw error
  }
}

/** Whether a token is neither expired nor for later: no leeway (data-model §7.1). */
export function isTimely(claims: ObjectValue, nowMicros: bigint): boolean {
  const expires = claimedMicros(claims, 'exp')
  const begins = claimedMicros(claims, 'nbf')
  // What is there but is no time is no reason to trust a token forever.
  if (expires === 'no time' || begins === 'no time') return false
  return (
    (expires === undefined || nowMicros < expires) && (begins === undefined || nowMicros > begins)
  )
}

/** The time in a claim, in microseconds since the Unix epoch; undefined if it is absent. */
export function claimedMicros(
  claims: ObjectValue,
  claim: 'exp' | 'nbf',
): bigint | undefined | 'no time' {
  const value = claims.get(claim)
  if (value === undefined) return undefined
  if (value !== null && isInteger(value)) return BigInt(value) * 1_000_000n
  const micros = value instanceof Double ? Math.floor(value.value * 1_000_000) : Number.NaN
  return Number.isFinite(micros) ? BigInt(micros) : 'no time'
}

/** The entries of `aud`, which is a string or an array of them; undefined if it is anything else. */
export function audiencesOf(claims: ObjectValue): readonly string[] | undefined {
  const value = claims.get('aud')
  if (value === undefined) return []
  const list = isArray(value) ? value : [value]
  const audiences = list.filter((one) => typeof one === 'string')
  return audiences.length === list.length ? audiences : undefined
}
