/** Groups and who is in them. @see user-pools §2.10 */
import type { Transaction } from '@vivarium/store'
import { type GroupConfiguration, groupConfiguration } from '../tokens/claims.ts'
import { type Group, readDocument } from './documents.ts'
import { groupKey, membershipsRange, partsOf } from './keys.ts'

/** The group with this name, if it exists. */
export function readGroup(
  transaction: Transaction,
  poolId: string,
  name: string,
): Group | undefined {
  return readDocument<Group>(transaction, groupKey(poolId, name))
}

/** The groups that a user is in, by name. */
export function groupsOfUser(
  transaction: Transaction,
  poolId: string,
  sub: string,
): readonly Group[] {
  const groups: Group[] = []
  for (const { key } of transaction.range(...membershipsRange(poolId, sub))) {
    const group = readGroup(transaction, poolId, partsOf(key)[2] ?? '')
    if (group !== undefined) groups.push(group)
  }
  return groups
}

/** What tokens tell of a user's groups. */
export function groupsInTokens(
  transaction: Transaction,
  poolId: string,
  sub: string,
): GroupConfiguration {
  return groupConfiguration(groupsOfUser(transaction, poolId, sub))
}
