import faunadb, { type Client, type ExprArg } from 'faunadb'
import { SeedError } from './seed-error.ts'

/** The driver, with failures in words and without what a log must not hold. */
export class SeedingClient {
  readonly endpoint: string
  readonly #client: Client

  constructor({ endpoint, secret }: { readonly endpoint: string; readonly secret: string }) {
    this.endpoint = endpoint
    this.#client = new faunadb.Client({ endpoint, secret, timeout: 30 })
  }

  /**
   * What the query gives, unchecked.
   *
   * @param purpose completes "cannot …" if it fails: `define the index accounts_by_email`
   * @throws SeedError
   */
  async query(purpose: string, expression: ExprArg): Promise<unknown> {
    try {
      return await this.#client.query<object>(expression)
    } catch (error) {
      throw new SeedError(`Cannot ${purpose} at ${this.endpoint}: ${reasonOf(error)}`)
    }
  }

  /** As `query`, but undefined if the server refuses it with status 400. @throws SeedError */
  async queryUnlessRefused(purpose: string, expression: ExprArg): Promise<unknown> {
    try {
      return await this.#client.query<object>(expression)
    } catch (error) {
      if (error instanceof faunadb.errors.BadRequest) return undefined
      throw new SeedError(`Cannot ${purpose} at ${this.endpoint}: ${reasonOf(error)}`)
    }
  }

  async close(): Promise<void> {
    await this.#client.close({ force: true })
  }
}

/** An error of the driver carries the request and so, perhaps, a secret: only its text is kept. */
function reasonOf(error: unknown): string {
  if (error instanceof faunadb.errors.Unauthorized) return 'the secret is not valid there'
  if (error instanceof faunadb.errors.FaunaHTTPError) {
    return [error.message, error.description].filter((text) => text).join(': ')
  }
  return error instanceof Error ? error.message : String(error)
}
