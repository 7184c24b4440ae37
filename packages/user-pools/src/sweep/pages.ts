/** Reading a range of any length, a few documents at a time. */
import type { Entry, Store, Transaction } from '@vivarium/store'
import type { KeyRange } from '../model/keys.ts'

/** How many documents one transaction of the sweep looks at. */
export const stepSize = 256

/** The entries of a range, page by page, each from a snapshot of its own. */
export async function* pagesOf(
  store: Store,
  [from, to]: KeyRange,
): AsyncGenerator<readonly Entry[]> {
  let next = from
  for (;;) {
    const start = next
    const { value: page } = await store.transact(
      (transaction) => readPage(transaction, [start, to]),
      { intent: 'read' },
    )
    if (page.length > 0) yield page
    const last = page.at(-1)
    if (last === undefined || page.length < stepSize) return
    next = Buffer.concat([last.key, Buffer.of(0)])
  }
}

function readPage(transaction: Transaction, [from, to]: KeyRange): readonly Entry[] {
  const page: Entry[] = []
  for (const { key, value } of transaction.range(from, to, { expected: stepSize })) {
    if (page.length === stepSize) break
    page.push({ key: Buffer.from(key), value: Buffer.from(value) })
  }
  return page
}
