import { describe, expect, it } from 'vitest'
import type { Store } from '../store.ts'
import { bytes, contents, type Subject, text, texts, write } from './subject.ts'

/** Transactions behave as if they ran one after another, in the order of their times. */
export function describeOrder(subject: Subject): void {
  describe('order', () => {
    it('a commit is seen by every transaction that starts afterwards', () =>
      subject.with(async (store) => {
        for (let i = 0; i < 50; i++) {
          await write(store, `n=${i}`)
          const { value } = await store.transact((t) => text(t.get(bytes('n'))), { intent: 'read' })
          expect(value).toBe(String(i))
        }
      }))

    it('of concurrent read-modify-writes none is lost', () =>
      subject.with(async (store) => {
        const committed = await Promise.all(
          Array.from({ length: 200 }, (_, i) =>
            increment(store, i % 2 === 0 ? 'write' : 'unknown'),
          ),
        )
        const byTime = committed.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
        expect(byTime.map(({ value }) => value)).toEqual(Array.from({ length: 200 }, (_, n) => n))
        expect(await contents(store)).toEqual(['n=200'])
      }))

    it('two that each read what the other writes do not both see the old state', () =>
      subject.with(async (store) => {
        await write(store, 'a=free', 'b=free')
        const take = (own: string, other: string) =>
          store.transact((t) => {
            if (text(t.get(bytes(other))) === 'taken') return false
            t.put(bytes(own), bytes('taken'))
            return true
          })
        const [a, b] = await Promise.all([take('a', 'b'), take('b', 'a')])
        expect([a.value, b.value].filter((took) => took)).toHaveLength(1)
      }))

    it('two that each count a range and add to it do not both see the old count', () =>
      subject.with(async (store) => {
        const add = (key: string) =>
          store.transact((t) => {
            const count = texts(t.range(bytes('k'), bytes('l'))).length
            t.put(bytes(key), bytes(String(count)))
            return count
          })
        const counts = await Promise.all(['k1', 'k2', 'k3', 'k4'].map(add))
        expect(counts.map(({ value }) => value).toSorted()).toEqual([0, 1, 2, 3])
      }))

    it('a reader never sees a part of a transaction', () =>
      subject.with(async (store) => {
        const all = (n: number) => Array.from({ length: 20 }, (_, i) => `k${10 + i}=${n}`)
        await write(store, ...all(0))
        const writing = (async () => {
          for (let n = 1; n <= 30; n++) await write(store, ...all(n))
        })()
        let seen = ''
        while (seen !== '30') {
          const { value } = await store.transact(
            (t) => new Set(Array.from(t.range(bytes('k'), bytes('l')), (e) => text(e.value))),
            { intent: 'read' },
          )
          expect(value.size).toBe(1)
          seen = [...value][0] ?? ''
          await new Promise((resolve) => setImmediate(resolve))
        }
        await writing
      }))

    it('a transaction that only reads sees what its time says', () =>
      subject.with(async (store) => {
        const committed: { readonly n: number; readonly timestamp: bigint }[] = []
        const read = async () => {
          const { value, timestamp } = await store.transact(
            (t) => Number(text(t.get(bytes('n')))),
            {
              intent: 'read',
            },
          )
          return { n: value, timestamp }
        }
        const reads: { readonly n: number; readonly timestamp: bigint }[] = []
        await write(store, 'n=0')
        for (let n = 1; n <= 20; n++) {
          const [timestamp, before] = await Promise.all([write(store, `n=${n}`), read()])
          committed.push({ n, timestamp })
          reads.push(before, await read())
        }
        for (const { n, timestamp } of reads) {
          const written = committed.find((commit) => commit.n === n)
          if (written !== undefined) expect(timestamp).toBeGreaterThanOrEqual(written.timestamp)
        }
      }))
  })
}

function increment(store: Store, intent: 'write' | 'unknown') {
  return store.transact(
    (t) => {
      const n = Number(text(t.get(bytes('n'))) ?? 0)
      t.put(bytes('n'), bytes(String(n + 1)))
      return n
    },
    { intent },
  )
}
