import { looksLikeJwt } from '../jwt/jwt.ts'

/**
 * The secret in an `Authorization` header (wire §2.1); undefined for any form that is not one. Scheme names
 * are case-sensitive.
 */
export function secretOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const [scheme, value, ...rest] = header.trim().split(/\s+/)
  if (value === undefined || rest.length > 0) return undefined
  if (scheme === 'Bearer') return value
  return scheme === 'Basic' ? basicSecret(value) : undefined
}

/**
 * `secret:` in base64; a colon after the base64 text is tolerated, as is whitespace inside. JSON Web Tokens
 * are no secrets in this form.
 */
function basicSecret(value: string): string | undefined {
  const text = value.replace(/:$/, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const secret = Buffer.from(text, 'base64').toString('utf8').trim().replace(/:$/, '')
  return secret === '' || looksLikeJwt(secret) ? undefined : secret
}
