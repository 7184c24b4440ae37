import { orderKey } from '@vivarium/fql'
import type { Store } from '@vivarium/store'
import { expect, it } from 'vitest'
import { entryEventKey } from '../model/event-keys.ts'
import { entryKey, prefixInEntryKey, presentKey, refInEntryKey } from '../model/keys.ts'
import { describeDataApi } from '../testing/describe-data-api.ts'
import { q } from '../testing/test-data-api.ts'
import { reorderEntries } from './reorder-entries.ts'

const collection = q.Collection('c')
const at = (id: number) => q.Ref(collection, id)

/** The bytes of a stored entry's key with its values in another order: as if that had been the order then. */
function misplaced(entry: Uint8Array): Uint8Array {
  const ref = refInEntryKey(entry, Buffer.from(entry).readBigUInt64BE(2))
  return entryKey(prefixInEntryKey(entry), orderKey([`z${ref.id}`]), ref)
}

/** Moves every entry, present and past, with what is noted of it. */
async function misplaceAll(store: Store): Promise<void> {
  await store.transact(
    (transaction) => {
      const found = [...transaction.range(Buffer.of(0xf0), Buffer.of(0xf1))].map((one) => ({
        key: Buffer.from(one.key),
        value: Buffer.from(one.value),
      }))
      for (const { key, value } of found.filter(({ key }) => key[1] === 0x69)) {
        transaction.delete(key)
        transaction.put(misplaced(key), value)
      }
      for (const { key, value } of found.filter(({ key }) => key[1] === 0x6a)) {
        const { key: entry } = presentKey(key)
        transaction.delete(key)
        const moved = Buffer.concat([misplaced(entry), key.subarray(-8)])
        moved[1] = 0x6a
        transaction.put(moved, value)
      }
      for (const { key, value } of found.filter(({ key }) => key[1] === 0x65)) {
        const head = prefixInEntryKey(key).length
        const entry = Buffer.concat([key.subarray(0, head), key.subarray(head + 9)])
        entry[1] = 0x69
        const action = key[head + 8] === 0 ? 'remove' : 'add'
        transaction.delete(key)
        transaction.put(entryEventKey(misplaced(entry), key.readBigUInt64BE(head), action), value)
      }
    },
    { intent: 'write' },
  )
}

describeDataApi('index entries in another order', (open) => {
  it('are put into that of their values', async () => {
    const { server, store, clock, dump } = await open()
    await server.query(q.CreateCollection({ name: 'c', history_days: 10 }))
    const values = [{ field: ['data', 'text'], reverse: true }, { field: ['data', 'n'] }]
    await server.query(q.CreateIndex({ name: 'by_text', source: collection, values }))
    const texts = ['เข', 'กา', '丁', '一', '龍', 'a', 'เก']
    await server.query(
      q.Do(...texts.map((text, i) => q.Create(at(i + 1), { data: { text, n: i } }))),
    )
    clock.advance({ seconds: 1 })
    await server.query(q.Update(at(1), { data: { text: 'ข' } }))
    clock.advance({ seconds: 1 })
    await server.query(q.Delete(at(2)))
    const whole = await dump()
    const page = q.Map(q.Paginate(q.Match('by_text')), q.Lambda('x', q.Select(0, q.Var('x'))))
    const sorted = ['龍', '丁', '一', 'ข', 'เก', 'a']
    expect(await server.data(page)).toEqual(sorted)

    await misplaceAll(store)
    expect(await dump()).not.toEqual(whole)
    expect(await server.data(page)).not.toEqual(sorted)
    let next: Uint8Array | undefined
    do {
      const { value } = await store.transact(
        (transaction) => {
          const key = reorderEntries.step(transaction, next)
          return key && Uint8Array.from(key)
        },
        { intent: 'write' },
      )
      next = value
    } while (next !== undefined)
    expect(await dump()).toEqual(whole)
    expect(await server.data(page)).toEqual(sorted)
  })
})
