/** The data API's server key, read where it is kept and remembered until it is refused. */
import { readFile } from 'node:fs/promises'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import type { ServerKeySource } from './configuration.ts'

/** A key that may be replaced while the function is warm. */
export interface ServerKey {
  /** The key's secret. Reading it takes no longer than `timeoutMs`. @throws ServerKeyError */
  current(timeoutMs: number): Promise<string>
  /**
   * What has taken the place of a secret that was refused; undefined if it is still the same.
   *
   * @throws ServerKeyError
   */
  successorOf(refused: string, timeoutMs: number): Promise<string | undefined>
}

/** The key cannot be read. The message is for the log: it says where, never what. */
export class ServerKeyError extends Error {
  override readonly name = 'ServerKeyError'
}

/** The key that a source holds. */
export function createServerKey(source: ServerKeySource): ServerKey {
  const readSource = readerOf(source)
  let known: string | undefined
  const read = async (timeoutMs: number): Promise<string> => {
    known = await readSource(AbortSignal.timeout(timeoutMs))
    return known
  }
  return {
    current: async (timeoutMs) => known ?? (await read(timeoutMs)),
    successorOf: async (refused, timeoutMs) => {
      // Another sign-in may have read it anew already.
      const secret = known === undefined || known === refused ? await read(timeoutMs) : known
      return secret === refused ? undefined : secret
    },
  }
}

type Reader = (signal: AbortSignal) => Promise<string>

function readerOf(source: ServerKeySource): Reader {
  switch (source.kind) {
    case 'value':
      return async () => source.secret
    case 'file':
      return fileReader(source.path)
    case 'secrets-manager':
      return managedReader(source.secretId)
  }
}

function fileReader(path: string): Reader {
  return async (signal) => {
    let text: string
    try {
      text = await readFile(path, { encoding: 'utf8', signal })
    } catch (error) {
      throw new ServerKeyError(`The file FAUNA_SERVER_KEY_FILE cannot be read: ${codeOf(error)}`)
    }
    return secretIn(text, 'the file FAUNA_SERVER_KEY_FILE')
  }
}

function managedReader(secretId: string): Reader {
  let manager: SecretsManager | undefined
  return async (signal) => {
    let text: string | undefined
    try {
      // Loaded only where it is used: it would make every cold start longer.
      const sdk = await import('@aws-sdk/client-secrets-manager')
      manager ??= new sdk.SecretsManager({ maxAttempts: 2 })
      const value = await manager.getSecretValue({ SecretId: secretId }, { abortSignal: signal })
      text = value.SecretString
    } catch (error) {
      throw new ServerKeyError(`AWS Secrets Manager does not give the key: ${codeOf(error)}`)
    }
    return secretIn(text ?? '', 'the secret FAUNA_SERVER_KEY_SECRET_ID')
  }
}

/** The secret itself, or `{"secret": "…"}`, as consoles make them. */
function secretIn(text: string, where: string): string {
  const trimmed = text.trim()
  const secret = trimmed.startsWith('{') ? secretMember(trimmed) : trimmed
  if (secret === undefined || !/^[\x21-\x7e]+$/.test(secret)) {
    throw new ServerKeyError(`There is no server key in ${where}`)
  }
  return secret
}

function secretMember(json: string): string | undefined {
  try {
    const { secret }: { readonly secret?: unknown } = JSON.parse(json)
    return typeof secret === 'string' ? secret : undefined
  } catch {
    return undefined
  }
}

/** The kind of an error, not its message, which may say more than a log should keep. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
