import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** A process of `other-process.ts` that a test has started. */
export interface OtherProcess {
  /** The lines that it has written and nobody has taken yet, as they come. */
  readonly lines: AsyncIterableIterator<string>
  send(line: string): void
  /** Kills it as nothing can prevent, and gives what it had written and nobody had taken. */
  kill(): Promise<readonly string[]>
  /** Ends its input and waits until it has ended by itself. */
  end(): Promise<void>
}

/** Starts `other-process.ts`; with `fileKilobytesMax` it cannot make a file any longer than that. */
export function startProcess(
  args: readonly string[],
  { fileKilobytesMax }: { readonly fileKilobytesMax?: number } = {},
): OtherProcess {
  const script = fileURLToPath(new URL('./other-process.ts', import.meta.url))
  const tsx = createRequire(import.meta.url).resolve('tsx')
  const command = [process.execPath, '--import', `file://${tsx}`, script, ...args]
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    'sh',
    // The shell counts in blocks of 512 bytes.
    [
      '-c',
      `ulimit -f ${(fileKilobytesMax ?? 0) * 2 || 'unlimited'} && exec "$@"`,
      'sh',
      ...command,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    lines,
    send: (line) => child.stdin.write(`${line}\n`),
    async kill() {
      child.kill('SIGKILL')
      const rest: string[] = []
      for await (const line of lines) rest.push(line)
      await exited
      return rest
    },
    async end() {
      child.stdin.end()
      await exited
    },
  }
}
