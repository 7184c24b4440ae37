import { type HttpHandler, type Listener, type ListenerOptions, listen } from '@vivarium/http'
import { nameOf, optionDefinitions } from '../command/options.ts'
import type { ServerName, Settings } from '../command/settings.ts'
import { StartError } from '../command/usage-error.ts'
import type { SharedMailbox } from '../workers/shared-mailbox.ts'
import { type Observers, observed, observedFaults } from './access-log.ts'
import { codeOf } from './data-directory.ts'
import type { Opened } from './opened.ts'

/** A certificate and its key, PEM. */
export interface TlsIdentity {
  readonly cert: string
  readonly key: string
}

/** What a process does of what is done once for all of them. */
export interface Role {
  /** Where messages stay that nobody sends. */
  readonly mailbox: SharedMailbox
  /** Whether it looks after the store: one process is enough. */
  readonly maintains: boolean
}

/** What servers are opened with. */
export interface ServerContext extends Observers, Role {
  readonly settings: Settings
  readonly tls: TlsIdentity | undefined
  readonly opened: Opened
  /** Everything that listens, to be retired together. */
  readonly listeners: Listener[]
  /** Whether this process is about to stop. */
  readonly isDraining: () => boolean
}

/** Where a server is. */
export interface OpenServer {
  /** Where it listens. */
  readonly url: string
  /** Where this process reaches it: on loopback if possible, without TLS. */
  readonly localUrl: string
}

/** The option that sets each server's port. */
export const portOptions = {
  'data-api': optionDefinitions.dataApiPort,
  'user-pools': optionDefinitions.userPoolsPort,
  functions: optionDefinitions.functionsPort,
  web: optionDefinitions.webPort,
} as const

const loopback = '127.0.0.1'

/** Listens. @throws StartError if the port is taken or the address is not this machine's */
export async function openServer(
  name: ServerName,
  handler: HttpHandler,
  limits: Pick<ListenerOptions, 'bodyBytesMax' | 'faults'>,
  context: ServerContext,
): Promise<OpenServer> {
  const { settings, tls, log, opened } = context
  const logged = observed(handler, name, context)
  const options = {
    ...limits,
    faults: observedFaults(limits.faults, name, context),
    onError: (error: unknown, doing: string, requestId?: string) =>
      log.error({ server: name, requestId, err: error }, `while serving ${doing.slice(0, 200)}`),
  }
  const host = hostOf(name, settings)
  const port = settings.ports[name]
  const identity = name === 'functions' ? undefined : tls
  const listener = await listen(logged, {
    ...options,
    host,
    port,
    ...(identity && { tls: identity }),
  }).catch((cause: unknown) => {
    throw listenError(name, host, port, cause)
  })
  opened.add(() => listener.close())
  context.listeners.push(listener)
  if (identity === undefined) {
    const url = listener.url.replace(/\/\/(0\.0\.0\.0|\[::\])/, `//${loopback}`)
    return { url, localUrl: url }
  }
  // Our own clients need not know whether the certificate is good for this name.
  const local = await listen(logged, { ...options, host: loopback, port: 0 })
  opened.add(() => local.close())
  context.listeners.push(local)
  return { url: listener.url, localUrl: local.url }
}

/** Where a server listens. Whoever reaches the function host may run functions: only this machine does. */
export function hostOf(name: ServerName, settings: Settings): string {
  return name === 'functions' ? loopback : settings.host
}

function listenError(name: ServerName, host: string, port: number, cause: unknown): StartError {
  const flag = nameOf(portOptions[name])
  const code = codeOf(cause)
  const reasons: Record<string, string> = {
    EADDRINUSE: `Port ${port} of ${host}, for ${name}, is taken. Choose another with ${flag} (0: any free one), or stop what uses it.`,
    EACCES: `Port ${port} of ${host}, for ${name}, is not for this user. Choose one from 1024 with ${flag}.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine. Choose one with --host.`,
    ENOTFOUND: `The host ${host} is not known. Choose another with --host.`,
  }
  return new StartError(reasons[code] ?? `${name} cannot listen at ${host}:${port}: ${code}.`, {
    cause,
  })
}
