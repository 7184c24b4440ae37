/** Resource servers. Nothing here grants their scopes; they are kept for who does. @see user-pools §2.14 */
import type { Transaction } from '@vivarium/store'
import { refusal } from '../errors.ts'
import { countUpTo } from './clients.ts'
import { type ResourceServer, readDocument, writeDocument } from './documents.ts'
import { resourceServerKey, resourceServersRange } from './keys.ts'

const serversOfPoolMax = 25

/** The resource server with this identifier. @throws UserPoolError ResourceNotFoundException */
export function requireResourceServer(
  transaction: Transaction,
  poolId: string,
  identifier: string,
): ResourceServer {
  const key = resourceServerKey(poolId, identifier)
  const found = readDocument<ResourceServer>(transaction, key)
  if (found === undefined) {
    throw refusal('ResourceNotFoundException', 'resourceServer', identifier)
  }
  return found
}

/**
 * Keeps a new resource server.
 *
 * @throws UserPoolError InvalidParameterException, LimitExceededException
 */
export function createResourceServer(
  transaction: Transaction,
  poolId: string,
  server: ResourceServer,
): void {
  const { identifier } = server
  if (transaction.get(resourceServerKey(poolId, identifier)) !== undefined) {
    throw refusal(
      'InvalidParameterException',
      'other',
      `${identifier} already exists in user pool ${poolId}.`,
    )
  }
  const servers = transaction.range(...resourceServersRange(poolId))
  if (countUpTo(serversOfPoolMax, servers) === serversOfPoolMax) {
    throw refusal(
      'LimitExceededException',
      'other',
      `A user pool has at most ${serversOfPoolMax} resource servers.`,
    )
  }
  writeResourceServer(transaction, poolId, server)
}

/** Keeps a resource server. */
export function writeResourceServer(
  transaction: Transaction,
  poolId: string,
  server: ResourceServer,
): void {
  writeDocument(transaction, resourceServerKey(poolId, server.identifier), server)
}

/** Forgets a resource server. */
export function deleteResourceServer(
  transaction: Transaction,
  poolId: string,
  { identifier }: ResourceServer,
): void {
  transaction.delete(resourceServerKey(poolId, identifier))
}
