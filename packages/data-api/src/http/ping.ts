/**
 * What `/ping` finds out (wire §1.4). `node` asks whether this process answers, `read` whether the store gives
 * what was committed, `write` and `all` whether it takes a commit.
 *
 * Anybody may ask, as often as they like, so a commit that succeeded answers for a second, and those who ask
 * together wait for the same one.
 */
import type { HttpRequest } from '@vivarium/http'
import type { Store } from '@vivarium/store'
import { type Answer, methodNotAllowed, protocolError } from './responses.ts'

/** What a ping depends on. */
export interface PingOptions {
  readonly store: Store
  /** Whether this process is about to stop, so that nothing new should come to it. */
  readonly isDraining: () => boolean
}

type Scope = 'all' | 'write' | 'read' | 'node'

const scopes: Readonly<Record<string, Scope>> = {
  all: 'all',
  write: 'write',
  global: 'write',
  read: 'read',
  local: 'read',
}

/** How long to wait unless told otherwise, and at most. */
const timeoutMsDefault = { all: 5_000, write: 1_000, read: 500, node: 100 }
const timeoutMsMax = 60_000

/** How long a probe that succeeded answers for others. */
const freshMs = 1_000

/** Makes the answer to pings. */
export function createPing({
  store,
  isDraining,
}: PingOptions): (request: HttpRequest) => Promise<Answer> {
  const read = new Probe(() => store.transact(() => undefined, { intent: 'read' }))
  // An id counts as a write, and leaves nothing behind.
  const write = new Probe(() => store.transact((t) => t.newId(), { intent: 'write' }))
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return methodNotAllowed(['GET', 'HEAD'])
    }
    const parameters = new URLSearchParams(request.query)
    const scope = scopes[parameters.get('scope') ?? 'write'] ?? 'node'
    if (scope === 'node') return ok(scope)
    if (isDraining()) return unavailable(scope, 'is unavailable')
    const timeoutMs = timeoutOf(parameters.get('timeout')) ?? timeoutMsDefault[scope]
    const outcome = await (scope === 'read' ? read : write).within(timeoutMs)
    if (outcome === 'ok') return ok(scope)
    return unavailable(
      scope,
      outcome === 'late' ? `timed out after ${timeoutMs} milliseconds` : 'is unavailable',
    )
  }
}

const ok = (scope: Scope): Answer => ({
  status: 200,
  body: `{"resource":"Scope ${scope} is OK"}`,
})

const unavailable = (scope: Scope, what: string): Answer =>
  protocolError(503, 'time out', `Scope ${scope} ${what}`)

function timeoutOf(text: string | null): number | undefined {
  if (text === null || !/^\d{1,9}$/.test(text) || Number(text) === 0) return undefined
  return Math.min(Number(text), timeoutMsMax)
}

/** Something that is tried once for all who ask. */
class Probe {
  readonly #attempt: () => Promise<unknown>
  #underWay: Promise<'ok' | 'failed'> | undefined
  #freshUntilMs = 0

  constructor(attempt: () => Promise<unknown>) {
    this.#attempt = attempt
  }

  /** Whether it succeeds in time, or has just succeeded. */
  async within(timeoutMs: number): Promise<'ok' | 'failed' | 'late'> {
    if (performance.now() < this.#freshUntilMs) return 'ok'
    this.#underWay ??= this.#try()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), timeoutMs)
    })
    try {
      return await Promise.race([this.#underWay, late])
    } finally {
      clearTimeout(timer)
    }
  }

  async #try(): Promise<'ok' | 'failed'> {
    try {
      await this.#attempt()
      this.#freshUntilMs = performance.now() + freshMs
      return 'ok'
    } catch {
      // Whatever it was, the requests that need the store tell of it themselves.
      return 'failed'
    } finally {
      this.#underWay = undefined
    }
  }
}
