/**
 * Signature Version 4, verified: what stands between the network and the administrative operations.
 *
 * @see user-pools §1.5
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { HttpRequest } from '@vivarium/http'
import { refusal, type UserPoolError } from '../errors.ts'
import { isFromForeignPage } from './foreign-page.ts'

/** A pair that may sign. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /**
   * Everybody knows this pair, so that a page on the web could sign with it too: requests of pages are
   * taken from pages of this machine alone. Default false.
   */
  readonly isWellKnown?: boolean | undefined
}

/** What signatures are checked against. */
export interface SignatureRules {
  /** Every pair that may sign; none refuses everybody. */
  readonly credentials: readonly Credentials[]
  readonly region: string
  readonly nowMs: number
}

const service = 'cognito-idp'
const algorithm = 'AWS4-HMAC-SHA256'
/** How far the signer's clock may be off, either way. */
const skewSecondsMax = 15 * 60

/** What the `Authorization` header says. */
interface Authorization {
  readonly accessKeyId: string
  readonly scope: readonly string[]
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

/**
 * Checks that one of the configured pairs signed this request, its body included.
 *
 * @throws UserPoolError MissingAuthenticationTokenException, IncompleteSignatureException,
 * UnrecognizedClientException, InvalidSignatureException
 */
export function verifySignature(
  request: Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers' | 'authority'>,
  body: Uint8Array,
  rules: SignatureRules,
): void {
  const header = request.headers.authorization
  if (header === undefined || header === '') {
    throw refusal('MissingAuthenticationTokenException', 'unsigned')
  }
  const authorization = parseAuthorization(header)
  const time = request.headers['x-amz-date'] ?? ''
  if (!/^\d{8}T\d{6}Z$/.test(time)) {
    throw incomplete(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    )
  }
  const signer = rules.credentials.find(
    ({ accessKeyId }) => accessKeyId === authorization.accessKeyId,
  )
  if (signer === undefined || (signer.isWellKnown && isFromForeignPage(request.headers.origin))) {
    throw refusal('UnrecognizedClientException', 'unknownKey')
  }
  checkScope(authorization, time, rules.region)
  checkSignedHeaders(authorization, request.headers)
  const expected = signatureOf(request, body, { authorization, time, signer })
  const given = Buffer.from(authorization.signature, 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw refusal('InvalidSignatureException', 'wrong')
  }
  checkTime(time, rules.nowMs)
}

function parseAuthorization(header: string): Authorization {
  if (!header.startsWith(`${algorithm} `)) {
    throw incomplete(
      `Authorization header requires '${algorithm}' as its algorithm. Authorization header is not of Signature Version 4.`,
    )
  }
  const members = new Map(
    header
      .slice(algorithm.length)
      .split(',')
      .map((member): [string, string] => {
        const equals = member.indexOf('=')
        return [member.slice(0, equals).trim(), member.slice(equals + 1).trim()]
      }),
  )
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !members.get(name))
  if (missing.length > 0) {
    const texts = missing.map((name) => `Authorization header requires '${name}' parameter.`)
    throw incomplete(texts.join(' '))
  }
  const [accessKeyId = '', ...scope] = (members.get('Credential') ?? '').split('/')
  if (scope.length !== 4) {
    throw incomplete(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
    )
  }
  return {
    accessKeyId,
    scope,
    signedHeaders: (members.get('SignedHeaders') ?? '').split(';'),
    signature: members.get('Signature') ?? '',
  }
}

function checkScope({ scope }: Authorization, time: string, region: string): void {
  const [date, scopeRegion, scopeService, terminator] = scope
  if (scopeRegion !== region) {
    throw invalid(`Credential should be scoped to a valid region, not '${scopeRegion}'. `)
  }
  if (scopeService !== service) {
    throw invalid(`Credential should be scoped to correct service: '${service}'. `)
  }
  if (terminator !== 'aws4_request') {
    throw invalid(`Credential should be scoped with a valid terminator: 'aws4_request'. `)
  }
  if (date !== time.slice(0, 8)) {
    throw invalid(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${time.slice(0, 8)}', from '${time}'.`,
    )
  }
}

/** What decides about the request must be under the signature. */
function checkSignedHeaders(
  { signedHeaders }: Authorization,
  headers: HttpRequest['headers'],
): void {
  if (!signedHeaders.includes('host') && !signedHeaders.includes(':authority')) {
    throw invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
  }
  for (const name of ['x-amz-date', 'x-amz-target', 'x-amz-security-token']) {
    if (headers[name] !== undefined && !signedHeaders.includes(name)) {
      throw invalid(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`)
    }
  }
}

function checkTime(time: string, nowMs: number): void {
  const at = Date.UTC(
    Number(time.slice(0, 4)),
    Number(time.slice(4, 6)) - 1,
    Number(time.slice(6, 8)),
    Number(time.slice(9, 11)),
    Number(time.slice(11, 13)),
    Number(time.slice(13, 15)),
  )
  const skewMs = skewSecondsMax * 1000
  if (at < nowMs - skewMs) {
    throw invalid(
      `Signature expired: ${time} is now earlier than ${basicTime(nowMs - skewMs)} (${basicTime(nowMs)} - 15 min.)`,
    )
  }
  if (at > nowMs + skewMs) {
    throw invalid(
      `Signature not yet current: ${time} is still later than ${basicTime(nowMs + skewMs)} (${basicTime(nowMs)} + 15 min.)`,
    )
  }
}

function basicTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

function signatureOf(
  request: Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers' | 'authority'>,
  body: Uint8Array,
  {
    authorization,
    time,
    signer,
  }: {
    readonly authorization: Authorization
    readonly time: string
    readonly signer: Credentials
  },
): Buffer {
  const { scope, signedHeaders } = authorization
  const canonical = [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${headerValue(request, name)}`),
    '',
    signedHeaders.join(';'),
    createHash('sha256').update(body).digest('hex'),
  ].join('\n')
  const hash = createHash('sha256').update(canonical).digest('hex')
  const toSign = [algorithm, time, scope.join('/'), hash].join('\n')
  const key = scope.reduce<Buffer>(
    (previous, part) => hmac(previous, part),
    Buffer.from(`AWS4${signer.secretAccessKey}`),
  )
  return hmac(key, toSign)
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function headerValue(request: Pick<HttpRequest, 'headers' | 'authority'>, name: string): string {
  const value = request.headers[name] ?? (name === 'host' ? request.authority : '')
  return value.trim().replace(/ +/g, ' ')
}

/** Every service but S3 signs a path that is encoded once more. */
function canonicalPath(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(segment))
    .join('/')
}

function canonicalQuery(query: string): string {
  if (query === '') return ''
  return query
    .split('&')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&')
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function incomplete(text: string): UserPoolError {
  return refusal('IncompleteSignatureException', 'malformed', text)
}

function invalid(text: string): UserPoolError {
  return refusal('InvalidSignatureException', 'other', text)
}
