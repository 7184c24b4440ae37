import type { InvokeFunction } from './invoke.ts'

/** Where functions are and who calls them. */
export interface HttpInvokeOptions {
  /** The base URL of the Lambda Invoke API; undefined: the region's own at AWS. */
  readonly endpoint?: string | undefined
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string | undefined
  }
}

/**
 * Calls functions through the Lambda Invoke API, signed. The SDK is loaded with the first call: a server
 * that runs its functions itself never pays for it.
 *
 * @see user-pools §5.2
 */
export function createHttpInvoke({
  endpoint,
  region,
  credentials,
}: HttpInvokeOptions): InvokeFunction {
  const connected = once(async () => {
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda')
    const client = new LambdaClient({
      region,
      credentials: {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey,
        ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken }),
      },
      ...(endpoint !== undefined && { endpoint }),
      // The invoker counts attempts itself.
      maxAttempts: 1,
    })
    return { client, InvokeCommand }
  })
  return async ({ functionName, qualifier, payload, signal }) => {
    const { client, InvokeCommand } = await connected()
    const command = new InvokeCommand({
      FunctionName: functionName,
      ...(qualifier !== undefined && { Qualifier: qualifier }),
      Payload: Buffer.from(payload),
    })
    try {
      const reply = await client.send(command, { abortSignal: signal })
      const text = Buffer.from(reply.Payload ?? []).toString('utf8')
      return { kind: reply.FunctionError === undefined ? 'returned' : 'threw', payload: text }
    } catch (cause) {
      return { kind: 'unreachable', errorName: errorNameOf(cause), cause }
    }
  }
}

/** The API's own name for what went wrong; an error of the connection has none that a client may see. */
function errorNameOf(cause: unknown): string {
  return cause instanceof Error && /^[A-Z]\w+Exception$/.test(cause.name)
    ? cause.name
    : 'ServiceException'
}

function once<T>(create: () => Promise<T>): () => Promise<T> {
  let created: Promise<T> | undefined
  return () => {
    created ??= create()
    return created
  }
}
