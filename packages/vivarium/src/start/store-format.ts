/** The format of what Vivarium keeps in a store, and the ways to it from older ones. */
import { logEvents, reorderEntries } from '@vivarium/data-api'
import {
  bringUpToDate,
  formatAfter,
  type Migration,
  obstacleIn,
  readFormat,
  type Store,
  StoreError,
} from '@vivarium/store'
import type { Logger } from 'pino'
import { StartError } from '../command/usage-error.ts'

/**
 * What turns each format into the next. A change of how the data API or the user
 * pools lay out their keys or values adds a migration here, and a test that starts from a backup made before.
 */
const migrations: readonly Migration[] = [logEvents, reorderEntries]

/** The format that this version reads and writes. */
export const storeFormat = formatAfter(migrations)

/**
 * Upgrades a store to the format of this version, if it is older.
 *
 * @throws StartError if a newer version wrote it, or a restore into it has not ended
 */
export async function bringStoreUpToDate(store: Store, log: Logger): Promise<void> {
  try {
    await bringUpToDate(store, migrations, ({ name }) => log.info({ migration: name }, 'upgrading'))
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause
    throw new StartError(`${cause.message}.`, { cause })
  }
}

/** The format of a store, and what keeps this version from using it; changes nothing. */
export async function examineFormat(
  store: Store,
): Promise<{ readonly format?: number; readonly obstacle: string | undefined }> {
  try {
    const { value: record } = await store.transact(readFormat, { intent: 'read' })
    return { format: record?.format ?? storeFormat, obstacle: obstacleIn(record, storeFormat) }
  } catch (error) {
    if (error instanceof StoreError && error.code === 'format') return { obstacle: error.message }
    throw error
  }
}
