import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import {
  contentRange,
  type Entry,
  isEmpty,
  readFormat,
  type Store,
  StoreError,
  writeFormat,
} from '@vivarium/store'
import { StartError } from '../command/usage-error.ts'
import { storeFormat } from '../start/store-format.ts'
import { bytesOf } from './backup.ts'
import { type BackupContents, entriesFile, readBackup } from './backup-directory.ts'
import { decodeEntries } from './entry-stream.ts'
import type { Progress } from './progress.ts'

/** What goes into one transaction, about. */
const batch = { entries: 2_000, bytes: 1024 * 1024 }

/** How a backup is restored. */
export interface RestoreOptions {
  /** Whether what is in the store may go. Default false. */
  readonly replaces?: boolean
  /** Given what is to come, once the backup has proved to be whole. */
  readonly progressOf?: (contents: BackupContents) => Progress
  /** Gives it up; the store can be used by nobody then, until it is restored again. */
  readonly signal?: AbortSignal
}

/**
 * Puts a backup into a store. Until it has come to its end, no server takes the store for one: a mark in it
 * says that it is being restored.
 *
 * @throws StartError if the backup is damaged or too new, or there is something in the store: nothing has
 * been changed then
 */
export async function restore(
  store: Store,
  directory: string,
  { replaces = false, progressOf = () => () => {}, signal }: RestoreOptions = {},
): Promise<BackupContents> {
  const contents = await readBackup(directory)
  if (contents.storeFormat > storeFormat) {
    throw new StartError(
      `The backup in ${directory} is of a store that a newer Vivarium wrote (format ` +
        `${contents.storeFormat}; this one reads up to ${storeFormat}).`,
    )
  }
  // Times and ids that come after the restore must come after those in it.
  const notBefore = BigInt(contents.timestamp)
  await begin(store, contents, { replaces, notBefore })
  await empty(store, signal)
  const progress = progressOf(contents)
  const written = { entries: 0, bytes: 0 }
  for await (const entries of batchesIn(directory)) {
    signal?.throwIfAborted()
    await store.transact(
      (transaction) => {
        for (const { key, value } of entries) transaction.put(key, value)
      },
      { intent: 'write', notBefore },
    )
    written.entries += entries.length
    written.bytes += entries.reduce((sum, entry) => sum + bytesOf(entry), 0)
    progress(written)
  }
  if (written.entries !== contents.entries || written.bytes !== contents.bytes) {
    throw new StartError(
      `The backup in ${directory} is damaged: it has ${written.entries} entries in place of ` +
        `${contents.entries}.`,
    )
  }
  signal?.throwIfAborted()
  await store.transact(
    (transaction) => writeFormat(transaction, { kind: 'ready', format: contents.storeFormat }),
    { intent: 'write', notBefore },
  )
  return contents
}

/** Marks the store, unless there is something in it that has to stay. */
async function begin(
  store: Store,
  { storeFormat: format, timestamp }: BackupContents,
  { replaces, notBefore }: { readonly replaces: boolean; readonly notBefore: bigint },
): Promise<void> {
  try {
    const { value: isTaken } = await store.transact(
      (transaction) => {
        const isFree = readFormat(transaction)?.kind === 'restoring' || isEmpty(transaction)
        if (!replaces && !isFree) return true
        writeFormat(transaction, { kind: 'restoring', format })
        return false
      },
      { intent: 'write', notBefore },
    )
    if (!isTaken) return
  } catch (cause) {
    if (!(cause instanceof StoreError) || cause.code !== 'future') throw cause
    const time = new Date(Number(BigInt(timestamp) / 1000n)).toISOString()
    throw new StartError(
      `The last change in the backup is of ${time}, which is in the future of this machine. Set its clock.`,
      { cause },
    )
  }
  throw new StartError(
    'The store is not empty. Restore into another one, or with --replace, which removes all that is in it.',
  )
}

/** Removes everything, but the mark. */
async function empty(store: Store, signal: AbortSignal | undefined): Promise<void> {
  for (let isOver = false; !isOver; ) {
    signal?.throwIfAborted()
    const { value } = await store.transact(
      (transaction) => {
        let count = 0
        for (const { key } of transaction.range(...contentRange, { expected: batch.entries })) {
          if (count++ === batch.entries) return false
          transaction.delete(Uint8Array.from(key))
        }
        return true
      },
      { intent: 'write' },
    )
    isOver = value
  }
}

async function* batchesIn(directory: string): AsyncGenerator<readonly Entry[]> {
  let entries: Entry[] = []
  let bytes = 0
  const chunks = createReadStream(entriesFile(directory)).pipe(createGunzip())
  for await (const entry of decodeEntries(chunks)) {
    entries.push(entry)
    bytes += bytesOf(entry)
    if (entries.length < batch.entries && bytes < batch.bytes) continue
    yield entries
    entries = []
    bytes = 0
  }
  if (entries.length > 0) yield entries
}
