/**
 * Lists, a page at a time.
 *
 * A page token says after which key the next page begins, until when it is good, and of which list it is.
 * It is not signed: whoever may ask for a page may ask for all of them, and a token leads nowhere
 * outside of its list.
 *
 * @see user-pools §2.13
 */
import { createHash } from 'node:crypto'
import { compareBytes, type Entry, type Transaction } from '@vivarium/store'
import { z } from 'zod'
import { refusal } from '../errors.ts'
import type { KeyRange } from './keys.ts'

/** How many items a page has unless asked otherwise, and at most. */
export const pageSizeMax = 60

const tokenSeconds = 60 * 60

/** Which page of which list is asked for. */
export interface PageRequest {
  /** The operation and everything in the request that makes it another list. */
  readonly list: readonly unknown[]
  /** Undefined or 0: `pageSizeMax`. */
  readonly limit: number | undefined
  readonly token: string | undefined
  readonly nowSeconds: number
}

/** A page, and the token of the next unless it is the last. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly nextToken: string | undefined
}

/** The keys that are left of a list. @throws UserPoolError InvalidParameterException */
export function rangeFrom(request: PageRequest, [from, to]: KeyRange): KeyRange {
  if (request.token === undefined) return [from, to]
  const after = openToken(request)
  if (compareBytes(after, from) < 0 || compareBytes(after, to) >= 0) throw badToken()
  // The next key in the order of bytes.
  return [Buffer.concat([after, Buffer.of(0)]), to]
}

/**
 * A page of the entries in `range` that `itemOf` makes something of.
 *
 * @throws UserPoolError InvalidParameterException for a token that is not this list's
 */
export function readPage<T>(
  transaction: Transaction,
  range: KeyRange,
  request: PageRequest,
  itemOf: (entry: Entry) => T | undefined,
): Page<T> {
  const size = request.limit || pageSizeMax
  const items: T[] = []
  let last: Buffer | undefined
  const [from, to] = rangeFrom(request, range)
  for (const entry of transaction.range(from, to, { expected: size + 1 })) {
    if (items.length === size) return { items, nextToken: pageToken(request, last) }
    const item = itemOf(entry)
    if (item === undefined) continue
    items.push(item)
    last = Buffer.from(entry.key)
  }
  return { items, nextToken: undefined }
}

const tokenShape = z.tuple([z.string(), z.number(), z.string()])

/** The token of the page after `key`. */
export function pageToken(
  { list, nowSeconds }: PageRequest,
  key: Uint8Array = Buffer.of(),
): string {
  const parts = [hashOf(list), nowSeconds + tokenSeconds, Buffer.from(key).toString('base64url')]
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

function openToken({ token = '', list, nowSeconds }: PageRequest): Buffer {
  const parsed = tokenShape.safeParse(parseJson(Buffer.from(token, 'base64url').toString()))
  if (!parsed.success) throw badToken()
  const [hash, untilSeconds, key] = parsed.data
  if (hash !== hashOf(list) || nowSeconds > untilSeconds) throw badToken()
  return Buffer.from(key, 'base64url')
}

function hashOf(list: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, 16)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function badToken() {
  return refusal('InvalidParameterException', 'paginationToken')
}
