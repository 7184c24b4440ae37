import { describe, expect, it } from 'vitest'
import { bytes, contents, putAll, type Subject, text, write } from './subject.ts'

class Refusal extends Error {}

/** What a body that throws leaves behind: nothing. */
export function describeErrors(subject: Subject): void {
  describe('errors', () => {
    it.each(['read', 'write', 'unknown'] as const)('%s: pass through as they are', (intent) =>
      subject.with(async (store) => {
        const refusal = new Refusal('no')
        await expect(
          store.transact(
            () => {
              throw refusal
            },
            { intent },
          ),
        ).rejects.toBe(refusal)
      }),
    )

    it.each(['read', 'write', 'unknown'] as const)(
      '%s: pass through after many reads that follow from one another',
      (intent) =>
        subject.with(async (store) => {
          const refusal = new Refusal('no')
          const refused = store.transact(
            (t) => {
              for (let n = 0; n < 40; n++) t.get(bytes(`k${n}`))
              throw refusal
            },
            { intent },
          )
          await expect(refused).rejects.toBe(refusal)
          expect(await contents(store)).toEqual([])
        }),
    )

    it('need not be Errors', () =>
      subject.with(async (store) => {
        const thrown = store.transact(
          (t) => {
            t.put(bytes('a'), bytes('1'))
            throw undefined
          },
          { intent: 'write' },
        )
        await expect(thrown).rejects.toBeUndefined()
        expect(await contents(store)).toEqual([])
      }))

    it.each(['write', 'unknown'] as const)('%s: undo every write of their body', (intent) =>
      subject.with(async (store) => {
        await write(store, 'a=1', 'b=2')
        const before = await store.transact((t) => t.timestamp, { intent: 'read' })
        await expect(
          store.transact(
            (t) => {
              putAll(t, ['a=changed', 'c=new'])
              t.delete(bytes('b'))
              t.newId()
              throw new Refusal('after writes')
            },
            { intent },
          ),
        ).rejects.toThrow(Refusal)
        expect(await contents(store)).toEqual(['a=1', 'b=2'])
        const after = await store.transact((t) => t.timestamp, { intent: 'read' })
        expect(after.value).toBeGreaterThanOrEqual(before.value)
      }),
    )

    it('concern nobody else who writes at the same time', () =>
      subject.with(async (store) => {
        await write(store, 'n=0')
        const outcomes = await Promise.allSettled(
          Array.from({ length: 30 }, (_, i) =>
            store.transact(
              (t) => {
                const n = Number(text(t.get(bytes('n'))))
                putAll(t, [`n=${n + 1}`, `by-${i}=${n}`])
                if (i % 3 === 0) throw new Refusal(`${i}`)
                return n
              },
              { intent: 'write' },
            ),
          ),
        )
        expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10)
        const values = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [o.value.value] : []))
        expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n))
        const left = await contents(store)
        expect(left).toContain('n=20')
        expect(left).toHaveLength(21)
      }))

    it('that the body itself catches leave its earlier writes standing', () =>
      subject.with(async (store) => {
        await store.transact(
          (t) => {
            putAll(t, ['a=1'])
            try {
              throw new Refusal('caught')
            } catch (error) {
              if (!(error instanceof Refusal)) throw error
            }
            putAll(t, ['b=2'])
          },
          { intent: 'write' },
        )
        expect(await contents(store)).toEqual(['a=1', 'b=2'])
      }))

    it('leave the store as usable as before', () =>
      subject.with(async (store) => {
        for (let i = 0; i < 20; i++) {
          await expect(
            store.transact((t) => {
              for (const _ of t.range(bytes('a'), bytes('z'))) throw new Refusal('iterating')
              putAll(t, ['a=1'])
              for (const _ of t.range(bytes('a'), bytes('z'))) throw new Refusal('iterating')
            }),
          ).rejects.toThrow('iterating')
        }
        await write(store, 'a=2')
        expect(await contents(store)).toEqual(['a=2'])
      }))
  })
}
