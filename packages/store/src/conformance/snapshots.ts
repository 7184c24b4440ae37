import { describe, expect, it } from 'vitest'
import { type Snapshot, type Store, snapshotPageBytes } from '../store.ts'
import { bytes, contents, type Subject, texts, write } from './subject.ts'

/** What a snapshot shows, and what it keeps from nobody. */
export function describeSnapshots(subject: Subject): void {
  describe('snapshots', () => {
    it('an empty store has an empty one', () =>
      subject.with(async (store) => {
        const { timestamp, entries } = await take(store)
        expect(entries).toEqual([])
        expect(timestamp).toBe(0n)
      }))

    it('shows everything in the order of keys, and when it was last changed', () =>
      subject.with(async (store) => {
        await write(store, 'b=2', 'a=1', 'ab=3', 'zz=')
        const last = await write(store, 'c=4')
        const { timestamp, entries } = await take(store)
        expect(entries).toEqual(['a=1', 'ab=3', 'b=2', 'c=4', 'zz='])
        expect(timestamp).toBe(last)
      }))

    it('its time is not before any id that was given out', () =>
      subject.with(async (store) => {
        const { value, timestamp } = await store.transact((t) => {
          let id = 0n
          for (let i = 0; i < 3000; i++) id = t.newId()
          return id
        })
        const taken = await take(store)
        expect(taken.timestamp).toBeGreaterThan(timestamp)
        const next = await store.transact((t) => t.newId())
        expect(next.value).toBeGreaterThan(value)
        expect(next.timestamp).toBeGreaterThan(taken.timestamp)
      }))

    it('stays as it was while others write, who do not wait for it', () =>
      subject.with(async (store) => {
        const value = 'x'.repeat(snapshotPageBytes / 4)
        await write(store, ...Array.from({ length: 10 }, (_, i) => `k${i}=${value}`))
        const snapshot = await store.snapshot()
        const seen: string[] = []
        for await (const page of snapshot.pages) {
          seen.push(...texts(page))
          await write(store, `k9=changed`, 'l=new')
          await store.transact((t) => t.delete(bytes('k8')))
        }
        await snapshot.close()
        expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => `k${i}=${value}`))
        expect((await contents(store)).slice(-2)).toEqual(['k9=changed', 'l=new'])
      }))

    it('comes in pages of bounded size', () =>
      subject.with(async (store) => {
        const value = 'x'.repeat(snapshotPageBytes / 2)
        await write(store, ...Array.from({ length: 7 }, (_, i) => `k${i}=${value}`))
        const snapshot = await store.snapshot()
        let count = 0
        for await (const page of snapshot.pages) {
          expect(page.length).toBeLessThanOrEqual(2)
          count += page.length
        }
        await snapshot.close()
        expect(count).toBe(7)
      }))

    it('can be left before its end, closed twice, and taken again', () =>
      subject.with(async (store) => {
        await write(store, 'a=1')
        for (let i = 0; i < 20; i++) {
          const snapshot = await store.snapshot()
          for await (const page of snapshot.pages) {
            expect(texts(page)).toEqual(['a=1'])
            break
          }
          await snapshot.close()
          await snapshot.close()
        }
        expect((await take(store)).entries).toEqual(['a=1'])
      }))

    it('a closed store gives none', () =>
      subject.with(async (store) => {
        await store.close()
        await expect(store.snapshot()).rejects.toMatchObject({ code: 'closed' })
      }))

    it('a store that keeps data knows how much room it takes', () =>
      subject.with(async (store) => {
        await write(store, `a=${'x'.repeat(100_000)}`)
        const size = await store.sizeBytes()
        if (subject.keepsData) expect(size).toBeGreaterThan(1_000)
        else expect(size).toBeUndefined()
      }))
  })
}

async function take(store: Store): Promise<Pick<Snapshot, 'timestamp'> & { entries: string[] }> {
  const snapshot = await store.snapshot()
  try {
    const entries: string[] = []
    for await (const page of snapshot.pages) entries.push(...texts(page))
    return { timestamp: snapshot.timestamp, entries }
  } finally {
    await snapshot.close()
  }
}
