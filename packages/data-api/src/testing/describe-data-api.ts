import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openLmdbStore, openMemoryStore, type Store } from '@vivarium/store'
import { isOnPostgres, openTestStore } from '@vivarium/store/testing'
import { describe, onTestFinished } from 'vitest'
import { TestClock, type TestDataApi, testDataApi } from './test-data-api.ts'

/** Opens a data API over an empty store, for one test. */
export type Open = () => Promise<TestDataApi>

const embedded: Record<string, (clock: TestClock) => Store> = {
  memory: ({ now }) => openMemoryStore({ now }),
  'memory that suspends reads': ({ now }) => openMemoryStore({ now, suspendReads: true }),
  lmdb: ({ now }) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'vivarium-data-api-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    return openLmdbStore({ path: directory, now })
  },
}

const stores: Record<string, (clock: TestClock) => Store> = isOnPostgres
  ? { postgres: ({ now }) => openTestStore({ now }) }
  : embedded

/**
 * A suite that runs over every store: what the data API answers must not depend on it, and least of all on
 * how often a transaction had to be run again.
 */
export function describeDataApi(name: string, suite: (open: Open) => void): void {
  describe.each(Object.keys(stores))(`${name} (%s)`, (kind) => {
    suite(async () => {
      const clock = new TestClock()
      const store = stores[kind]?.(clock) ?? openMemoryStore()
      const api = await testDataApi(store, clock)
      onTestFinished(() => store.close())
      return api
    })
  })
}
