/**
 * The store that suites of other packages run on: in memory, or on the PostgreSQL server that Vitest's project
 * `postgres` has started, where each store has a schema of its own.
 */
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { openMemoryStore } from '../memory/memory-store.ts'
import type { Store } from '../store.ts'

/** The server's address, if suites are to run on PostgreSQL. */
const url = process.env.VIVARIUM_TEST_POSTGRES
const postgres = url === undefined ? undefined : await import('../postgres/postgres-store.ts')

/** Whether suites run on PostgreSQL. */
export const isOnPostgres: boolean = url !== undefined

/** A store for tests, which says how often its transactions waited: in memory, for what they read alone. */
export interface TestStore extends Store {
  readonly roundTrips: number
}

/** How a store for tests differs from the default. */
export interface TestStoreOptions {
  /** The clock, in microseconds since the Unix epoch. Default: the machine's. */
  readonly now?: () => bigint
  /** Whether a store in memory suspends its reads, as others do. Default false. */
  readonly suspendReads?: boolean
  /** The schema of another store, whose data it is to share. Memory shares nothing. Default: a new one. */
  readonly schema?: string
}

/** Opens a store for a test, empty unless its schema is another one's. The test closes it. */
export function openTestStore(options: TestStoreOptions = {}): TestStore {
  const { now, suspendReads = false, schema = newTestSchema() } = options
  const clock = now === undefined ? {} : { now }
  if (postgres === undefined || url === undefined) {
    return openMemoryStore({ ...clock, suspendReads })
  }
  return postgres.openPostgresStore({ url, schema, ...clock })
}

/** A name that no other store has. */
export function newTestSchema(): string {
  return `test ${randomUUID()}`
}
