import { existsSync } from 'node:fs'
import { StoreError } from '@vivarium/store'
import type { PostgresSetting } from '../command/postgres-url.ts'
import { isLoopbackHost, type Settings, type StoreSetting } from '../command/settings.ts'
import { StartError } from '../command/usage-error.ts'
import { findPostgres, openStore } from '../start/open-store.ts'
import { examineFormat, storeFormat } from '../start/store-format.ts'
import { type Finding, note, ok, wrong } from './finding.ts'

/** Whether the store opens, and is of a format that this version knows. */
export async function checkStore({ store }: Settings): Promise<readonly Finding[]> {
  if (store.kind === 'memory') return [note('store', 'in memory: everything is gone when it stops')]
  if (store.kind === 'postgres') return checkPostgres(store)
  if (!existsSync(store.path))
    return [note('store', `${store.path} will be made on the first start`)]
  try {
    return [await checkFormat(store, `LMDB at ${store.path}`)]
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    const advice = 'Make this user its owner, or choose another store with --store lmdb:DIR.'
    return [wrong('store', error.message, isOfOtherFormat(error) ? otherFormat : advice)]
  }
}

/** Whether what is in a store can be read; it is not upgraded. */
async function checkFormat(setting: StoreSetting, name: string): Promise<Finding> {
  const store = await openStore(setting)
  try {
    const { format, obstacle } = await examineFormat(store)
    if (obstacle !== undefined) {
      const advice = 'Do so, or choose another store with --store.'
      return wrong('store', `${name}: ${obstacle}.`, advice)
    }
    return ok('store', format === storeFormat ? name : `${name}, to be upgraded at the next start`)
  } finally {
    await store.close()
  }
}

async function checkPostgres(setting: PostgresSetting): Promise<readonly Finding[]> {
  try {
    const exists = await findPostgres(setting)
    const found = exists
      ? await checkFormat(setting, `PostgreSQL at ${setting.place}`)
      : note('store', `tables at ${setting.place} will be made on the first start`)
    return [found, ...openToOthers(setting)]
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    const advice = 'See docs/postgresql.md.'
    return [wrong('store', error.message, isOfOtherFormat(error) ? otherFormat : advice)]
  }
}

function openToOthers({ place, security }: PostgresSetting): readonly Finding[] {
  const { hostname } = new URL(place)
  if (security === 'verified' || isLoopbackHost(hostname)) return []
  const who =
    security === 'none' ? 'who is on the way can read it' : 'who is on the way can pose as it'
  return [note('store', `${hostname}: ${who}`, 'Add sslmode=verify-full to --store.')]
}

const otherFormat = 'Start the version that wrote it, or choose another store with --store.'

function isOfOtherFormat({ cause }: StartError): boolean {
  return cause instanceof StoreError && cause.code === 'format'
}
