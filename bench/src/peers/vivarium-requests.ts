/** The data API's queries, as the driver and as the load generator send them. */
import faunadb, { type Expr } from 'faunadb'
import { rootSecret } from '../vivarium.ts'
import type { Asked } from './contender.ts'

/** A client with all rights. */
export function rootClientOf(endpoint: string): faunadb.Client {
  const { hostname, port } = new URL(endpoint)
  return new faunadb.Client({
    secret: rootSecret,
    domain: hostname,
    port: Number(port),
    scheme: 'http',
  })
}

/** A query with a secret. */
export function requestOf(query: Expr, secret: string, expects: string): Asked {
  return {
    method: 'POST',
    path: '/',
    headers: { authorization: `Bearer ${secret}`, 'x-faunadb-api-version': '4' },
    body: JSON.stringify(query),
    expects,
  }
}
