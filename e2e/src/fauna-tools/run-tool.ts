import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import path from 'node:path'
import { text } from 'node:stream/consumers'

/** What a tool said and how it ended. */
export interface ToolRun {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How to run a tool. */
export interface ToolOptions {
  /** Its working directory. */
  readonly cwd: string
  /** Added to this process's environment. */
  readonly environment: Readonly<Record<string, string>>
  /** What it reads from standard input. Default: nothing. */
  readonly input?: string
}

/** Where the published tools, as npm installed them, begin. */
export const tools = {
  faunaShell: scriptOf('fauna-shell', 'bin/run'),
  schemaMigrate: scriptOf('@fauna-labs/fauna-schema-migrate', 'dist/cli.js'),
  esbuild: scriptOf('esbuild-wasm', 'bin/esbuild'),
} as const

/** The exit code of a tool that tried to leave this machine. */
export const leftTheMachine = 97

/** Runs a Node script as `run` does. */
export const runTool = (
  script: string,
  words: readonly string[],
  options: ToolOptions,
): Promise<ToolRun> => run(process.execPath, [script, ...words], options)

/**
 * Runs a program in which Node's processes may open connections to 127.0.0.1 alone: one to any other
 * host, as the tools make when no endpoint is configured, ends its process with `leftTheMachine`.
 */
export async function run(
  program: string,
  words: readonly string[],
  { cwd, environment, input = '' }: ToolOptions,
): Promise<ToolRun> {
  const child = spawn(program, words, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: `--import=${stayHere}`, ...environment },
  })
  child.stdin.end(input)
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { exitCode: child.exitCode, stdout, stderr }
}

/** A module, as a URL, that replaces how sockets connect. */
const stayHere = `data:text/javascript,${encodeURIComponent(`
import net from 'node:net'
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...words) {
  const options = [words[0]].flat()[0]
  const host = options?.host ?? '127.0.0.1'
  if (host !== '127.0.0.1') {
    console.error('refused to connect to ' + host)
    process.exit(${leftTheMachine})
  }
  return connect.apply(this, words)
}
`)}`

function scriptOf(packageName: string, script: string): string {
  const { resolve } = createRequire(import.meta.url)
  return path.join(path.dirname(resolve(`${packageName}/package.json`)), script)
}
