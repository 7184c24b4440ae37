import { sign, verify } from 'node:crypto'
import type { Claims } from './claims.ts'
import { privateKeyOf, publicKeyOf, type StoredSigningKey } from './signing-key.ts'

/**
 * A signed token, in compact form: RS256, and a header of `kid` and `alg` alone, as Cognito's.
 *
 * On the event loop, as the modular powers are: the way to the thread pool and back costs a third of a
 * signature more in processor time.
 */
export function signJwt(claims: Claims, key: StoredSigningKey): string {
  const content = `${headerOf(key.kid)}.${base64url(JSON.stringify(Object.fromEntries(claims)))}`
  const signature = sign('RSA-SHA256', Buffer.from(content), privateKeyOf(key))
  return `${content}.${signature.toString('base64url')}`
}

/** A token whose form could be read; nothing of it is trusted yet. */
export interface UnverifiedJwt {
  readonly kid: string
  readonly algorithm: string
  readonly claims: Readonly<Record<string, unknown>>
  /** What was signed, and the signature. */
  readonly content: string
  readonly signature: Uint8Array
}

/** Reads the form of a token; undefined if it is none. */
export function parseJwt(token: string): UnverifiedJwt | undefined {
  const parts = token.split('.')
  const [header = '', payload = '', signature = ''] = parts
  if (parts.length !== 3 || signature === '') return undefined
  const { kid, alg } = parseObject(header) ?? {}
  const claims = parseObject(payload)
  if (typeof kid !== 'string' || typeof alg !== 'string' || claims === undefined) return undefined
  return {
    kid,
    algorithm: alg,
    claims,
    content: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  }
}

/** Whether `key` signed the token. The algorithm is the key's, whatever the header claims. */
export function signatureMatches(jwt: UnverifiedJwt, key: StoredSigningKey): boolean {
  return (
    jwt.algorithm === 'RS256' &&
    verify('RSA-SHA256', Buffer.from(jwt.content), publicKeyOf(key), jwt.signature)
  )
}

function headerOf(kid: string): string {
  return base64url(JSON.stringify({ kid, alg: 'RS256' }))
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function parseObject(part: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
