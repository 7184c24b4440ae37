/**
 * What is kept of pools, clients and users: the documents and their bytes.
 *
 * Documents are JSON. Pools and clients are read by every request and change rarely, so their values
 * are remembered by their bytes: what is remembered is exactly what those bytes say, so nothing can be
 * stale.
 */
import type { Bytes, Transaction } from '@vivarium/store'
import type { z } from 'zod'
import type { Failures } from '../authentication/quotas.ts'
import type { SrpVerifier } from '../authentication/srp.ts'
import type { clientSettings, poolSettings } from '../request-shapes.ts'
import type { StoredSigningKey } from '../tokens/signing-key.ts'
import type { SchemaAttribute } from './schema.ts'

/** The settings of a pool, as they were sent. */
export type PoolSettings = z.output<typeof poolSettings>

/** The settings of an app client, as they were sent. */
export type ClientSettings = z.output<typeof clientSettings>

/** A user pool. */
export interface UserPool {
  readonly id: string
  readonly name: string
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  readonly settings: PoolSettings
  /** Fixed at creation, as the next two. */
  readonly usernameAttributes: readonly ('email' | 'phone_number')[]
  readonly aliasAttributes: readonly ('email' | 'phone_number' | 'preferred_username')[]
  /** Undefined: not said, which means true. */
  readonly caseSensitive?: boolean | undefined
  readonly schema: readonly SchemaAttribute[]
}

/** What a pool must never tell. */
export interface PoolSecrets {
  /** Oldest first. */
  readonly signingKeys: readonly StoredSigningKey[]
  /** 32 random bytes, base64: seals tickets, keys the hashes of codes, makes up unknown users. */
  readonly secret: string
}

/** An app client. */
export interface AppClient {
  readonly id: string
  readonly poolId: string
  readonly name: string
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  /** In clear: SECRET_HASH is keyed with it, and DescribeUserPoolClient shows it. */
  readonly secret?: string | undefined
  readonly settings: ClientSettings
}

/** @see user-pools §6.1 */
export type UserStatus = 'UNCONFIRMED' | 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED'

/** A user. */
export interface User {
  /** The canonical name, as it was given. */
  readonly username: string
  readonly sub: string
  readonly status: UserStatus
  readonly isEnabled: boolean
  /** Without `sub`. */
  readonly attributes: Readonly<Record<string, string>>
  /** New values of attributes that hold once they are verified. */
  readonly pending?: Readonly<Record<string, string>> | undefined
  readonly verifier?: SrpVerifier | undefined
  /** Former verifiers, newest first, where the policy keeps a history. */
  readonly passwordHistory?: readonly SrpVerifier[] | undefined
  /** When a temporary password ends, in seconds since the epoch. */
  readonly temporaryUntilSeconds?: number | undefined
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  /** Raised to end all sign-ins at once: those made under a lower number are over. */
  readonly generation: number
  /** When it was raised last; for tokens that name no sign-in. */
  readonly signedOutAtMs?: number | undefined
}

/** A sign-in: its refresh tokens, and whether it still holds. Its id is `origin_jti`. */
export interface Session {
  readonly id: string
  readonly clientId: string
  readonly username: string
  readonly sub: string
  /** The user's generation when it began. */
  readonly generation: number
  readonly authTimeSeconds: number
  /** When its refresh tokens end. */
  readonly expiresAtSeconds: number
  /** When the last access token that it may have given ends; only then may it be forgotten. */
  readonly keepUntilSeconds: number
  /** The refresh tokens that work; `untilSeconds` for one that was used and is in its grace period. */
  readonly accepted: readonly {
    readonly hash: string
    readonly untilSeconds?: number | undefined
  }[]
  /** Hashes of tokens that rotation ended, newest first. */
  readonly superseded?: readonly string[] | undefined
  /** Ended before its time. It is kept all the same, to tell a revoked token from a made-up one. */
  readonly isRevoked?: boolean | undefined
}

/** The failed sign-ins and counted attempts of a user, or of names that nobody has. */
export interface Attempts {
  readonly failures?: Failures | undefined
  /** Seconds since the epoch, by operation. */
  readonly counted?: Readonly<Record<string, readonly number[]>> | undefined
}

/** A group. */
export interface Group {
  readonly name: string
  readonly description?: string | undefined
  readonly roleArn?: string | undefined
  readonly precedence?: number | undefined
  readonly createdAtMs: number
  readonly modifiedAtMs: number
}

/** A resource server: scopes that access tokens of other grants than ours may have. */
export interface ResourceServer {
  readonly identifier: string
  readonly name: string
  readonly scopes: readonly { readonly name: string; readonly description: string }[]
}

/** The document at `key`; undefined if there is none. */
export function readDocument<T>(transaction: Transaction, key: Bytes): T | undefined {
  const bytes = transaction.get(key)
  return bytes === undefined ? undefined : decode<T>(bytes)
}

/** Sets the document at `key`. */
export function writeDocument(transaction: Transaction, key: Bytes, document: object): void {
  transaction.put(key, Buffer.from(JSON.stringify(document)))
}

/** The document that `bytes` say. */
export function decode<T>(bytes: Bytes): T {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  // Only `writeDocument` writes here, so the bytes say what it was given.
  return JSON.parse(text) as T
}

/** Remembers documents by key; see above. */
export class DocumentCache<T> {
  readonly #entriesMax: number
  readonly #entries = new Map<string, { readonly bytes: Buffer; readonly value: T }>()

  constructor(entriesMax = 1024) {
    this.#entriesMax = entriesMax
  }

  /** As `readDocument`, parsed only if its bytes are other than the last time. */
  read(transaction: Transaction, key: Bytes): T | undefined {
    const bytes = transaction.get(key)
    if (bytes === undefined) return undefined
    const name = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
    const known = this.#entries.get(name)
    if (known?.bytes.equals(bytes)) return known.value
    const value = decode<T>(bytes)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size >= this.#entriesMax && oldest !== undefined) this.#entries.delete(oldest)
    this.#entries.set(name, { bytes: Buffer.from(bytes), value })
    return value
  }
}
