/** All servers of one process, wired together: the only place where they meet. */
import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import type { Listener } from '@vivarium/http'
import type { Store } from '@vivarium/store'
import type { ServerName, Settings } from '../command/settings.ts'
import { StartError } from '../command/usage-error.ts'
import { observeStore } from '../metrics/observed-store.ts'
import { openWeb } from '../web/open-web.ts'
import type { Observers } from './access-log.ts'
import { openDataApi } from './data-api-server.ts'
import { codeOf, DataDirectory, type RootKey } from './data-directory.ts'
import { openFunctions } from './functions-server.ts'
import type { Role, ServerContext, TlsIdentity } from './open-server.ts'
import { openStore } from './open-store.ts'
import { Opened } from './opened.ts'
import { ensureSeeded } from './seeding.ts'
import { bringStoreUpToDate } from './store-format.ts'
import { openUserPools } from './user-pools-server.ts'

/** What listens, and what is in it. */
export interface Running {
  /** Where others reach each server; absent for what was not to be started. */
  readonly urls: Readonly<Record<ServerName, string | undefined>>
  readonly userPoolId: string | undefined
  readonly clientId: string | undefined
  readonly rootKey: RootKey
  /**
   * Tells load balancers to go, if there is time for that, or, where others listen at the same ports, lets
   * clients leave for `lingerMs`; lets requests under way finish; closes everything.
   */
  close(options?: { readonly lingerMs?: number }): Promise<void>
}

/**
 * Starts what the settings ask for. A server is opened after those that it calls, and closed before
 * them, so that whatever is under way can finish.
 *
 * @param signal stops before the next step
 * @throws StartError, with everything closed again
 */
export async function startServers(
  settings: Settings,
  surroundings: Observers & Role,
  signal: AbortSignal,
): Promise<Running> {
  const opened = new Opened()
  let isStopping = false
  try {
    const tls = await readIdentity(settings.tls)
    const isDraining = () => isStopping
    const listeners: Listener[] = []
    const context = { settings, ...surroundings, opened, tls, isDraining, listeners }
    const running = await openAll(context, signal)
    return {
      ...running,
      async close({ lingerMs } = {}) {
        if (lingerMs === undefined) {
          isStopping = true
          await setTimeout(settings.drainSeconds * 1000)
        } else {
          // Others have taken over: nobody has to be sent away from these ports.
          await Promise.all(listeners.map((listener) => listener.retire({ lingerMs })))
        }
        await opened.close()
      },
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function openAll(
  context: ServerContext,
  signal: AbortSignal,
): Promise<Omit<Running, 'close'>> {
  const { settings, log } = context
  const { urls, only, ports } = settings
  const directory = await DataDirectory.open(settings.dataDir)
  const rootKey: RootKey = settings.rootKey
    ? { secret: settings.rootKey, isNew: false }
    : await directory.rootKey()
  const store = needsStore(only) ? await openObservedStore(context) : undefined
  signal.throwIfAborted()

  const rootSecret = rootKey.secret
  const dataApi =
    store && only.has('data-api') ? await openDataApi({ store, rootSecret }, context) : undefined
  const tokens = {
    dataApiUrl: dataApi?.localUrl ?? urls.dataApi ?? `http://127.0.0.1:${ports['data-api']}`,
    serverKeyFile: directory.serverKeyFile,
  }
  signal.throwIfAborted()

  const functions = only.has('functions') ? await openFunctions(tokens, context) : undefined
  const invoke = functions?.functions.invoke
  signal.throwIfAborted()

  const userPools =
    store && only.has('user-pools')
      ? await openUserPools({ store, invoke, ...tokens }, context)
      : undefined
  signal.throwIfAborted()

  const seeded = await ensureSeeded({
    settings,
    directory,
    rootSecret,
    dataApiUrl: dataApi?.localUrl,
    userPoolsUrl: userPools?.localUrl,
    userPoolsAddress: userPools && (urls.userPools ?? userPools.url),
    log,
  })
  signal.throwIfAborted()

  const dataApiUrl = urls.dataApi ?? dataApi?.url
  const userPoolsUrl = urls.userPools ?? userPools?.url
  const needs = { dataApiUrl, userPoolsUrl, seeded, mailbox: userPools?.mailbox }
  const web = only.has('web') ? await openWeb(needs, context) : undefined
  return {
    urls: {
      'data-api': dataApi && dataApiUrl,
      'user-pools': userPools && userPoolsUrl,
      functions: functions?.url,
      web: web && (urls.web ?? web.url),
    },
    userPoolId: seeded?.userPoolId,
    clientId: seeded?.clientId,
    rootKey,
  }
}

async function openObservedStore({
  settings,
  opened,
  log,
  metrics,
}: ServerContext): Promise<Store> {
  const { store, tally } = observeStore(await openStore(settings.store))
  opened.add(() => store.close())
  metrics.watchStore(tally, () => store.sizeBytes())
  await bringStoreUpToDate(store, log)
  return store
}

function needsStore(only: Settings['only']): boolean {
  return only.has('data-api') || only.has('user-pools')
}

async function readIdentity(tls: Settings['tls']): Promise<TlsIdentity | undefined> {
  if (tls === undefined) return undefined
  return { cert: await readText(tls.certFile), key: await readText(tls.keyFile) }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new StartError(`${file} cannot be read: ${codeOf(cause)}.`, { cause })
  }
}
