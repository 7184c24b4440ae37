import { type ApiVersion, parseApiVersion } from '@vivarium/fql'
import type { HttpRequest } from '@vivarium/http'

/** What a request's headers ask for, checked (wire §3.1). */
export interface RequestParameters {
  readonly version: ApiVersion
  /** The snapshot must be at least this, in microseconds. */
  readonly lastSeenTxn: bigint | undefined
  readonly queryTimeoutMs: number
  /** Attempts after the first that lost to other transactions. */
  readonly retries: number | undefined
  /** The accepted tags, as the response names them. */
  readonly tags: string | undefined
  readonly prettyPrints: boolean
}

/** A header that cannot be accepted, in the words of the answer. */
export class InvalidHeader extends Error {
  override readonly name = 'InvalidHeader'
  /** Whether the answer has the headers of an ordinary one: it does for tags only (wire §3.1). */
  readonly isOrdinary: boolean

  constructor(header: string, why: string, isOrdinary = false) {
    super(`Invalid header '${header}': ${why}`)
    this.isOrdinary = isOrdinary
  }
}

const versionDefault: ApiVersion = '2.1'
const queryTimeoutMsDefault = 120_000
const queryTimeoutMsMax = 600_000
const retriesMax = 7

/**
 * Reads the headers.
 *
 * @param timeoutMsMax no query is given more time, whatever its caller asks for
 * @throws InvalidHeader for the first that is wrong
 */
export function requestParameters(
  headers: HttpRequest['headers'],
  timeoutMsMax: number,
): RequestParameters {
  return {
    version: version(headers['x-faunadb-api-version']),
    lastSeenTxn: timestamp('x-last-seen-txn', headers['x-last-seen-txn']),
    queryTimeoutMs: Math.min(timeout('x-query-timeout', headers['x-query-timeout']), timeoutMsMax),
    retries: retries('x-max-retries-on-contention', headers['x-max-retries-on-contention']),
    tags: tags('x-fauna-tags', headers['x-fauna-tags']),
    prettyPrints:
      headers['x-faunadb-formatted-json'] !== undefined ||
      /curl|HTTPie/.test(headers['user-agent'] ?? ''),
  }
}

function version(value: string | undefined): ApiVersion {
  if (value === undefined) return versionDefault
  const known = parseApiVersion(value)
  if (known !== undefined) return known
  const why = `Unsupported or invalid API version '${value}'.`
  throw new InvalidHeader('x-faunadb-api-version', why)
}

function timestamp(header: string, value: string | undefined): bigint | undefined {
  if (value === undefined) return undefined
  if (/^-?\d{1,19}$/.test(value)) return BigInt(value)
  throw new InvalidHeader(header, `Invalid timestamp '${value}'.`)
}

function whole(header: string, value: string): number {
  if (/^[+-]?\d{1,15}$/.test(value)) return Number(value)
  throw new InvalidHeader(header, `Invalid number '${value}'.`)
}

function timeout(header: string, value: string | undefined): number {
  if (value === undefined) return queryTimeoutMsDefault
  const ms = whole(header, value)
  if (ms <= 0) throw new InvalidHeader(header, 'Must be greater than 0.')
  if (ms <= queryTimeoutMsMax) return ms
  throw new InvalidHeader(header, `Must be less than or equal to ${queryTimeoutMsMax}.`)
}

function retries(header: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const count = whole(header, value)
  if (count >= 0 && count <= retriesMax) return count
  throw new InvalidHeader(header, `Must be between 0 and ${retriesMax}.`)
}

const tagsBytesMax = 3000
const tagsMax = 25
const tagKeyMax = 40
const tagValueMax = 80
const tagPattern = /^[A-Za-z0-9_]+$/

/** `k=v` pairs, answered in the reverse of their order (wire §3.2). */
function tags(header: string, value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined
  const refuse = (why: string) => new InvalidHeader(header, why, true)
  if (Buffer.byteLength(value) > tagsBytesMax) throw refuse('header is too long')
  const pairs = value.split(',').map((pair) => pair.split('='))
  if (pairs.some((pair) => pair.length !== 2)) throw refuse('invalid tags')
  if (pairs.length > tagsMax) throw refuse('too many tags')
  const seen = new Set<string>()
  for (const [key = '', text = ''] of pairs) {
    if (!tagPattern.test(key) || key.length > tagKeyMax) throw refuse('invalid key')
    if (!tagPattern.test(text) || text.length > tagValueMax) throw refuse('invalid value')
    if (seen.has(key)) throw refuse('duplicate key')
    seen.add(key)
  }
  return pairs
    .map((pair) => pair.join('='))
    .reverse()
    .join(',')
}
