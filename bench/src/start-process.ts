/** Starting the programs that are measured. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A program that said where it listens. */
export interface Running<Ready> {
  readonly pid: number
  /** What it said, one line of JSON. */
  readonly ready: Ready
  /** Milliseconds from its start to that line. */
  readonly startMs: number
  stop(): Promise<void>
}

/**
 * Starts a Node program and waits for the first line of its standard output, which must be JSON.
 *
 * @throws Error if it ends without one
 */
export async function startProcess<Ready>(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Running<Ready>> {
  const started = performance.now()
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  const complaints: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
  const line = await firstLine(child)
  if (line === undefined) {
    throw new Error(`${script} did not start: ${Buffer.concat(complaints).toString('utf8')}`)
  }
  return {
    pid: child.pid ?? 0,
    // Our own programs print it.
    ready: JSON.parse(line) as Ready,
    startMs: performance.now() - started,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  if (child.stdout === null) return undefined
  for await (const line of createInterface({ input: child.stdout })) {
    return line
  }
  return undefined
}
