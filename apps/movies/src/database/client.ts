import { Client, type ExprArg } from 'faunadb'

/** Runs a query, under a secret that is settled. */
export type Run = (expression: ExprArg) => Promise<unknown>

/** Queries over one connection; it asks that answers be no older than what it has already seen. */
export function openClient(endpoint: string): (secret: string) => Run {
  const client = new Client({ secret: '', endpoint, timeout: 30 })
  return (secret) => (expression) => client.query(expression, { secret })
}
