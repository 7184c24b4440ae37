import { describe, expect, it } from 'vitest'
import type { Entry, Transaction } from '../store.ts'
import { bytes, contents, type Subject, text, write } from './subject.ts'

/** Closing, opening again, and what outlives what. */
export function describeLifetime(subject: Subject): void {
  describe('lifetime', () => {
    it.each(['read', 'write', 'unknown'] as const)('%s: a closed store says so', (intent) =>
      subject.with(async (store) => {
        await store.close()
        let runs = 0
        const refused = store.transact(() => runs++, { intent })
        await expect(refused).rejects.toMatchObject({ name: 'StoreError', code: 'closed' })
        expect(runs).toBe(0)
      }),
    )

    it('closing waits for what is under way, and commits it', () =>
      subject.with(async (store, more) => {
        const writing = Array.from({ length: 50 }, (_, i) => write(store, `k${i}=${i}`))
        await Promise.all([store.close(), store.close()])
        const times = await Promise.all(writing)
        expect(new Set(times).size).toBe(50)
        const left = await contents(await more())
        expect(left).toHaveLength(subject.keepsData ? 50 : 0)
      }))

    it('closing twice is fine', () =>
      subject.with(async (store) => {
        await store.close()
        await store.close()
      }))

    it('data outlives the store if the backend keeps it', () =>
      subject.with(async (store, more) => {
        await write(store, 'a=1', 'b=2')
        await store.transact((t) => t.delete(bytes('a')))
        await store.close()
        expect(await contents(await more())).toEqual(subject.keepsData ? ['b=2'] : [])
      }))

    it('stores of the same data see each other’s commits at once', () =>
      subject.with(async (store, more) => {
        const other = await more()
        for (let i = 0; i < 20; i++) {
          const [writer, reader] = i % 2 === 0 ? [store, other] : [other, store]
          await write(writer, `n=${i}`)
          const { value } = await reader.transact((t) => text(t.get(bytes('n'))), {
            intent: 'read',
          })
          if (subject.keepsData) expect(value).toBe(String(i))
          else expect(value).not.toBe(String(i))
        }
      }))

    it('a transaction cannot be used after its body has ended', () =>
      subject.with(async (store) => {
        await write(store, 'a=1')
        for (const intent of ['read', 'write'] as const) {
          const { value } = await store.transact<Transaction[]>((t) => [t], { intent })
          const [ended] = value
          expect(() => ended?.get(bytes('a'))).toThrow('after its body has ended')
          expect(() => ended?.range(bytes('a'), bytes('b'))).toThrow('after its body has ended')
          expect(() => ended?.put(bytes('a'), bytes('2'))).toThrow('after its body has ended')
          expect(() => ended?.delete(bytes('a'))).toThrow('after its body has ended')
          expect(() => ended?.newId()).toThrow('after its body has ended')
        }
        expect(await contents(store)).toEqual(['a=1'])
      }))

    it('an iteration does not outlive its transaction', () =>
      subject.with(async (store) => {
        await write(store, 'a=1', 'b=2', 'c=3')
        const escaped = await store.transact((t) => {
          const range = t.range(bytes('a'), bytes('z'))
          const begun: Iterator<Entry> = range[Symbol.iterator]()
          begun.next()
          return { begun, range }
        })
        expect(escaped.value.begun.next().done).toBe(true)
        expect(() => [...escaped.value.range]).toThrow('after its body has ended')
        await write(store, 'a=2')
        expect(await contents(store)).toEqual(['a=2', 'b=2', 'c=3'])
      }))
  })
}
