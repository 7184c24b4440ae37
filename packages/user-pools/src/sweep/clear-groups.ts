/** Clearing away the memberships of deleted groups. @see user-pools §2.10 */
import type { Store } from '@vivarium/store'
import { clearDeletedGroup } from '../model/groups.ts'
import { deletedGroupsRange, partsOf } from '../model/keys.ts'
import { pagesOf, stepSize } from './pages.ts'
import type { Task } from './task.ts'

/** Clears the memberships of every deleted group. */
export async function clearGroups({ store, isStopped }: Task): Promise<void> {
  for await (const groups of pagesOf(store, deletedGroupsRange())) {
    for (const { key } of groups) {
      if (isStopped()) return
      const [poolId = '', name = ''] = partsOf(key)
      await clearGroup(store, poolId, name)
    }
  }
}

/** Clears the memberships of one deleted group, to the last. */
export async function clearGroup(store: Store, poolId: string, name: string): Promise<void> {
  for (;;) {
    const { value: isDone } = await store.transact(
      (transaction) => clearDeletedGroup(transaction, { poolId, name, max: stepSize }),
      { intent: 'write' },
    )
    if (isDone) return
  }
}
