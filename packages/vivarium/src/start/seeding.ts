import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import { isLoopbackHost, type Settings } from '../command/settings.ts'
import { StartError } from '../command/usage-error.ts'
import type { AccessProviderSeedOptions } from '../seed/seed.ts'
import { accessProviderFor, userPoolsIssuer } from '../seed/user-pools-issuer.ts'
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
  /** Where others reach the user pools: their issuer, unless another one is set. */
  readonly userPoolsAddress: string | undefined
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
  const kept = settings.store.kind === 'memory' ? undefined : await directory.seeded(store)
  const accessProvider = accessProviderOf(needs)
  if (kept !== undefined && isCurrent(kept, needs, accessProvider)) return kept
  if (dataApiUrl === undefined || userPoolsUrl === undefined) return kept
  if (!settings.seeds && kept === undefined) return undefined
  const { seed } = await import('../seed/seed.ts')
  const { SeedError } = await import('../seed/seed-error.ts')
  try {
    const { userPools } = await seed({
      dataApi: {
        endpoint: dataApiUrl,
        adminSecret: needs.rootSecret,
        serverKeyFile: directory.serverKeyFile,
        sampleMovies: settings.seeding.sampleMovies,
      },
      userPools: {
        endpoint: userPoolsUrl,
        region: settings.region,
        credentials: settings.credentials,
        poolId: settings.seeding.poolId,
        poolName: settings.seeding.poolName ?? kept?.poolName,
        clientName: settings.seeding.clientName ?? kept?.clientName,
        triggerArn: accessProvider ? null : triggerArnOf(settings),
      },
      accessProvider,
      onChange: (change) => log.info({ server: 'seed' }, change),
    })
    if (userPools === undefined) return undefined
    const seeded = { ...userPools, ...accessProviderFor(userPools, accessProvider) }
    await directory.keepSeeded(store, seeded)
    return seeded
  } catch (cause) {
    if (!(cause instanceof SeedError)) throw cause
    throw new StartError(`${cause.message}. Start with --no-seed to go without.`, { cause })
  }
}

/** Whether what an earlier start or `vivarium seed` has left is what the settings ask for. */
function isCurrent(
  kept: Seeded,
  { directory, settings }: SeedingNeeds,
  accessProvider: AccessProviderSeedOptions | undefined,
): boolean {
  const { poolId, poolName, clientName } = settings.seeding
  if ((poolId ?? kept.userPoolId) !== kept.userPoolId) return false
  if (poolName !== undefined && poolName !== kept.poolName) return false
  if (clientName !== undefined && clientName !== kept.clientName) return false
  const wanted = accessProviderFor(kept, accessProvider).accessProvider
  if (kept.accessProvider?.issuer !== wanted?.issuer) return false
  if (kept.accessProvider?.jwksUri !== wanted?.jwksUri) return false
  // Without its key the trigger lets nobody in: then seeding mints another.
  return wanted !== undefined || existsSync(directory.serverKeyFile)
}

function triggerArnOf({ region, seeding }: Settings): string {
  return seeding.triggerArn ?? `arn:aws:lambda:${region}:000000000000:function:${triggerName}`
}

/** Undefined if tokens of the user pool are no secrets, or if there are no user pools here. */
function accessProviderOf({
  settings,
  userPoolsUrl,
  userPoolsAddress,
}: SeedingNeeds): AccessProviderSeedOptions | undefined {
  if (settings.dataApiSecret !== 'id-token') return undefined
  if (userPoolsUrl === undefined || userPoolsAddress === undefined) return undefined
  // Keys are read over HTTPS, or without leaving this machine.
  const isNear = isLoopbackHost(new URL(userPoolsUrl).hostname)
  const keysUrl = isNear ? userPoolsUrl : userPoolsAddress
  return userPoolsIssuer(settings.issuer ?? userPoolsAddress, keysUrl)
}
