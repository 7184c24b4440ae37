/** A data API for tests: the real one, over the memory store, behind a real port. */
import { bodyBytesMax, createDataApi, faults } from '@vivarium/data-api'
import { listen } from '@vivarium/http'
import { openMemoryStore } from '@vivarium/store'
import faunadb, { type Client, type ExprArg } from 'faunadb'
import { seed } from './seed.ts'

/** The root secret of every test. */
export const rootSecret = 'root-secret-of-a-test'

/** A running data API; dispose of it when the test ends. */
export interface TestDataApi extends AsyncDisposable {
  readonly endpoint: string
  /** A client with the root secret. */
  readonly root: Client
  /** A client with this secret, closed with the data API. */
  as(secret: string): Client
  /** Moves the server's clock. */
  advance(seconds: number): void
}

/** An empty data API. */
export async function emptyDataApi(): Promise<TestDataApi> {
  let aheadMicros = 0n
  const now = () => BigInt(Date.now()) * 1000n + aheadMicros
  const store = openMemoryStore({ now })
  const handler = createDataApi({ store, rootSecrets: [rootSecret], now })
  const bugs: unknown[] = []
  const listener = await listen(handler, {
    host: '127.0.0.1',
    port: 0,
    bodyBytesMax,
    faults,
    onError: (error) => bugs.push(error),
  })
  const clients: Client[] = []
  const as = (secret: string): Client => {
    const client = new faunadb.Client({ endpoint: listener.url, secret })
    clients.push(client)
    return client
  }
  return {
    endpoint: listener.url,
    root: as(rootSecret),
    as,
    advance(seconds) {
      aheadMicros += BigInt(seconds) * 1_000_000n
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close({ force: true })))
      await listener.close({ drainMs: 0 })
      await store.close()
      if (bugs.length > 0) throw new AggregateError(bugs, 'The data API has a bug')
    },
  }
}

/** A data API with the schema, the sample movies and a server key. */
export async function seededDataApi(): Promise<TestDataApi & { readonly serverKey: string }> {
  const api = await emptyDataApi()
  const { dataApi } = await seed({ dataApi: { endpoint: api.endpoint, adminSecret: rootSecret } })
  if (dataApi?.serverKey === undefined) throw new Error('No server key was minted')
  return Object.assign(api, { serverKey: dataApi.serverKey })
}

/** The code of the error that a query ends with; undefined if it is answered. */
export async function codeOf(client: Client, expression: ExprArg): Promise<string | undefined> {
  try {
    await client.query(expression)
    return undefined
  } catch (error) {
    if (!(error instanceof faunadb.errors.FaunaHTTPError)) throw error
    const [first]: { code: string }[] = Object.values(error.errors())
    return first?.code
  }
}
