import { seed } from '../seed/seed.ts'
import { SeedError } from '../seed/seed-error.ts'
import { DataDirectory } from '../start/data-directory.ts'
import { storeName } from '../start/open-store.ts'
import type { Settings } from './settings.ts'
import { StartError } from './usage-error.ts'

/**
 * `vivarium seed`: seeds servers that run already, at `--data-api-url` and `--user-pools-url` or where
 * `start` listens by default; with `--only`, one of the two. Prints the ids as a line of JSON.
 *
 * @returns the exit status
 */
export async function seedCommand(settings: Settings): Promise<number> {
  const { urls, ports, only, region, credentials } = settings
  const scheme = settings.tls === undefined ? 'http' : 'https'
  const urlOf = (port: number) => `${scheme}://${settings.host}:${port}`
  const directory = await DataDirectory.open(settings.dataDir)
  try {
    const report = await seed({
      dataApi: only.has('data-api')
        ? {
            endpoint: urls.dataApi ?? urlOf(ports['data-api']),
            adminSecret: settings.rootKey ?? (await directory.rootKey()).secret,
            serverKeyFile: directory.serverKeyFile,
          }
        : undefined,
      userPools: only.has('user-pools')
        ? { endpoint: urls.userPools ?? urlOf(ports['user-pools']), region, credentials }
        : undefined,
      onChange: (change) => process.stderr.write(`${change}\n`),
    })
    if (report.userPools) await directory.keepSeeded(storeName(settings.store), report.userPools)
    if (report.changes.length === 0) process.stderr.write('everything was there already\n')
    process.stdout.write(`${JSON.stringify({ ...report.userPools })}\n`)
    return 0
  } catch (cause) {
    if (!(cause instanceof SeedError)) throw cause
    throw new StartError(`${cause.message}.`, { cause })
  }
}
