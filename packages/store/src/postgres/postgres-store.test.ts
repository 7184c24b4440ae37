import { afterAll, beforeAll } from 'vitest'
import { describeStore } from '../conformance/describe-store.ts'
import type { StoreHome } from '../conformance/home.ts'
import { type PostgresServer, startPostgresServer } from '../testing/postgres-server.ts'
import { openPostgresStore } from './postgres-store.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())

let homes = 0

/** A schema of its own. */
function home(): StoreHome {
  const schema = `test ${homes++}`
  return { open: (options) => openPostgresStore({ url: server.url(), schema, ...options }) }
}

describeStore('postgres', home, { keepsData: true })
