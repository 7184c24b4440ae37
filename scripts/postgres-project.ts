/**
 * Vitest's project `postgres`: suites of the data API and of the user pools, run again over a PostgreSQL server
 * of their own. Their helpers open their stores there (`openTestStore`).
 */
import { startPostgresServer } from '@vivarium/store/testing'
import type { TestProject } from 'vitest/node'

/** Starts the server; Vitest calls what it gives when all is over. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgresServer()
  project.provide('postgresUrl', server.url())
  return () => server.stop()
}

declare module 'vitest' {
  /** What the project's tests are told. */
  export interface ProvidedContext {
    postgresUrl: string
  }
}
