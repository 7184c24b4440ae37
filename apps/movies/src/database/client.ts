import { Client, type Expr, type ExprArg } from 'faunadb'

/** Runs a query, under a secret that is settled. */
export type Run = (expression: ExprArg) => Promise<unknown>

/** Queries over one connection; it asks that answers be no older than what it has already seen. */
export function openClient(endpoint: string): (secret: string) => Run {
  const client = new Client({ secret: '', endpoint, timeout: 30 })
  return (secret) => (expression) => client.query(expression, { secret })
}

/** A stream that has begun. */
export interface OpenStream {
  /** Resolves when it ends, whoever ended it. */
  readonly ended: Promise<void>
  close(): void
}

/**
 * Opens a stream of a set, under a secret of its own: the driver's streams use that of their client.
 *
 * @throws what the driver makes of a refusal
 */
export function openStream(
  endpoint: string,
  { secret, set, onEvent }: { readonly secret: string; readonly set: Expr; onEvent(): void },
): Promise<OpenStream> {
  const stream = new Client({ secret, endpoint }).stream(set, { fields: ['action'] })
  return new Promise((resolve, reject) => {
    let end = (): void => undefined
    const ended = new Promise<void>((resolveEnd) => {
      end = resolveEnd
    })
    const close = (): void => {
      stream.close()
      end()
    }
    stream
      .on('start', () => resolve({ ended, close }))
      .on('set', onEvent)
      .on('error', (error) => {
        // Before its start it is refused; after that it has ended, and why does not matter.
        reject(error)
        close()
      })
      .start()
  })
}
