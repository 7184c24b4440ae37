/**
 * Asking the data API within a limited time.
 *
 * The connection is kept from one invocation to the next. Between two of them a function may stand still
 * for long, and the other side may be gone without a word: then the attempt fails and the next one opens
 * a connection of its own. So a query may run twice, which a sign-in bears: it finds the account that it
 * made, and tokens whose secrets were lost expire.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Expr } from 'faunadb'
import { createConnections, type Reply } from './connections.ts'
import { isJsonObject } from './event.ts'
import type { ServerKey } from './server-key.ts'

/** Why there is no answer. */
export type FailureReason =
  /** The data API refuses the key, and there is no other. */
  | 'key-refused'
  /** It refuses the query: the schema is not there, or the key has not the rights. */
  | 'query-refused'
  /** There was no answer before the time was over. */
  | 'unavailable'

/** The query has no result. The message is for the log. */
export class DataApiError extends Error {
  override readonly name = 'DataApiError'
  readonly reason: FailureReason

  constructor(reason: FailureReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** A data API behind a server key. */
export interface DataApi {
  /**
   * Runs a query that may run more than once.
   *
   * @param untilMs when to give up, as `performance.now()` tells the time
   * @throws DataApiError, ServerKeyError
   */
  query(expression: Expr, untilMs: number): Promise<{ result: unknown; attempts: number }>
}

/** However much time there is, a query is not tried more often than this. */
const attemptsMax = 6
/** The longest pause after the first attempt; it doubles with each. */
const pauseMs = 20

/** The data API at `endpoint`. Nothing is opened yet. */
export function createDataApi(endpoint: string, serverKey: ServerKey): DataApi {
  const connections = createConnections(endpoint)
  const run = async (body: string, secret: string, timeoutMs: number): Promise<Answer> => {
    try {
      return answerOf(await connections.post(body, secret, timeoutMs))
    } catch (error) {
      connections.renew()
      return { kind: 'no answer', why: whyUnanswered(error) }
    }
  }
  return {
    async query(expression, untilMs) {
      const body = JSON.stringify(expression)
      // Time is left for a second attempt if the first one meets a dead connection.
      const attemptMs = left(untilMs) / 2
      const timeoutMs = () => Math.max(1, Math.floor(Math.min(attemptMs, left(untilMs))))
      let secret = await serverKey.current(timeoutMs())
      let last = 'there was no time to ask'
      for (let attempts = 1; attempts <= attemptsMax && left(untilMs) > 0; attempts += 1) {
        const answer = await run(body, secret, timeoutMs())
        switch (answer.kind) {
          case 'result':
            return { result: answer.result, attempts }
          case 'unauthorized': {
            const successor = await serverKey.successorOf(secret, timeoutMs())
            if (successor === undefined) {
              throw new DataApiError('key-refused', 'The data API refuses the server key')
            }
            secret = successor
            continue
          }
          case 'refused':
            throw new DataApiError('query-refused', `The data API refuses: ${answer.why}`)
        }
        last = answer.why
        // Spread out, so that those who collided do not collide again.
        const pause = Math.random() * pauseMs * 2 ** (attempts - 1)
        if (pause < left(untilMs)) await wait(pause)
      }
      throw new DataApiError('unavailable', `The data API does not answer: ${last}`)
    },
  }
}

const left = (untilMs: number) => untilMs - performance.now()

type Answer =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'busy'; readonly why: string }
  | { readonly kind: 'no answer'; readonly why: string }

const busyStatuses: ReadonlySet<number> = new Set([409, 429, 503])

/** Of an error only status and code: its description may say whom the query is about. */
function answerOf({ status, text }: Reply): Answer {
  const reply = parse(text)
  if (!isJsonObject(reply)) return { kind: 'no answer', why: `${status}, and no JSON` }
  if (status >= 200 && status < 300) return { kind: 'result', result: reply.resource }
  if (status === 401) return { kind: 'unauthorized' }
  const code = codeIn(reply.errors)
  const why = `${status} ${code}`
  // Another sign-in of the same user has just made the account: the next attempt finds it.
  if (busyStatuses.has(status) || code === 'instance not unique') return { kind: 'busy', why }
  return { kind: 'refused', why }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The code of the first error. */
function codeIn(errors: unknown): string {
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  return isJsonObject(first) && typeof first.code === 'string' ? first.code : 'unknown error'
}

function whyUnanswered(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
