/** What operations reach besides their request: the store, the clock, and the world outside. */
import type { Store, StoreErrorCode } from '@vivarium/store'
import type { ErrorCode } from './errors.ts'
import type { Messenger } from './messages/message.ts'
import type { TriggerInvoker } from './triggers/invoke.ts'

/** Why sign-ins of a user ended. */
export type SessionsEndedReason =
  | 'global-sign-out'
  | 'token-revoked'
  | 'user-disabled'
  | 'user-deleted'
  | 'password-changed'

/** Sign-ins that just ended; whatever else was given on their strength should end too. */
export interface SessionsEnded {
  readonly userPoolId: string
  readonly userName: string
  readonly sub: string
  readonly reason: SessionsEndedReason
  /** The one sign-in that ended, by its `origin_jti`; undefined: all of the user's. */
  readonly originJti?: string | undefined
}

/** Something that an operator may want to read. Never holds a secret, a code or a claim's value. */
export type UserPoolEvent =
  | { readonly kind: 'bug'; readonly error: unknown; readonly operation: string }
  | { readonly kind: 'undeclared-error'; readonly operation: string; readonly code: ErrorCode }
  | { readonly kind: 'store-failed'; readonly operation: string; readonly code: StoreErrorCode }
  | { readonly kind: 'trigger-failed'; readonly trigger: string; readonly message: string }
  | {
      readonly kind: 'claims-ignored'
      readonly userPoolId: string
      readonly claims: readonly string[]
    }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'delivery-failed'; readonly error: unknown }
  | { readonly kind: 'hook-failed'; readonly error: unknown }

/** @see UserPoolEvent */
export interface Environment {
  readonly store: Store
  readonly region: string
  /** The `iss` of a pool's tokens. */
  issuerOf(poolId: string): string
  /** Milliseconds since the Unix epoch. */
  nowMs(): number
  /** Seconds since the Unix epoch, whole. */
  nowSeconds(): number
  /** So many random bytes. */
  entropy(bytes: number): Uint8Array
  /** A random UUID, version 4. */
  uuid(): string
  readonly triggers: TriggerInvoker
  readonly messenger: Messenger
  /** Whether hourly quotas of users are kept. */
  readonly quotas: boolean
  /** Resolves when the hook has been told; its failures are events, never answers. */
  sessionsEnded(ended: SessionsEnded): Promise<void>
  /** Runs what no answer waits for, and what deals with its own failures; the server waits for it to close. */
  afterwards(task: () => Promise<void>): void
  /** Says that something was left behind for the sweep to clear away, soon. */
  leftovers(): void
  /** `requestId` is that of the request in which it happened, if there was one. */
  onEvent(event: UserPoolEvent, requestId?: string): void
}
