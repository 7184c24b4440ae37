/** For tests: the command as a process of its own, from the build, on free ports. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const bin = fileURLToPath(new URL('../../bin/vivarium.js', import.meta.url))

/** How a process ended. */
export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** What the ready line says. */
export interface Ready {
  readonly ready: true
  readonly dataApi?: string
  readonly userPools?: string
  readonly functions?: string
  readonly web?: string
  readonly userPoolId?: string
  readonly clientId?: string
  readonly metrics?: string
}

/** The environment of the test, without what would configure the command. */
export type Environment = Readonly<Record<string, string>>

/** A directory that goes away with the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'vivarium-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A process of the command; killed with the test if it still runs. */
export class VivariumProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<Ended>
  readonly #watchers = new Set<() => void>()
  #stdout = ''
  #stderr = ''

  constructor(words: readonly string[], environment: Environment = {}) {
    const child = spawn(process.execPath, [bin, ...words], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
      this.#look()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      this.#look()
    })
    this.#ended = new Promise((resolve) => {
      child.once('close', (status, signal) => {
        resolve({ status, signal, stdout: this.#stdout, stderr: this.#stderr })
      })
    })
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await this.#ended
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Resolves with the ready line. Rejects if the process ends before it. */
  async ready(): Promise<Ready> {
    const line = await this.#until(() => /^(\{.*\})\n/.exec(this.#stdout)?.[1])
    const ready: Ready = JSON.parse(line)
    return ready
  }

  /** Resolves once standard error has that in it. Rejects if the process ends before it. */
  async logged(text: string): Promise<void> {
    await this.#until(() => (this.#stderr.includes(text) ? text : undefined))
  }

  /** Resolves with the lines of the log that are wanted, once there are so many. */
  async lines(
    isWanted: (line: Readonly<Record<string, unknown>>) => boolean,
    count: number,
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    let found: readonly Readonly<Record<string, unknown>>[] = []
    await this.#until(() => {
      found = this.#stderr
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.startsWith('{'))
        .map((line): Record<string, unknown> => JSON.parse(line))
        .filter(isWanted)
      return found.length >= count ? 'enough' : undefined
    })
    return found
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  ended(): Promise<Ended> {
    return this.#ended
  }

  /** SIGTERM, and how it ended. */
  stop(): Promise<Ended> {
    this.kill('SIGTERM')
    return this.#ended
  }

  async #until(look: () => string | undefined): Promise<string> {
    const found = new Promise<string>((resolve) => {
      const watch = () => {
        const text = look()
        if (text === undefined) return
        this.#watchers.delete(watch)
        resolve(text)
      }
      this.#watchers.add(watch)
      watch()
    })
    const ended = this.#ended.then(({ status, stderr }) => {
      throw new Error(`vivarium ended with ${status}: ${stderr}`)
    })
    // Looked at only while it is waited for.
    ended.catch(() => {})
    return Promise.race([found, ended])
  }

  #look(): void {
    for (const watch of this.#watchers) watch()
  }
}

/** `vivarium start` on free ports. */
export function startVivarium(
  dataDir: string,
  words: readonly string[] = [],
  environment: Environment = {},
): VivariumProcess {
  const ports = ['data-api', 'user-pools', 'functions', 'web'].flatMap((name) => [
    `--${name}-port`,
    '0',
  ])
  return new VivariumProcess(['start', '--data-dir', dataDir, ...ports, ...words], environment)
}
