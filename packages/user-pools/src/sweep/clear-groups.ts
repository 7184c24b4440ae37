/** Clearing away what deleted groups left behind. @see user-pools §2.10 */
import type { Store } from '@vivarium/store'
import { clearDeletedGroup } from '../model/groups.ts'
import { deletedGroupsRange, partsOf } from '../model/keys.ts'

/** How many documents one transaction of the sweep looks at. */
export const stepSize = 256

/** Clears away the memberships of one deleted group, to the last. */
export async function clearGroup(store: Store, poolId: string, name: string): Promise<void> {
  for (;;) {
    const { value: isDone } = await store.transact(
      (transaction) => clearDeletedGroup(transaction, { poolId, name, max: stepSize }),
      { intent: 'write' },
    )
    if (isDone) return
  }
}

/** The deleted groups whose memberships are not all gone. */
export async function deletedGroups(
  store: Store,
): Promise<readonly { readonly poolId: string; readonly name: string }[]> {
  const { value } = await store.transact(
    (transaction) => {
      const found: { poolId: string; name: string }[] = []
      for (const { key } of transaction.range(...deletedGroupsRange())) {
        const [poolId = '', name = ''] = partsOf(key)
        found.push({ poolId, name })
        if (found.length === stepSize) break
      }
      return found
    },
    { intent: 'read' },
  )
  return value
}
