/**
 * Reading pools and clients, as every operation begins.
 */
import type { Transaction } from '@vivarium/store'
import { refusal } from '../errors.ts'
import {
  type AppClient,
  DocumentCache,
  type PoolSecrets,
  type UserPool,
  writeDocument,
} from './documents.ts'
import { clientKey, deletedKey, poolKey, secretsKey } from './keys.ts'

const pools = new DocumentCache<UserPool>()
const secrets = new DocumentCache<PoolSecrets>()
const clients = new DocumentCache<AppClient>()

/** The pool with this id, if it exists. */
export function findPool(transaction: Transaction, poolId: string): UserPool | undefined {
  return pools.read(transaction, poolKey(poolId))
}

/** The pool with this id. @throws UserPoolError ResourceNotFoundException */
export function readPool(transaction: Transaction, poolId: string): UserPool {
  const pool = findPool(transaction, poolId)
  if (pool === undefined) throw refusal('ResourceNotFoundException', 'pool', poolId)
  return pool
}

/**
 * Keeps a new pool.
 *
 * @throws UserPoolError InvalidParameterException if its id is taken, or was until lately
 */
export function createPool(transaction: Transaction, pool: UserPool, kept: PoolSecrets): void {
  const isTaken =
    transaction.get(poolKey(pool.id)) !== undefined ||
    transaction.get(deletedKey(pool.id)) !== undefined
  if (isTaken) {
    throw refusal('InvalidParameterException', 'other', `User pool ${pool.id} already exists.`)
  }
  writePool(transaction, pool)
  writeDocument(transaction, secretsKey(pool.id), kept)
}

/** Keeps a pool that exists. */
export function writePool(transaction: Transaction, pool: UserPool): void {
  writeDocument(transaction, poolKey(pool.id), pool)
}

/**
 * Deletes a pool: with its own document gone, nothing leads to its contents. They are cleared away in
 * small steps; until then its id is not given again.
 */
export function deletePool(transaction: Transaction, { id }: UserPool): void {
  transaction.delete(poolKey(id))
  transaction.delete(secretsKey(id))
  writeDocument(transaction, deletedKey(id), {})
}

/** What a pool never tells, if it exists. */
export function findSecrets(transaction: Transaction, poolId: string): PoolSecrets | undefined {
  return secrets.read(transaction, secretsKey(poolId))
}

/** What a pool never tells. @throws UserPoolError ResourceNotFoundException */
export function readSecrets(transaction: Transaction, poolId: string): PoolSecrets {
  const found = findSecrets(transaction, poolId)
  if (found === undefined) throw refusal('ResourceNotFoundException', 'pool', poolId)
  return found
}

const poolSecrets = new WeakMap<PoolSecrets, Uint8Array>()

/** A pool's secret as bytes. */
export function poolSecretOf(found: PoolSecrets): Uint8Array {
  const known = poolSecrets.get(found)
  if (known !== undefined) return known
  const bytes = Buffer.from(found.secret, 'base64')
  poolSecrets.set(found, bytes)
  return bytes
}

/** The app client with this id, if it exists. */
export function findClient(transaction: Transaction, clientId: string): AppClient | undefined {
  return clients.read(transaction, clientKey(clientId))
}

/** An app client with its pool: what a public request names. */
export interface ClientOfPool {
  readonly client: AppClient
  readonly pool: UserPool
  readonly secrets: PoolSecrets
}

/**
 * The app client with this id, and its pool.
 *
 * @param poolId the pool it must belong to; undefined: any
 * @throws UserPoolError ResourceNotFoundException
 */
export function readClient(
  transaction: Transaction,
  clientId: string,
  poolId?: string,
): ClientOfPool {
  const inPool = poolId === undefined ? undefined : readPool(transaction, poolId)
  const client = findClient(transaction, clientId)
  if (client === undefined || (inPool !== undefined && client.poolId !== inPool.id)) {
    throw refusal('ResourceNotFoundException', 'client', clientId)
  }
  const pool = inPool ?? findPool(transaction, client.poolId)
  // The clients of a deleted pool go with it.
  if (pool === undefined) throw refusal('ResourceNotFoundException', 'client', clientId)
  return { client, pool, secrets: readSecrets(transaction, pool.id) }
}

/** Whether the client hides which users exist. */
export function hidesUsers(client: AppClient): boolean {
  return client.settings.PreventUserExistenceErrors === 'ENABLED'
}
