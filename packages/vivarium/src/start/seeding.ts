import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Settings } from '../command/settings.ts'
import { StartError } from '../command/usage-error.ts'
import type { DataDirectory, Seeded } from './data-directory.ts'
import { triggerName } from './functions-file.ts'
import { storeName } from './open-store.ts'

/** What seeding speaks to. */
export interface SeedingNeeds {
  readonly settings: Settings
  readonly directory: DataDirectory
  readonly rootSecret: string
  /** Absent if this process does not serve it. */
  readonly dataApiUrl: string | undefined
  readonly userPoolsUrl: string | undefined
  readonly log: Logger
}

/**
 * What is seeded, after seeding it if this is the first start. The clients that seeding needs are loaded
 * only then.
 *
 * @returns undefined if there is nothing and nothing is to be made
 */
export async function ensureSeeded(needs: SeedingNeeds): Promise<Seeded | undefined> {
  const { settings, directory, dataApiUrl, userPoolsUrl, log } = needs
  const store = storeName(settings.store)
  if (settings.store.kind !== 'memory') {
    const seeded = await directory.seeded(store)
    // Without its key the trigger lets nobody in: then seeding mints another.
    if (seeded !== undefined && existsSync(directory.serverKeyFile)) return seeded
  }
  if (!settings.seeds || dataApiUrl === undefined || userPoolsUrl === undefined) return undefined
  const { seed } = await import('../seed/seed.ts')
  const { SeedError } = await import('../seed/seed-error.ts')
  try {
    const { userPools } = await seed({
      dataApi: {
        endpoint: dataApiUrl,
        adminSecret: needs.rootSecret,
        serverKeyFile: directory.serverKeyFile,
      },
      userPools: {
        endpoint: userPoolsUrl,
        region: settings.region,
        credentials: settings.credentials,
        triggerArn: `arn:aws:lambda:${settings.region}:000000000000:function:${triggerName}`,
      },
      onChange: (change) => log.info({ server: 'seed' }, change),
    })
    if (userPools !== undefined) await directory.keepSeeded(store, userPools)
    return userPools
  } catch (cause) {
    if (!(cause instanceof SeedError)) throw cause
    throw new StartError(`${cause.message}. Start with --no-seed to go without.`, { cause })
  }
}
