/** Forgetting what has had its time. */
import type { Entry, Store } from '@vivarium/store'
import { type ExpiringKind, expiringKinds } from '../model/expiry.ts'
import { partsOf, poolsRange } from '../model/keys.ts'
import { pagesOf } from './pages.ts'
import type { Task } from './task.ts'

/** Looks at every document that ends by itself, a few at a time. */
export async function expire({ store, nowSeconds, isStopped }: Task): Promise<void> {
  for await (const pools of pagesOf(store, poolsRange())) {
    for (const { key } of pools) {
      const poolId = partsOf(key)[0] ?? ''
      for (const kind of expiringKinds) {
        for await (const entries of pagesOf(store, kind.rangeOf(poolId))) {
          if (isStopped()) return
          await forget(store, entries, kind, nowSeconds())
        }
      }
    }
  }
}

async function forget(
  store: Store,
  entries: readonly Entry[],
  { isOver }: ExpiringKind,
  nowSeconds: number,
): Promise<void> {
  const over = entries.filter(({ value }) => isOver(value, nowSeconds))
  if (over.length === 0) return
  await store.transact(
    (transaction) => {
      for (const { key } of over) {
        // It may have become something else since it was looked at.
        const value = transaction.get(key)
        if (value !== undefined && isOver(value, nowSeconds)) transaction.delete(key)
      }
    },
    { intent: 'write' },
  )
}
