import type { ApiVersion } from './api-version.ts'
import type { Documents } from './documents.ts'
import { failure, RequestError } from './errors.ts'
import type { Position } from './position.ts'

/** What a function does to the world, weakest first (fql-v4 §1.11). */
export type Effect = 'pure' | 'read' | 'write'

const effectRank: Record<Effect, number> = { pure: 0, read: 1, write: 2 }

/** Whether an effect stays within a limit. */
export function isWithin(effect: Effect, limit: Effect): boolean {
  return effect === 'pure' || effectRank[effect] <= effectRank[limit]
}

/** The stronger of two effects. */
export function strongest(a: Effect, b: Effect): Effect {
  return effectRank[a] >= effectRank[b] ? a : b
}

/** How many lambda applications may be nested (fql-v4 §1.12). */
export const stackDepthMax = 200

/** What one evaluation has used so far. Shared by every context derived from the first. */
export interface Meter {
  /** Function calls and lambda applications: the raw counter of `x-compute-ops` (wire §3.2). */
  computeOps: number
  /** What was made so far: elements, fields, eighths of texts. @see measure */
  slots: number
  /** Lambda applications now nested. */
  depth: number
  /**
   * Called every few hundred operations, so that a query cannot hold the process: throws when its time
   * is over.
   */
  readonly checkTime: () => void
}

/** What an expression is evaluated in, besides its variables. */
export interface Context {
  readonly documents: Documents
  /** The caller's version, where functions differ at run time. */
  readonly version: ApiVersion
  /** `At`: the valid time that reads see, in microseconds; absent for now. */
  readonly at: bigint | undefined
  /** The strongest effect allowed, and the words that say where: `get requests`, `auth predicates`. */
  readonly limit: { readonly effect: Effect; readonly where: string }
  readonly meter: Meter
}

/** A meter that has counted nothing. */
export function newMeter(checkTime: () => void = () => {}): Meter {
  return { computeOps: 0, slots: 0, depth: 0, checkTime }
}

/** Counts one operation. @throws whatever `checkTime` does when the time is over */
export function count(meter: Meter): void {
  if ((++meter.computeOps & 255) === 0) meter.checkTime()
}

/** How many branches one literal, `Map`, `Foreach` or `Filter` may have (wire §9). */
export const queryWidthMax = 100_000

/** @throws RequestError `bad request` if these are more branches than one query may have */
export function checkWidth(branches: number): void {
  if (branches <= queryWidthMax) return
  const text = `Query exceeds max width. Max: ${queryWidthMax}, current: ${branches}.`
  throw new RequestError(400, 'bad request', text)
}

/** @throws invalid expression if `effect` is more than the context allows */
export function checkEffect(effect: Effect, context: Context, position: Position): void {
  if (isWithin(effect, context.limit.effect)) return
  throw failure(
    'invalid expression',
    `Call performs a ${effect}, which is not allowed in ${context.limit.where}.`,
    position,
  )
}

/** The answer when a query's time is over (wire §4.7). */
export function timedOut(): RequestError {
  return new RequestError(503, 'time out', 'Read timed out')
}
