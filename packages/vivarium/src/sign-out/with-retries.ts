import { setTimeout as wait } from 'node:timers/promises'
import faunadb from 'faunadb'

/** How persistent to be. */
export interface RetryOptions {
  /** How many times in all. Default 5. */
  readonly attempts?: number | undefined
  /** How long one attempt may take. Default 2000. */
  readonly attemptTimeoutMs?: number | undefined
  /** The longest pause between the first two attempts; it doubles from then on. Default 50. */
  readonly pauseMs?: number | undefined
}

/**
 * Runs a query of the driver again while it fails for a reason that may pass: contention, a server that
 * is busy or gone. The query must bear being run twice, since an answer may be lost.
 *
 * @throws what the last attempt threw
 */
export async function withRetries<T>(
  run: (signal: AbortSignal) => Promise<T>,
  { attempts = 5, attemptTimeoutMs = 2_000, pauseMs = 50 }: RetryOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(AbortSignal.timeout(attemptTimeoutMs))
    } catch (error) {
      if (attempt >= attempts || !mayPass(error)) throw error
    }
    // Spread out, so that those who collided do not collide again.
    await wait(Math.random() * pauseMs * 2 ** (attempt - 1))
  }
}

const passingStatuses: ReadonlySet<number> = new Set([409, 429, 503])

/** What is no answer of the data API is taken for a failure of the connection. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof faunadb.errors.FaunaHTTPError)) return true
  return passingStatuses.has(error.requestResult.statusCode)
}
