/**
 * A data API for tests: the real handler over a real store, the clock in the test's hand, and the unmodified
 * driver as its client.
 */
import type { HttpHandler } from '@vivarium/http'
import type { Store } from '@vivarium/store'
import faunadb, { type ClientConfig, type ExprArg, type values } from 'faunadb'
import { createDataApi, type DataApiOptions } from '../data-api.ts'
import { createMaintenance } from '../maintenance/maintenance.ts'
import { type Answered, type SentRequest, send } from './send.ts'

const { Client } = faunadb

/** The driver's functions. */
export const q = faunadb.query

/** The value null, which the driver's types leave out. */
export const nil: ExprArg = new faunadb.Expr(JSON.parse('null'))

/** The root secret of every test. */
export const rootSecret = 'root'

/** A document as the driver gives it. */
export interface Rendered {
  readonly ref: values.Ref
  readonly ts: number
  readonly secret: string
  readonly [field: string]: unknown
}

/** A page as the driver gives it. */
export interface Page<T = unknown> {
  readonly data: T[]
  readonly before?: unknown
  readonly after?: unknown
}

/** A refused query: the status and the errors as they came. */
export interface Refusal {
  readonly status: number
  readonly errors: readonly unknown[]
}

/** A clock that stands until it is moved. Microseconds since the Unix epoch. */
export class TestClock {
  micros = 1_700_000_000_000_000n

  readonly now = (): bigint => this.micros

  advance({ seconds = 0, days = 0 }: { readonly seconds?: number; readonly days?: number }): void {
    this.micros += BigInt(seconds + days * 86_400) * 1_000_000n
  }

  /** The clock's time, `seconds` from now, as queries write it. */
  time(seconds = 0): faunadb.Expr {
    return q.Epoch(Number(this.micros / 1_000_000n) + seconds, 'second')
  }
}

/** One secret, and the driver that uses it. */
export class TestCaller {
  readonly secret: string
  readonly #client: faunadb.Client
  #last = { status: 0, raw: '' }

  constructor(secret: string, options: Omit<ClientConfig, 'secret'>) {
    this.secret = secret
    this.#client = new Client({
      ...options,
      secret,
      observer: (result) => {
        this.#last = { status: result.statusCode, raw: result.responseRaw }
      },
    })
  }

  /** The value of a query, as the driver revives it. */
  query<T = Rendered>(expression: ExprArg): Promise<T> {
    return this.#client.query<T>(expression)
  }

  /** The value and the status. */
  async answer(expression: ExprArg): Promise<{ status: number; value: unknown }> {
    const value = await this.#client.query(expression)
    return { status: this.#last.status, value }
  }

  /** The JSON of the value, byte for byte. */
  async json(expression: ExprArg): Promise<string> {
    await this.#client.query(expression)
    return this.#last.raw.slice('{"resource":'.length, -1)
  }

  /** The data of the page that a query gives. */
  async data<T = unknown>(expression: ExprArg): Promise<T[]> {
    return (await this.query<Page<T>>(expression)).data
  }

  /** The refusal of a query; a failure of the test if it is answered. */
  async refusal(expression: ExprArg): Promise<Refusal> {
    try {
      await this.#client.query(expression)
    } catch (error) {
      if (!(error instanceof faunadb.errors.FaunaHTTPError)) throw error
      const { statusCode, responseContent } = error.requestResult
      const { errors } = responseContent as { errors: unknown[] }
      return { status: statusCode, errors }
    }
    throw new Error(`the query was answered: ${this.#last.raw}`)
  }

  close(): Promise<void> {
    return this.#client.close()
  }
}

/** A data API with its callers. */
export interface TestDataApi {
  readonly store: Store
  readonly clock: TestClock
  readonly handler: HttpHandler
  /** The root secret, on the root database. */
  readonly root: TestCaller
  /** An admin key of the database `test`, where most tests live. */
  readonly admin: TestCaller
  /** A server key of the database `test`. */
  readonly server: TestCaller
  /** A driver with this secret. */
  as(secret: string): TestCaller
  /** A new key of the database `test` with this role, and its driver. */
  withRole(role: ExprArg): Promise<TestCaller>
  /** A new token of a document of the database `test`, and its driver. */
  withToken(instance: ExprArg, more?: Record<string, ExprArg>): Promise<TestCaller>
  /** Sends a request without the driver. */
  send(request: SentRequest): Promise<Answered>
  /** Every key and value of the store, in hexadecimal. */
  dump(): Promise<readonly string[]>
  /** Runs maintenance in small steps, until it has looked at everything and found nothing to do. */
  maintain(): Promise<void>
}

/** Makes a data API over an empty store. */
export async function testDataApi(
  store: Store,
  clock: TestClock,
  options: Pick<DataApiOptions, 'entropy' | 'queryTimeoutMsMax'> = {},
): Promise<TestDataApi> {
  const handler = createDataApi({
    store,
    rootSecrets: [rootSecret],
    build: 'test',
    now: clock.now,
    ...options,
  })
  const driver = {
    endpoint: 'http://in-process',
    fetch: fetchOf(handler),
    headers: {},
  }
  const as = (secret: string) => new TestCaller(secret, driver)
  const root = as(rootSecret)
  await root.query(q.CreateDatabase({ name: 'test' }))
  const key = async (role: ExprArg) => {
    const made = await root.query(q.CreateKey({ role, database: q.Database('test') }))
    return as(made.secret)
  }
  const admin = await key('admin')
  return {
    store,
    clock,
    handler,
    root,
    admin,
    server: await key('server'),
    as,
    withRole: async (role) => as((await admin.query(q.CreateKey({ role }))).secret),
    withToken: async (instance, more = {}) =>
      as((await admin.query(q.Create(q.Tokens(), { instance, ...more }))).secret),
    send: (request) => send(handler, request),
    dump: () => dump(store),
    maintain: () => maintain(store),
  }
}

function fetchOf(handler: HttpHandler): typeof fetch {
  return async (input, init = {}) => {
    const { pathname, search } = new URL(String(input))
    const { status, headers, body } = await send(handler, {
      method: init.method ?? 'GET',
      path: pathname,
      query: search.slice(1),
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(typeof init.body === 'string' ? { body: init.body } : {}),
    })
    return new Response(body, { status, headers })
  }
}

async function dump(store: Store): Promise<readonly string[]> {
  const { value } = await store.transact(
    (transaction) =>
      [...transaction.range(Uint8Array.of(0), Uint8Array.of(0xff))].map(
        ({ key, value }) =>
          `${Buffer.from(key).toString('hex')} ${Buffer.from(value).toString('hex')}`,
      ),
    { intent: 'read' },
  )
  return value
}

async function maintain(store: Store): Promise<void> {
  const maintenance = createMaintenance(store, { keysPerStep: 7, versionsPerStep: 50 })
  for (let isDone = false; !isDone; ) {
    const before = await dump(store)
    // The first round may begin where another one was left.
    for (let rounds = 0; rounds < 2; ) if ((await maintenance.step()) === 'idle') rounds++
    const after = await dump(store)
    isDone = String(before.filter(isData)) === String(after.filter(isData))
  }
}

/** Everything but how far maintenance is. */
const isData = (entry: string) => !entry.startsWith('f06d')
