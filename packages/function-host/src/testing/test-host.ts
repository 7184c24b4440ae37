/** For tests: functions written on the spot, a host on a socket, and AWS's own client. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda'
import { listen } from '@vivarium/http'
import { onTestFinished } from 'vitest'
import {
  bodyBytesMax,
  createFunctionHost,
  type FunctionDefinition,
  type FunctionHost,
  type FunctionHostOptions,
  faults,
  type LogLine,
} from '../index.ts'

/** An answer of the Invoke API with its payload read. */
export interface Reply {
  readonly status: number | undefined
  readonly error: string | undefined
  readonly version: string | undefined
  readonly payload: unknown
  /** The end of the log, decoded. */
  readonly log: string
}

/** A host that a test may use. */
export interface TestHost {
  readonly host: FunctionHost
  readonly url: string
  readonly client: LambdaClient
  readonly log: readonly LogLine[]
  invoke(name: string, event?: unknown, more?: Partial<InvokeCommandInput>): Promise<Reply>
  /** Resolves with the log's text once it has that in it. */
  logged(text: string): Promise<string>
}

/** A directory that goes away with the test, and the files in it. */
export function writeFiles(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'vivarium-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text)
  return directory
}

/**
 * A host of one function per file, named after it without its extension. It closes with the test.
 */
export async function hostFiles(
  files: Readonly<Record<string, string>>,
  more: Partial<FunctionDefinition> & { readonly options?: Partial<FunctionHostOptions> } = {},
): Promise<TestHost & { readonly directory: string }> {
  const directory = writeFiles(files)
  const { options, ...definition } = more
  const functions = Object.keys(files).map((file) => ({
    name: path.parse(file).name,
    module: path.join(directory, file),
    ...definition,
  }))
  return { ...(await openHost({ functions, ...options })), directory }
}

async function openHost(options: FunctionHostOptions): Promise<TestHost> {
  const log: LogLine[] = []
  const waiting = new Set<() => void>()
  const host = createFunctionHost({
    ...options,
    onLog(line) {
      log.push(line)
      for (const look of waiting) look()
    },
  })
  const listener = await listen(host.handler, { host: '127.0.0.1', port: 0, bodyBytesMax, faults })
  const client = new LambdaClient({
    endpoint: listener.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  onTestFinished(async () => {
    client.destroy()
    await host.close()
    await listener.close({ drainMs: 0 })
  })
  return {
    host,
    client,
    log,
    url: listener.url,
    async invoke(name, event, input = {}) {
      const output = await client.send(
        new InvokeCommand({
          FunctionName: name,
          ...(event !== undefined && { Payload: Buffer.from(JSON.stringify(event)) }),
          ...input,
        }),
      )
      const text = output.Payload?.transformToString() ?? ''
      return {
        status: output.StatusCode,
        error: output.FunctionError,
        version: output.ExecutedVersion,
        payload: text === '' ? undefined : JSON.parse(text),
        log: Buffer.from(output.LogResult ?? '', 'base64').toString(),
      }
    },
    logged(text) {
      return new Promise((resolve) => {
        const look = () => {
          const all = log.map((line) => line.text).join('')
          if (!all.includes(text)) return
          waiting.delete(look)
          resolve(all)
        }
        waiting.add(look)
        look()
      })
    },
  }
}
