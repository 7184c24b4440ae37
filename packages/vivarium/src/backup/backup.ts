import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import {
  decodeFormat,
  type Entry,
  formatKey,
  formatWithoutRecord,
  obstacleIn,
  type Snapshot,
  type Store,
} from '@vivarium/store'
import { StartError } from '../command/usage-error.ts'
import { packageVersion } from '../package-files.ts'
import { storeFormat } from '../start/store-format.ts'
import {
  type BackupContents,
  backupFormat,
  completeBackup,
  entriesFile,
  makeBackupDirectory,
  removeUnfinished,
} from './backup-directory.ts'
import { encodeEntries } from './entry-stream.ts'
import type { Progress } from './progress.ts'

/** The fastest: a backup should not hold a snapshot for longer than it must. */
const compressionLevel = 1

/** How a backup is made. */
export interface BackupOptions {
  readonly progress?: Progress
  /** Gives it up, and removes what was written. */
  readonly signal?: AbortSignal
}

/**
 * Writes everything in a store to a new directory, as it is at one moment, while others write.
 *
 * @throws StartError; AbortError if it was given up. Nothing is left then.
 */
export async function backup(
  store: Store,
  directory: string,
  { progress = () => {}, signal }: BackupOptions = {},
): Promise<BackupContents> {
  await makeBackupDirectory(directory)
  const snapshot = await store.snapshot()
  try {
    const written: Written = { entries: 0, bytes: 0, storeFormat: formatWithoutRecord }
    await pipeline(
      Readable.from(pagesOf(snapshot, written, progress)),
      createGzip({ level: compressionLevel }),
      createWriteStream(entriesFile(directory), { flags: 'wx', mode: 0o600, flush: true }),
      ...(signal === undefined ? [] : [{ signal }]),
    )
    const contents = {
      format: backupFormat,
      timestamp: String(snapshot.timestamp),
      takenAt: new Date().toISOString(),
      vivarium: packageVersion(),
      ...written,
    }
    await completeBackup(directory, contents)
    return contents
  } catch (error) {
    await removeUnfinished(directory)
    throw error
  } finally {
    await snapshot.close()
  }
}

/** What has gone through. */
interface Written {
  entries: number
  bytes: number
  storeFormat: number
}

async function* pagesOf(
  { pages }: Snapshot,
  written: Written,
  progress: Progress,
): AsyncGenerator<Buffer> {
  for await (const page of pages) {
    // The record of the format comes first and goes into the contents: a restore writes its own.
    const record = page.find(isRecord)
    if (record !== undefined) written.storeFormat = usableFormat(record.value)
    const entries = page.filter((entry) => entry !== record)
    written.entries += entries.length
    written.bytes += entries.reduce((sum, entry) => sum + bytesOf(entry), 0)
    progress(written)
    if (entries.length > 0) yield encodeEntries(entries)
  }
}

const isRecord = ({ key }: Entry) => Buffer.compare(key, formatKey) === 0

/** The format of what follows the record. @throws StartError if it is between two, or too new */
function usableFormat(value: Uint8Array): number {
  const record = decodeFormat(value)
  const obstacle =
    record.kind === 'upgrading'
      ? 'This store is being upgraded: wait for it, or start the new version, which ends it'
      : obstacleIn(record, storeFormat)
  if (obstacle !== undefined) throw new StartError(`${obstacle}.`)
  return record.format
}

/** What an entry counts. */
export const bytesOf = ({ key, value }: Entry): number => key.length + value.length
