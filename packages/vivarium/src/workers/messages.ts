/** What the primary and its workers tell one another. Both are of one version: they trust what they get. */
import type { DeliveredMessage } from '@vivarium/user-pools'
import type { ServerName } from '../command/settings.ts'
import type { MailboxQuestion } from './shared-mailbox.ts'

/** What a worker serves. */
export interface Served {
  readonly urls: Readonly<Record<ServerName, string | undefined>>
  readonly userPoolId: string | undefined
  readonly clientId: string | undefined
}

/** From a worker. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly served: Served }
  | { readonly kind: 'question'; readonly id: number; readonly question: MailboxQuestion }
  /** `metrics`: as `Registry.getMetricsAsJSON` gives them. */
  | { readonly kind: 'metrics'; readonly id: number; readonly metrics: object }

/** From the primary. */
export type FromPrimary =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: readonly DeliveredMessage[] }
  | { readonly kind: 'measure'; readonly id: number }
  /** With `lingerMs`, another worker has taken its place. */
  | { readonly kind: 'stop'; readonly lingerMs?: number }

/** A message of ours; undefined for what Node's own modules send. */
export function decodeFromWorker(message: unknown): FromWorker | undefined {
  return isOurs(message) ? (message as FromWorker) : undefined
}

/** @see decodeFromWorker */
export function decodeFromPrimary(message: unknown): FromPrimary | undefined {
  return isOurs(message) ? (message as FromPrimary) : undefined
}

function isOurs(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'kind' in message
}
