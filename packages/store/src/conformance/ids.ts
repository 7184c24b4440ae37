import { describe, expect, it } from 'vitest'
import type { Store, Transaction } from '../store.ts'
import { bytes, type Subject } from './subject.ts'

const start = 1_700_000_000_000_000n
const epochMillis = 1_336_258_850_000n

const drawn = async (store: Store, count: number): Promise<bigint[]> =>
  (await store.transact((t) => Array.from({ length: count }, () => t.newId()))).value

const isAscending = (ids: readonly bigint[]) =>
  ids.every((id, i) => i === 0 || (ids[i - 1] ?? 0n) < id)

/** What ids promise. */
export function describeIds(subject: Subject): void {
  describe('ids', () => {
    it('carry the time in milliseconds above twenty bits', () =>
      subject.with(
        async (store) => {
          const [id = 0n] = await drawn(store, 1)
          expect(id >> 20n).toBe(start / 1000n - epochMillis)
          expect(id).toBeGreaterThan(0n)
          expect(id).toBeLessThan(1n << 63n)
        },
        { now: () => start },
      ))

    it('ascend within a transaction, past a millisecond’s worth and a microsecond’s', () =>
      subject.with(
        async (store) => {
          const ids = await drawn(store, 3_000)
          expect(new Set(ids).size).toBe(3_000)
          expect(isAscending(ids)).toBe(true)
          // The ids reached into later microseconds, which belong to this transaction now.
          const next = await drawn(store, 1)
          expect(isAscending([...ids, ...next])).toBe(true)
        },
        { now: () => start + 998n },
      ))

    it('are greater than the ids of every transaction that committed before', () =>
      subject.with(
        async (store) => {
          const ids: bigint[] = []
          for (let i = 0; i < 30; i++) ids.push(...(await drawn(store, 2)))
          expect(isAscending(ids)).toBe(true)
        },
        { now: () => start },
      ))

    it('are none that the body finds in the store, on a clock that stands still', () =>
      subject.with(
        async (store) => {
          for (let i = 0; i < 5; i++) {
            const { value } = await store.transact((t) => {
              const key = bytes(String(t.newId()))
              const isTaken = t.get(key) !== undefined
              t.put(key, key)
              if (isTaken) throw new Error('taken')
              return isTaken
            })
            expect(value).toBe(false)
          }
        },
        { now: () => start },
      ))

    it('and the time may be what reads follow from, while others commit', () =>
      subject.with(async (store, more) => {
        const other = subject.keepsData ? await more() : store
        let isOver = false
        const noise = async (by: Store, name: string) => {
          for (let n = 0; !isOver; n++) {
            await by.transact((t) => t.put(bytes(name), bytes(String(n))))
            await new Promise((resolve) => setImmediate(resolve))
          }
        }
        const others = [noise(store, 'a'), noise(other, 'b')]
        const follow = (t: Transaction, id: bigint) => {
          const found = t.get(bytes(`id/${id}`)) ?? t.get(bytes(`again/${id}`))
          const range = t.range(bytes(`time/${t.timestamp}`), bytes(`time/${t.timestamp}/`))
          return [found, ...range].filter((one) => one !== undefined)
        }
        const told = await Promise.all(
          Array.from({ length: 20 }, async (_, i) => {
            const read = await store.transact((t) => follow(t, t.timestamp), { intent: 'read' })
            const intent = i % 2 === 0 ? 'write' : 'unknown'
            const wrote = await store.transact(
              (t) => {
                const id = t.newId()
                const found = follow(t, id)
                for (const kind of ['id', 'again']) t.put(bytes(`${kind}/${id}`), bytes('1'))
                return found
              },
              { intent, retries: 1000 },
            )
            return [...read.value, ...wrote.value]
          }),
        )
        isOver = true
        await Promise.all(others)
        expect(told.flat()).toEqual([])
      }))

    it('are no one else’s, however many draw at once', () =>
      subject.with(async (store) => {
        const ids = await Promise.all(Array.from({ length: 100 }, () => drawn(store, 3)))
        expect(new Set(ids.flat()).size).toBe(300)
      }))

    it('count as a write', () =>
      subject.with(async (store) => {
        const drew = await store.transact((t) => t.newId())
        expect(drew).toMatchObject({ wrote: true, bytesWritten: 0 })
        const after = await store.transact((t) => t.put(bytes('a'), bytes('1')))
        expect(after.timestamp).toBeGreaterThan(drew.timestamp)
      }))

    it('go on across stores of the same data, even if the next clock is behind', () =>
      subject.with(
        async (store, more) => {
          const first = await drawn(store, 2_500)
          await store.close()
          const next = await drawn(await more({ now: () => start }), 1)
          if (subject.keepsData) expect(isAscending([...first, ...next])).toBe(true)
          else expect(next[0]).toBe(first[0])
        },
        { now: () => start },
      ))
  })
}
