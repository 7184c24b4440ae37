/** `vivarium backup DIR` and `vivarium restore DIR`. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Store, StoreError } from '@vivarium/store'
import { backup } from '../backup/backup.ts'
import { amountText, progressTo } from '../backup/progress.ts'
import { restore } from '../backup/restore.ts'
import { codeOf, DataDirectory } from '../start/data-directory.ts'
import { findPostgres, openStore, storeName } from '../start/open-store.ts'
import type { Settings, StoreSetting } from './settings.ts'
import { StartError, UsageError } from './usage-error.ts'

/** What a shell expects of a process that a signal ended. */
const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const

/** Writes the store to a new directory. @returns the exit status */
export async function backupCommand(
  { store: setting }: Settings,
  operand: string | undefined,
): Promise<number> {
  const directory = directoryOf('backup', operand)
  if (!(await exists(setting))) throw new StartError(`There is no store at ${storeName(setting)}.`)
  return withStore(setting, async (store, signal) => {
    const { progress, end } = progressTo(process.stderr, 'written:')
    const contents = await backup(store, directory, { progress, signal })
    end(contents)
    process.stderr.write(`${storeName(setting)} is backed up in ${directory}\n`)
    process.stdout.write(`${JSON.stringify({ directory, ...contents })}\n`)
  })
}

/** Puts a backup into a store. @returns the exit status */
export async function restoreCommand(
  { store: setting, dataDir, replaces }: Settings,
  operand: string | undefined,
): Promise<number> {
  const directory = directoryOf('restore', operand)
  const name = storeName(setting)
  return withStore(setting, async (store, signal) => {
    let end = () => {}
    const contents = await restore(store, directory, {
      replaces,
      signal,
      progressOf: (whole) => {
        const shown = progressTo(process.stderr, 'restored:', whole)
        end = () => shown.end(whole)
        return shown.progress
      },
    }).catch((error: unknown) => {
      if (signal.aborted) {
        process.stderr.write(`${name} is not restored: run vivarium restore again\n`)
      }
      throw error
    })
    end()
    // What was seeded before need not be what is there now: the next start looks.
    await (await DataDirectory.open(dataDir)).forgetSeeded(name)
    process.stderr.write(`${amountText(contents)} of ${contents.takenAt} are in ${name}\n`)
  })
}

/** Whether there is a store: to open one would make it. */
async function exists(setting: StoreSetting): Promise<boolean> {
  if (setting.kind === 'postgres') return findPostgres(setting)
  return setting.kind === 'memory' || existsSync(path.join(setting.path, 'data.mdb'))
}

function directoryOf(command: string, operand: string | undefined): string {
  if (operand !== undefined) return path.resolve(operand)
  throw new UsageError(`vivarium ${command} needs a directory: vivarium ${command} DIR.`)
}

async function withStore(
  setting: StoreSetting,
  use: (store: Store, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  if (setting.kind === 'memory') {
    throw new UsageError('A store in memory has nothing to back up, and keeps nothing.')
  }
  const controller = new AbortController()
  let status = 0
  for (const [name, number] of Object.entries(signalNumbers)) {
    process.once(name, () => {
      status = 128 + number
      controller.abort()
    })
  }
  const store = await openStore(setting)
  try {
    await use(store, controller.signal)
    return 0
  } catch (cause) {
    if (controller.signal.aborted) return status
    if (cause instanceof StoreError) throw new StartError(`${cause.message}.`, { cause })
    if (cause instanceof Error && 'syscall' in cause) {
      const file = 'path' in cause ? ` ${cause.path}` : ''
      throw new StartError(`The backup${file} cannot be read or written: ${codeOf(cause)}.`, {
        cause,
      })
    }
    throw cause
  } finally {
    await store.close()
  }
}
