import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Where a running Vivarium is. */
export interface Vivarium {
  readonly web: string
  readonly dataApi: string
  readonly userPools: string
  readonly functions: string
  /** The data API's root secret. */
  readonly rootSecret: string
  /** SIGKILL, without a word before. */
  kill(): Promise<void>
  /** Starts again on the same data and the same ports, as a person would after a power cut. */
  startAgain(environment?: Readonly<Record<string, string>>): Promise<void>
  /** Kills it and removes its data. */
  remove(): Promise<void>
}

/** The built command, as npm links it. */
const command = fileURLToPath(
  new URL('../../../packages/vivarium/bin/vivarium.js', import.meta.url),
)

/** Starts the built command on free ports, with data of its own. */
export async function startVivarium(
  environment: Readonly<Record<string, string>> = {},
): Promise<Vivarium> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'vivarium-e2e-'))
  const start = (ports: readonly string[], more = {}): Promise<Running> =>
    startProcess(['start', '--data-dir', dataDir, ...ports], { ...environment, ...more })
  let running = await start(portFlags.flatMap(({ flag }) => [flag, '0']))
  const { ready } = running
  const kill = async (): Promise<void> => {
    if (running.process.exitCode !== null || running.process.signalCode !== null) return
    running.process.kill('SIGKILL')
    await once(running.process, 'exit')
  }
  return {
    ...ready,
    rootSecret: readFileSync(path.join(dataDir, 'root.key'), 'utf8').trim(),
    kill,
    async startAgain(more = {}) {
      const ports = portFlags.flatMap(({ flag, server }) => [flag, new URL(ready[server]).port])
      running = await start(ports, more)
    },
    async remove() {
      await kill()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

type Addresses = Pick<Vivarium, 'web' | 'dataApi' | 'userPools' | 'functions'>

interface Running {
  readonly process: ChildProcess
  readonly ready: Addresses
}

const portFlags = [
  { flag: '--data-api-port', server: 'dataApi' },
  { flag: '--user-pools-port', server: 'userPools' },
  { flag: '--functions-port', server: 'functions' },
  { flag: '--web-port', server: 'web' },
] as const

/** Starts it and waits for its ready line. @throws Error with its log if it ends before */
async function startProcess(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Running> {
  const child = spawn(process.execPath, [command, ...words], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  for await (const line of createInterface({ input: child.stdout })) {
    return { process: child, ready: addressesOf(JSON.parse(line)) }
  }
  throw new Error(`vivarium start ended before it was ready:\n${log}`)
}

function addressesOf(ready: unknown): Addresses {
  const address = (name: keyof Addresses): string => {
    const value = Object.entries(ready ?? {}).find(([key]) => key === name)?.[1]
    if (typeof value !== 'string') throw new Error(`The ready line lacks ${name}.`)
    return value
  }
  return {
    web: address('web'),
    dataApi: address('dataApi'),
    userPools: address('userPools'),
    functions: address('functions'),
  }
}
