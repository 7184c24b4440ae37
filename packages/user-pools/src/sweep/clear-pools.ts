/** Clearing away what deleted pools left behind. @see user-pools §2.11 */
import type { Entry, Store, Transaction } from '@vivarium/store'
import type { SessionsEnded } from '../environment.ts'
import { decode, type User } from '../model/documents.ts'
import {
  clientKey,
  clientsOfPoolRange,
  contentsRanges,
  deletedKey,
  deletedRange,
  partsOf,
  usersRange,
} from '../model/keys.ts'
import { pagesOf } from './pages.ts'
import type { Task } from './task.ts'

/** Clears the contents of every deleted pool, a few documents at a time; what a crash leaves is next. */
export async function clearPools(task: Task): Promise<void> {
  for await (const pools of pagesOf(task.store, deletedRange())) {
    for (const { key } of pools) await clearPool(task, partsOf(key)[0] ?? '')
  }
}

async function clearPool(task: Task, poolId: string): Promise<void> {
  const { store, isStopped } = task
  // Before the users go: told twice is better than never.
  for await (const users of pagesOf(store, usersRange(poolId))) {
    if (isStopped()) return
    await Promise.all(users.map((entry) => task.sessionsEnded(endOf(poolId, entry))))
    await deleteAll(store, users)
  }
  for await (const clients of pagesOf(store, clientsOfPoolRange(poolId))) {
    const keys = clients.map(({ key }) => ({ key: clientKey(partsOf(key)[1] ?? '') }))
    await deleteAll(store, [...keys, ...clients])
  }
  for (const range of contentsRanges(poolId)) {
    for await (const entries of pagesOf(store, range)) {
      if (isStopped()) return
      await deleteAll(store, entries)
    }
  }
  await deleteAll(store, [{ key: deletedKey(poolId) }])
}

function endOf(userPoolId: string, { value }: Entry): SessionsEnded {
  const { username, sub } = decode<User>(value)
  return { userPoolId, userName: username, sub, reason: 'user-deleted' }
}

async function deleteAll(store: Store, entries: readonly Pick<Entry, 'key'>[]): Promise<void> {
  await store.transact(
    (transaction: Transaction) => {
      for (const { key } of entries) transaction.delete(key)
    },
    { intent: 'write' },
  )
}
