/** Starting Vivarium itself, as anybody would, on a data directory of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import faunadb from 'faunadb'
import { type Running, startProcess } from './start-process.ts'

/** The ready line of `vivarium start`. */
export interface Ready {
  readonly dataApi: string
  readonly userPools: string
  readonly functions: string
  readonly web: string
  readonly userPoolId: string
  readonly clientId: string
}

/** The root secret of every data API that is measured. */
export const rootSecret = 'bench'

/** The unmodified driver, for a data API. */
export function clientOf(endpoint: string, secret: string): faunadb.Client {
  const { hostname, port } = new URL(endpoint)
  return new faunadb.Client({ secret, domain: hostname, port: Number(port), scheme: 'http' })
}

const command = fileURLToPath(new URL('../../packages/vivarium/dist/main.js', import.meta.url))

/** A data directory that goes when it is no longer needed. */
export async function temporaryDataDirectory(): Promise<{
  readonly path: string
  remove(): Promise<void>
}> {
  const path = await mkdtemp(join(tmpdir(), 'vivarium-bench-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** `vivarium start` on free ports. */
export function startVivarium(
  dataDirectory: string,
  {
    only,
    environment = {},
  }: { readonly only?: string; readonly environment?: Record<string, string> } = {},
): Promise<Running<Ready>> {
  const ports = ['data-api', 'user-pools', 'functions', 'web'].flatMap((name) => [
    `--${name}-port`,
    '0',
  ])
  const parts = only === undefined ? [] : ['--only', only]
  return startProcess(command, ['start', '--data-dir', dataDirectory, ...ports, ...parts], {
    VIVARIUM_ROOT_KEY: rootSecret,
    ...environment,
  })
}

/** Runs `body` with a fresh Vivarium, and cleans up after it. */
export async function withVivarium<T>(
  options: Parameters<typeof startVivarium>[1],
  body: (running: Running<Ready>) => Promise<T>,
): Promise<T> {
  const directory = await temporaryDataDirectory()
  try {
    const running = await startVivarium(directory.path, options)
    try {
      return await body(running)
    } finally {
      await running.stop()
    }
  } finally {
    await directory.remove()
  }
}

/** Runs `body` with the bare server that answers `answer`. */
export async function withBareServer<T>(
  answer: string,
  args: readonly string[],
  body: (running: Running<{ readonly url: string }>) => Promise<T>,
): Promise<T> {
  const script = fileURLToPath(new URL('./servers/bare-server.js', import.meta.url))
  const running = await startProcess<{ readonly url: string }>(script, args, { ANSWER: answer })
  try {
    return await body(running)
  } finally {
    await running.stop()
  }
}
