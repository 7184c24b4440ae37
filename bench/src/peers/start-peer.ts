/** Starting a peer's own server, with a database beside it where it needs one. */
import { type Running, startProcess } from '../start-process.ts'
import { temporaryDataDirectory } from '../vivarium.ts'
import type { Service, Sizes } from './contender.ts'
import { startDatabase } from './databases.ts'
import { type Dialect, filmRequests, type Member, sizesEnvironment } from './films.ts'
import { installPeer, peerFolder } from './install.ts'

/** The ready line of a server that holds films. */
export interface FilmsReady {
  readonly url: string
  readonly members: readonly Member[]
}

/** A peer's server that is up, and all that was started for it. */
export interface Peer<Ready> {
  readonly ready: Ready
  readonly pids: readonly number[]
  stop(): Promise<void>
}

/** Installs a peer if need be and starts its server with a data directory, and with a database if it wants one. */
export async function startPeer<Ready>(
  name: string,
  environment: Readonly<Record<string, string>>,
  { hasDatabase = false }: { readonly hasDatabase?: boolean } = {},
): Promise<Peer<Ready>> {
  installPeer(name)
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const one of stops.toReversed()) await one()
  }
  try {
    const directory = await temporaryDataDirectory()
    stops.push(() => directory.remove())
    const database = hasDatabase ? await startDatabase() : undefined
    if (database !== undefined) stops.push(() => database.stop())
    const running: Running<Ready> = await startProcess(`${peerFolder(name)}server.js`, [], {
      NODE_ENV: 'production',
      DATA_DIR: directory.path,
      ...(database !== undefined && { DATABASE_URL: database.url }),
      ...environment,
    })
    stops.push(() => running.stop())
    const pids = [running.pid, ...(database === undefined ? [] : [database.pid])]
    return { ready: running.ready, pids, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Starts a peer that holds films. */
export async function startFilmsPeer(
  name: string,
  { rows, processes }: Sizes,
  dialect: Dialect,
  options: {
    readonly environment?: Readonly<Record<string, string>>
    readonly hasDatabase?: boolean
  } = {},
): Promise<Service> {
  const { ready, pids, stop } = await startPeer<FilmsReady>(
    name,
    { ...sizesEnvironment(rows), WORKERS: String(processes), ...options.environment },
    options,
  )
  return { url: ready.url, pids, stop, ...filmRequests(dialect, ready.members) }
}
