import { describe, expect, it } from 'vitest'
import type { RangeOptions, Store } from '../store.ts'
import { bytes, type Subject, texts, write } from './subject.ts'

/** What `range` gives, from a store that is not written to meanwhile. */
export function describeRanges(subject: Subject): void {
  describe('ranges', () => {
    const withLetters = (test: (range: RangeOf) => Promise<void>) =>
      subject.with(async (store) => {
        await write(store, 'a=1', 'b=2', 'b\0=3', 'ba=4', 'c=5', '\xff=6', '\xff\xff=7')
        await test(rangeOf(store))
      })

    it('include their start and exclude their end', () =>
      withLetters(async (range) => {
        expect(await range('a', 'c')).toEqual(['a=1', 'b=2', 'b\0=3', 'ba=4'])
        expect(await range('b', 'b\0')).toEqual(['b=2'])
        expect(await range('aa', 'bz')).toEqual(['b=2', 'b\0=3', 'ba=4'])
      }))

    it('are the same backwards, last first', () =>
      withLetters(async (range) => {
        const reverse = { reverse: true }
        expect(await range('a', 'c', reverse)).toEqual(['ba=4', 'b\0=3', 'b=2', 'a=1'])
        expect(await range('b', 'b\0', reverse)).toEqual(['b=2'])
        expect(await range('aa', 'bz', reverse)).toEqual(['ba=4', 'b\0=3', 'b=2'])
        expect(await range('', '\xff\xff\xff', reverse)).toEqual(
          (await range('', '\xff\xff\xff')).toReversed(),
        )
      }))

    it('order keys as unsigned bytes, a proper prefix first', () =>
      withLetters(async (range) => {
        const all = ['a=1', 'b=2', 'b\0=3', 'ba=4', 'c=5', '\xff=6', '\xff\xff=7']
        expect(await range('', '\xff\xff\xff')).toEqual(all)
        expect(await range('\0', '\xff\xff\xff')).toEqual(all)
      }))

    it.each([{ reverse: false }, { reverse: true }])(
      'are empty when they end where they start, or before: %o',
      (direction) =>
        withLetters(async (range) => {
          expect(await range('b', 'b', direction)).toEqual([])
          expect(await range('c', 'a', direction)).toEqual([])
          expect(await range('', '', direction)).toEqual([])
          expect(await range('x', '', direction)).toEqual([])
        }),
    )

    it.each([{ reverse: false }, { reverse: true }])(
      'are empty where no key is, and one beyond either end is not theirs: %o',
      (direction) =>
        withLetters(async (range) => {
          expect(await range('d', 'e', direction)).toEqual([])
          expect(await range('', 'a', direction)).toEqual([])
          expect(await range('\xff\xff\0', '\xff\xff\xff', direction)).toEqual([])
        }),
    )

    it('take bounds that are longer than any key', () =>
      withLetters(async (range) => {
        const long = 'b'.repeat(5_000)
        expect(await range('b', long)).toEqual(['b=2', 'b\0=3', 'ba=4'])
        expect(await range(long, 'd')).toEqual(['c=5'])
        expect(await range(long, `${long}b`)).toEqual([])
        expect(await range('b', long, { reverse: true })).toEqual(['ba=4', 'b\0=3', 'b=2'])
      }))

    it('tell the longest key from a bound that begins with it', () =>
      subject.with(async (store) => {
        const longest = 'k'.repeat(1_900)
        await write(store, `${longest}=1`)
        const range = rangeOf(store)
        expect(await range(longest, `${longest}\0`)).toEqual([`${longest}=1`])
        expect(await range(`${longest}\0`, 'l')).toEqual([])
        expect(await range('k', `${longest}k`)).toEqual([`${longest}=1`])
        expect(await range('k', longest)).toEqual([])
      }))

    it('give the same whatever number of entries is expected', () =>
      withLetters(async (range) => {
        for (const expected of [1, 2, 1_000]) {
          expect(await range('a', 'c', { expected })).toEqual(['a=1', 'b=2', 'b\0=3', 'ba=4'])
        }
      }))

    it('can be abandoned, nested and iterated again', () =>
      subject.with(async (store) => {
        await write(store, 'a=1', 'b=2', 'c=3')
        const { value } = await store.transact((t) => {
          const range = t.range(bytes('a'), bytes('z'))
          const first = range[Symbol.iterator]().next()
          const pairs: string[] = []
          for (const outer of range) {
            for (const inner of t.range(bytes('b'), bytes('z'), { reverse: true })) {
              pairs.push(...texts([outer]), ...texts([inner]))
              break
            }
          }
          return [first.done ?? false, pairs, texts(range)]
        })
        expect(value).toEqual([
          false,
          ['a=1', 'c=3', 'b=2', 'c=3', 'c=3', 'c=3'],
          ['a=1', 'b=2', 'c=3'],
        ])
      }))

    it('span more entries than any page', () =>
      subject.with(async (store) => {
        const keys = Array.from({ length: 5_000 }, (_, n) => String(n).padStart(6, '0'))
        await write(store, ...keys.map((key) => `${key}=${key}`))
        const range = rangeOf(store)
        const expected = keys.map((key) => `${key}=${key}`)
        expect(await range('', 'a')).toEqual(expected)
        expect(await range('', 'a', { reverse: true })).toEqual(expected.toReversed())
      }))
  })
}

type RangeOf = (from: string, to: string, options?: RangeOptions) => Promise<string[]>

function rangeOf(store: Store): RangeOf {
  return async (from, to, options) => {
    const { value } = await store.transact((t) => texts(t.range(bytes(from), bytes(to), options)), {
      intent: 'read',
    })
    return value
  }
}
