import { type Store, StoreError } from '@vivarium/store'
import type { StoreSetting } from '../command/settings.ts'
import { StartError } from '../command/usage-error.ts'

/** Opens the store that is set. @throws StartError */
export async function openStore(setting: StoreSetting): Promise<Store> {
  const { openLmdbStore, openMemoryStore } = await import('@vivarium/store')
  if (setting.kind === 'memory') return openMemoryStore()
  try {
    return openLmdbStore({ path: setting.path })
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause
    throw new StartError(cause.message, { cause })
  }
}

/** The store in words, to be compared with what was seeded. */
export function storeName(setting: StoreSetting): string {
  return setting.kind === 'memory' ? 'memory:' : `lmdb:${setting.path}`
}
