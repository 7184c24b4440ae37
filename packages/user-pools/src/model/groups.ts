/** Groups and who is in them. @see user-pools §2.10 */
import type { Transaction } from '@vivarium/store'
import { refusal } from '../errors.ts'
import { type GroupConfiguration, groupConfiguration } from '../tokens/claims.ts'
import { countUpTo } from './clients.ts'
import { type Group, readDocument, type User, type UserPool, writeDocument } from './documents.ts'
import {
  deletedGroupKey,
  groupKey,
  groupsRange,
  memberKey,
  membershipKey,
  membershipsRange,
  membersRange,
  partsOf,
} from './keys.ts'

const groupsOfPoolMax = 10_000
const groupsOfUserMax = 100

/** The group with this name, if it exists. */
export function readGroup(
  transaction: Transaction,
  poolId: string,
  name: string,
): Group | undefined {
  return readDocument<Group>(transaction, groupKey(poolId, name))
}

/** The group with this name. @throws UserPoolError ResourceNotFoundException */
export function requireGroup(transaction: Transaction, poolId: string, name: string): Group {
  const group = readGroup(transaction, poolId, name)
  if (group === undefined) throw refusal('ResourceNotFoundException', 'group')
  return group
}

/**
 * Keeps a new group.
 *
 * @returns false if memberships of a former group of this name are still there: clear them away first,
 * or its members would be in the new one
 * @throws UserPoolError GroupExistsException, LimitExceededException
 */
export function createGroup(transaction: Transaction, pool: UserPool, group: Group): boolean {
  if (readGroup(transaction, pool.id, group.name) !== undefined) {
    throw refusal('GroupExistsException', 'exists')
  }
  if (transaction.get(deletedGroupKey(pool.id, group.name)) !== undefined) return false
  const groups = transaction.range(...groupsRange(pool.id))
  if (countUpTo(groupsOfPoolMax, groups) === groupsOfPoolMax) {
    throw refusal(
      'LimitExceededException',
      'other',
      `A user pool has at most ${groupsOfPoolMax} groups.`,
    )
  }
  writeGroup(transaction, pool.id, group)
  return true
}

/** Keeps a group. */
export function writeGroup(transaction: Transaction, poolId: string, group: Group): void {
  writeDocument(transaction, groupKey(poolId, group.name), group)
}

/** Deletes a group. Nobody is in it any more; the memberships are cleared away in small steps. */
export function deleteGroup(transaction: Transaction, poolId: string, { name }: Group): void {
  transaction.delete(groupKey(poolId, name))
  writeDocument(transaction, deletedGroupKey(poolId, name), {})
}

/** Clears away up to `max` memberships of a deleted group; true if that was the rest. */
export function clearDeletedGroup(
  transaction: Transaction,
  { poolId, name, max }: { readonly poolId: string; readonly name: string; readonly max: number },
): boolean {
  // Whoever came second finds that another did the work.
  if (transaction.get(deletedGroupKey(poolId, name)) === undefined) return true
  const subs: string[] = []
  for (const { key } of transaction.range(...membersRange(poolId, name), { expected: max })) {
    if (subs.length === max) break
    subs.push(partsOf(key)[2] ?? '')
  }
  for (const sub of subs) removeMember(transaction, poolId, { group: name, sub })
  if (subs.length === max) return false
  transaction.delete(deletedGroupKey(poolId, name))
  return true
}

/** Puts a user into a group; nothing happens if they are in it. @throws UserPoolError InvalidParameterException */
export function addMember(
  transaction: Transaction,
  poolId: string,
  { group, user }: { readonly group: Group; readonly user: User },
): void {
  const key = membershipKey(poolId, user.sub, group.name)
  if (transaction.get(key) !== undefined) return
  const groups = transaction.range(...membershipsRange(poolId, user.sub))
  if (countUpTo(groupsOfUserMax, groups) === groupsOfUserMax) {
    // Unverified: the code and the text.
    throw refusal(
      'InvalidParameterException',
      'other',
      `A user can be in at most ${groupsOfUserMax} groups.`,
    )
  }
  writeDocument(transaction, key, {})
  writeDocument(transaction, memberKey(poolId, group.name, user.sub), {})
}

/** Takes a user out of a group; nothing happens if they are not in it. */
export function removeMember(
  transaction: Transaction,
  poolId: string,
  { group, sub }: { readonly group: string; readonly sub: string },
): void {
  transaction.delete(membershipKey(poolId, sub, group))
  transaction.delete(memberKey(poolId, group, sub))
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
