/**
 * A backup is a directory of three files:
 *
 * ```
 * backup.json   what it is: its own format, the store's format, when it was taken, how much is in it
 * entries.gz    gzip of every entry of the store in key order: two lengths (4 bytes each, big-endian),
 *               then the key and the value
 * SHA256SUMS    the checksums of both, as sha256sum writes them; written last, so without it there is no backup
 * ```
 *
 * It knows nothing of the backend that it was taken from. The formats are versioned apart: that of the backup
 * changes with this description, that of the store with what the servers keep in it.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { StartError } from '../command/usage-error.ts'
import { codeOf } from '../start/data-directory.ts'

/** The format of backups that this version writes, and the newest that it reads. */
export const backupFormat = 1

const contents = z.object({
  format: z.int().positive(),
  storeFormat: z.int().positive(),
  /** The last commit in it, in microseconds since the Unix epoch. */
  timestamp: z.string().regex(/^\d{1,18}$/),
  takenAt: z.iso.datetime(),
  vivarium: z.string(),
  entries: z.int().nonnegative(),
  /** Of keys and values together. */
  bytes: z.int().nonnegative(),
})

/** What `backup.json` says. */
export type BackupContents = z.infer<typeof contents>

const names = { contents: 'backup.json', entries: 'entries.gz', sums: 'SHA256SUMS' } as const

/** Where the entries of a backup are. */
export const entriesFile = (directory: string) => path.join(directory, names.entries)

/** Makes the directory of a new backup. @throws StartError if there is something in it */
export async function makeBackupDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    if ((await readdir(directory)).length === 0) return
  } catch (cause) {
    throw new StartError(`${directory} cannot be written: ${codeOf(cause)}.`, { cause })
  }
  throw new StartError(`${directory} is not empty. A backup is made in a directory of its own.`)
}

/** Removes what was written of a backup that was given up. */
export async function removeUnfinished(directory: string): Promise<void> {
  for (const name of [names.contents, names.entries, names.sums, `${names.sums}.new`]) {
    await rm(path.join(directory, name), { force: true })
  }
}

/** Completes a backup whose entries are written. From here on it is one. */
export async function completeBackup(directory: string, contents: BackupContents): Promise<void> {
  await writeWhole(
    path.join(directory, names.contents),
    `${JSON.stringify(contents, undefined, 2)}\n`,
  )
  const sums = await Promise.all(
    [names.contents, names.entries].map(
      async (name) => `${await sumOf(path.join(directory, name))}  ${name}\n`,
    ),
  )
  const file = path.join(directory, names.sums)
  await writeWhole(`${file}.new`, sums.join(''))
  await rename(`${file}.new`, file)
  const folder = await open(directory)
  await folder.sync().finally(() => folder.close())
}

/**
 * Reads what a backup says of itself, after its checksums were found to be right.
 *
 * @throws StartError if it is incomplete, damaged, or made by a newer version
 */
export async function readBackup(directory: string): Promise<BackupContents> {
  const sums = await readText(directory, names.sums)
  for (const name of [names.contents, names.entries]) {
    const expected = new RegExp(`^([0-9a-f]{64}) [ *]${name.replace('.', '\\.')}$`, 'm').exec(sums)
    const found = await sumOf(path.join(directory, name)).catch((cause: unknown) => {
      throw unreadable(directory, name, cause)
    })
    if (expected?.[1] !== found) {
      throw new StartError(
        `The backup in ${directory} is damaged: ${name} is not what ${names.sums} says. ` +
          'Nothing was changed; use another copy.',
      )
    }
  }
  const parsed = contents.safeParse(parseJson(await readText(directory, names.contents)))
  if (!parsed.success) {
    throw new StartError(`The backup in ${directory} is damaged: ${names.contents} is not ours.`)
  }
  if (parsed.data.format > backupFormat) {
    throw new StartError(
      `The backup in ${directory} was made by a newer Vivarium (format ${parsed.data.format}; this one ` +
        `reads up to ${backupFormat}).`,
    )
  }
  return parsed.data
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

async function writeWhole(file: string, text: string): Promise<void> {
  const opened = await open(file, 'wx', 0o600)
  try {
    await opened.writeFile(text)
    await opened.sync()
  } finally {
    await opened.close()
  }
}

async function readText(directory: string, name: string): Promise<string> {
  return readFile(path.join(directory, name), 'utf8').catch((cause: unknown) => {
    throw unreadable(directory, name, cause)
  })
}

function unreadable(directory: string, name: string, cause: unknown): StartError {
  const reason =
    codeOf(cause) === 'ENOENT' ? `${name} is missing` : `${name} cannot be read: ${codeOf(cause)}`
  return new StartError(`There is no complete backup in ${directory}: ${reason}.`, { cause })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
