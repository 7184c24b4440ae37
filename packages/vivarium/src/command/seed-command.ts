import { seed } from '../seed/seed.ts'
import { SeedError } from '../seed/seed-error.ts'
import { accessProviderFor, userPoolsIssuer } from '../seed/user-pools-issuer.ts'
import { DataDirectory } from '../start/data-directory.ts'
import { storeName } from '../start/open-store.ts'
import type { Settings } from './settings.ts'
import { StartError, UsageError } from './usage-error.ts'

/**
 * `vivarium seed`: seeds servers that run already, at `--data-api-url` and `--user-pools-url` or where
 * `start` listens by default; with `--only`, one of the two. Prints the ids as a line of JSON.
 *
 * @returns the exit status
 */
export async function seedCommand(settings: Settings): Promise<number> {
  const { urls, ports, only, region, credentials, seeding } = settings
  const { poolName, poolId, clientName, triggerArn, sampleMovies, rotateServerKey } = seeding
  const scheme = settings.tls === undefined ? 'http' : 'https'
  const urlOf = (port: number) => `${scheme}://${settings.host}:${port}`
  const userPoolsUrl = urls.userPools ?? urlOf(ports['user-pools'])
  const usesIdTokens = settings.dataApiSecret === 'id-token'
  if (usesIdTokens && !(only.has('data-api') && only.has('user-pools'))) {
    throw new UsageError(
      '--data-api-secret id-token joins the data API and the user pools: seed both.',
    )
  }
  const accessProvider = usesIdTokens
    ? userPoolsIssuer(settings.issuer ?? userPoolsUrl, userPoolsUrl)
    : undefined
  const directory = await DataDirectory.open(settings.dataDir)
  const store = storeName(settings.store)
  const kept = await directory.seeded(store)
  try {
    const report = await seed({
      dataApi: only.has('data-api')
        ? {
            endpoint: urls.dataApi ?? urlOf(ports['data-api']),
            adminSecret: settings.rootKey ?? (await directory.rootKey()).secret,
            serverKeyFile: directory.serverKeyFile,
            rotateServerKey,
            sampleMovies,
          }
        : undefined,
      userPools: only.has('user-pools')
        ? {
            endpoint: userPoolsUrl,
            region,
            credentials,
            poolId,
            poolName: poolName ?? kept?.poolName,
            clientName: clientName ?? kept?.clientName,
            triggerArn: usesIdTokens ? null : triggerArn,
          }
        : undefined,
      accessProvider,
      onChange: (change) => process.stderr.write(`${change}\n`),
    })
    const pools = report.userPools
    if (pools) {
      await directory.keepSeeded(store, { ...pools, ...accessProviderFor(pools, accessProvider) })
    }
    if (report.changes.length === 0) process.stderr.write('everything was there already\n')
    const ids = pools && { userPoolId: pools.userPoolId, clientId: pools.clientId }
    process.stdout.write(`${JSON.stringify({ ...ids })}\n`)
    return 0
  } catch (cause) {
    if (!(cause instanceof SeedError)) throw cause
    throw new StartError(`${cause.message}.`, { cause })
  }
}
