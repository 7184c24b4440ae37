/** Every operation that we have. */
import type { Operation } from '../operation.ts'
import { createUserPool } from './create-user-pool.ts'
import { createUserPoolClient } from './create-user-pool-client.ts'

const list: readonly Operation[] = [
  // User pools and app clients
  createUserPool,
  createUserPoolClient,
]

/** The operations by name. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  list.map((operation) => [operation.name, operation]),
)
