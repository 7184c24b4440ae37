import { existsSync } from 'node:fs'
import { StoreError } from '@vivarium/store'
import type { Settings, StoreSetting } from '../command/settings.ts'
import { StartError } from '../command/usage-error.ts'
import { openStore } from '../start/open-store.ts'
import { examineFormat, storeFormat } from '../start/store-format.ts'
import { type Finding, note, ok, wrong } from './finding.ts'

/** Whether the store opens, and is of a format that this version knows. */
export async function checkStore({ store }: Settings): Promise<readonly Finding[]> {
  if (store.kind === 'memory') return [note('store', 'in memory: everything is gone when it stops')]
  if (!existsSync(store.path))
    return [note('store', `${store.path} will be made on the first start`)]
  try {
    return [await checkFormat(store, `LMDB at ${store.path}`)]
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    const isFormat = error.cause instanceof StoreError && error.cause.code === 'format'
    return [
      wrong(
        'store',
        error.message,
        isFormat
          ? 'Start the version that wrote it, or choose another store with --store lmdb:DIR.'
          : 'Make this user its owner, or choose another store with --store lmdb:DIR.',
      ),
    ]
  }
}

/** Whether what is in a store can be read; it is not upgraded. */
async function checkFormat(setting: StoreSetting, name: string): Promise<Finding> {
  const store = await openStore(setting)
  try {
    const { format, obstacle } = await examineFormat(store)
    if (obstacle !== undefined) {
      const advice = 'Do so, or choose another store with --store lmdb:DIR.'
      return wrong('store', `${name}: ${obstacle}.`, advice)
    }
    return ok('store', format === storeFormat ? name : `${name}, to be upgraded at the next start`)
  } finally {
    await store.close()
  }
}
