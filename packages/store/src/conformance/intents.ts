import { describe, expect, it } from 'vitest'
import type { Transaction } from '../store.ts'
import { bytes, contents, type Subject, text, texts, write } from './subject.ts'

/** What a declared intent changes, and how a read becomes a write. */
export function describeIntents(subject: Subject): void {
  describe('intents', () => {
    it.each<[string, (t: Transaction) => void]>([
      ['put', (t) => t.put(bytes('a'), bytes('1'))],
      ['delete', (t) => t.delete(bytes('a'))],
      ['newId', (t) => t.newId()],
    ])('a %s in a transaction declared to read is refused', (_name, change) =>
      subject.with(async (store) => {
        await write(store, 'a=0')
        await expect(store.transact(change, { intent: 'read' })).rejects.toMatchObject({
          name: 'StoreError',
          code: 'read-only',
        })
        expect(await contents(store)).toEqual(['a=0'])
      }),
    )

    it.each(['read', 'write', 'unknown'] as const)('%s: what only reads wrote nothing', (intent) =>
      subject.with(async (store) => {
        await write(store, 'a=1')
        const read = await store.transact((t) => text(t.get(bytes('a'))), { intent })
        expect(read).toMatchObject({ value: '1', wrote: false, bytesWritten: 0 })
      }),
    )

    it.each(['write', 'unknown'] as const)('%s: what writes is committed', (intent) =>
      subject.with(async (store) => {
        const written = await store.transact(
          (t) => {
            t.put(bytes('a'), bytes('12'))
            return 'done'
          },
          { intent },
        )
        expect(written).toMatchObject({ value: 'done', wrote: true, bytesWritten: 3, conflicts: 0 })
        expect(await contents(store)).toEqual(['a=12'])
      }),
    )

    it('a body that turns out to write gives the result of one run alone', () =>
      subject.with(async (store) => {
        await write(store, 'a=1', 'b=2')
        const { value } = await store.transact((t) => {
          const seen = texts(t.range(bytes('a'), bytes('z')))
          t.put(bytes('c'), bytes(String(seen.length)))
          seen.push(...texts(t.range(bytes('c'), bytes('z'))))
          return seen
        })
        expect(value).toEqual(['a=1', 'b=2', 'c=2'])
        expect(await contents(store)).toEqual(['a=1', 'b=2', 'c=2'])
      }))

    it('a promoted body sees what was committed since its snapshot', () =>
      subject.with(async (store) => {
        await write(store, 'n=0')
        // All take their snapshot before any of them is promoted.
        await Promise.all(
          Array.from({ length: 20 }, () =>
            store.transact((t) => {
              const n = Number(text(t.get(bytes('n'))))
              t.put(bytes('n'), bytes(String(n + 1)))
            }),
          ),
        )
        expect(await contents(store)).toEqual(['n=20'])
      }))
  })
}
