import { describe, expect, it } from 'vitest'
import { keyBytesMax } from '../store.ts'
import { bytes, contents, putAll, type Subject, write } from './subject.ts'

/** How long keys and values may be. */
export function describeLimits(subject: Subject): void {
  describe('limits', () => {
    it.each([0, 0x61, 0xff])('take a key of keyBytesMax bytes, all of them %i', (byte) =>
      subject.with(async (store) => {
        const key = Buffer.alloc(keyBytesMax, byte)
        await store.transact((t) => t.put(key, bytes('1')))
        const { value } = await store.transact((t) => [
          t.get(key) !== undefined,
          t.get(key.subarray(1)) !== undefined,
        ])
        expect(value).toEqual([true, false])
      }),
    )

    it.each(['put', 'delete'] as const)('refuse to %s a longer key, and all with it', (kind) =>
      subject.with(async (store) => {
        const key = Buffer.alloc(keyBytesMax + 1, 0x61)
        const refused = store.transact((t) => {
          putAll(t, ['a=1'])
          if (kind === 'put') t.put(key, bytes('1'))
          else t.delete(key)
        })
        await expect(refused).rejects.toMatchObject({ name: 'StoreError', code: 'key-too-long' })
        expect(await contents(store)).toEqual([])
      }),
    )

    it.each(['put', 'delete'] as const)('refuse to %s the empty key', (kind) =>
      subject.with(async (store) => {
        const refused = store.transact((t) => {
          putAll(t, ['a=1'])
          if (kind === 'put') t.put(bytes(''), bytes('1'))
          else t.delete(bytes(''))
        })
        await expect(refused).rejects.toThrow('at least one byte')
        expect(await contents(store)).toEqual([])
      }),
    )

    it.each([4_000, 40_000, 1_000_000, 9_000_000])('keep a value of %i bytes', (length) =>
      subject.with(async (store) => {
        const value = Buffer.alloc(length, 'vivarium')
        await store.transact((t) => {
          t.put(bytes('large'), value)
          t.put(bytes('small'), bytes('1'))
        })
        const read = await store.transact((t) => {
          const found = t.get(bytes('large'))
          const entries = [...t.range(bytes('a'), bytes('z'))]
          return [
            found !== undefined && value.equals(found),
            ...entries.map((entry) => entry.value.length),
          ]
        })
        expect(read.value).toEqual([true, length, 1])
        await write(store, 'large=')
        expect(await contents(store)).toEqual(['large=', 'small=1'])
      }),
    )

    it('take many writes in one transaction', () =>
      subject.with(async (store) => {
        const value = Buffer.alloc(200)
        await store.transact(
          (t) => {
            for (let i = 0; i < 20_000; i++) t.put(bytes(`key-${i}`), value)
          },
          { intent: 'write' },
        )
        const { value: count } = await store.transact((t) => {
          let found = 0
          for (const _ of t.range(bytes('key-'), bytes('key.'))) found++
          return found
        })
        expect(count).toBe(20_000)
      }))
  })
}
