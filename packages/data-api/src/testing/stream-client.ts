/** Streams for tests: a data API behind a real socket, and the unmodified driver's subscriptions. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { listen } from '@vivarium/http'
import { openLmdbStore, openMemoryStore, type Store } from '@vivarium/store'
import { isOnPostgres, openTestStore } from '@vivarium/store/testing'
import faunadb, { type Expr, type ExprArg } from 'faunadb'
import { describe, onTestFinished } from 'vitest'
import { bodyBytesMax, createDataApi, type DataApi, type DataApiOptions, faults } from '../index.ts'
import { q, type Rendered, rootSecret } from './test-data-api.ts'

/** An event as the driver gives it. */
export interface Received {
  readonly type: string
  readonly txn: number
  // biome-ignore lint/suspicious/noExplicitAny: what events hold is what tests look at
  readonly event: any
}

/** A subscription of the driver, whose events wait until they are asked for. */
export class Recording {
  readonly #subscription: ReturnType<faunadb.Client['stream']>
  readonly #received: Received[] = []
  #waiting: ((event: Received) => void) | undefined
  /** The time at which it began. */
  start = 0

  constructor(client: faunadb.Client, expression: Expr, fields?: readonly string[]) {
    const options = fields === undefined ? {} : { fields: [...fields] as never }
    this.#subscription = client.stream(expression, options)
    for (const type of ['start', 'version', 'set', 'history_rewrite', 'error'] as const) {
      this.#subscription.on(type, (_: unknown, event: unknown) => this.#take(event as Received))
    }
    this.#subscription.start()
  }

  /** The next event, which may still have to come. */
  next(): Promise<Received> {
    const event = this.#received.shift()
    if (event !== undefined) return Promise.resolve(event)
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  /** The next events. */
  async take(count: number): Promise<Received[]> {
    const events: Received[] = []
    while (events.length < count) events.push(await this.next())
    return events
  }

  close(): void {
    this.#subscription.close()
  }

  #take(event: Received): void {
    if (this.#waiting === undefined) this.#received.push(event)
    else this.#waiting(event)
    this.#waiting = undefined
  }
}

/** A data API that listens. */
export interface ListeningApi {
  readonly url: string
  readonly api: DataApi
  readonly store: Store
  /** An admin key of the database `test`. */
  readonly admin: faunadb.Client
  /** A driver. */
  as(secret: string): faunadb.Client
  /** A new key of the database `test` with this role. */
  withRole(role: ExprArg): Promise<Rendered>
  /** A new token of a document of the database `test`. */
  withToken(instance: ExprArg, more?: Record<string, ExprArg>): Promise<Rendered>
  /** A stream that has begun; by an admin key, if no driver is named. */
  stream(
    expression: Expr,
    options?: { readonly client?: faunadb.Client; readonly fields?: readonly string[] },
  ): Promise<Recording>
}

/**
 * The ways in which the driver speaks. In Node it cannot follow streams through Node's own `fetch`, only
 * through the one that it depends on.
 */
export const protocols: Record<string, object> = {
  'HTTP/2': {},
  fetch: { fetch: createRequire(import.meta.resolve('faunadb'))('cross-fetch') },
}

const embedded: Record<string, () => Store> = {
  memory: () => openMemoryStore(),
  'memory that suspends reads': () => openMemoryStore({ suspendReads: true }),
  lmdb: () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'vivarium-streams-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    return openLmdbStore({ path: directory })
  },
}

/** Opens a store of each kind. */
export const stores: Record<string, () => Store> = isOnPostgres
  ? { postgres: () => openTestStore() }
  : embedded

/** Opens a data API over an empty store, and a listener, for one test. */
export async function listenFor(
  store: Store,
  options: Partial<DataApiOptions> = {},
  protocol: object = {},
): Promise<ListeningApi> {
  const api = createDataApi({ store, rootSecrets: [rootSecret], ...options })
  const listener = await listen(api, { host: '127.0.0.1', port: 0, bodyBytesMax, faults })
  onTestFinished(async () => {
    await api.close()
    await listener.close({ drainMs: 0 })
    await store.close()
  })
  const as = (secret: string) => {
    const at = { scheme: 'http', domain: '127.0.0.1', port: listener.port } as const
    const client = new faunadb.Client({ secret, ...at, ...protocol })
    onTestFinished(() => client.close({ force: true }))
    return client
  }
  const root = as(rootSecret)
  await root.query(q.CreateDatabase({ name: 'test' }))
  const key = { role: 'admin', database: q.Database('test') }
  const { secret } = await root.query<Rendered>(q.CreateKey(key))
  const admin = as(secret)
  return {
    url: listener.url,
    api,
    store,
    admin,
    as,
    withRole: (role) => admin.query<Rendered>(q.CreateKey({ role })),
    withToken: (instance, more = {}) =>
      admin.query<Rendered>(q.Create(q.Tokens(), { instance, ...more })),
    stream: async (expression, { client = admin, fields } = {}) => {
      const recording = new Recording(client, expression, fields)
      onTestFinished(() => recording.close())
      const { type, txn } = await recording.next()
      if (type !== 'start') throw new Error(`the stream began with ${type}`)
      recording.start = txn
      return recording
    },
  }
}

/** A suite for each store and each way in which the driver speaks. */
export function describeStreams(
  name: string,
  suite: (open: (options?: Partial<DataApiOptions>) => Promise<ListeningApi>) => void,
): void {
  const ways = Object.keys(stores).flatMap((store) =>
    Object.keys(protocols).map((protocol) => ({ store, protocol })),
  )
  describe.each(ways)(`${name} ($store, $protocol)`, ({ store, protocol }) => {
    suite((options) =>
      listenFor((stores[store] ?? openMemoryStore)(), options, protocols[protocol]),
    )
  })
}
