import { describe, expect, it } from 'vitest'
import { bytes, contents, putAll, type Subject, text, texts, write } from './subject.ts'

/** What a transaction sees of its own writes. */
export function describeOwnWrites(subject: Subject): void {
  describe('own writes', () => {
    it('are what get gives', () =>
      subject.with(async (store) => {
        await write(store, 'a=old', 'b=old')
        const { value } = await store.transact((t) => {
          t.put(bytes('a'), bytes('new'))
          t.delete(bytes('b'))
          t.put(bytes('c'), bytes('new'))
          return ['a', 'b', 'c'].map((key) => text(t.get(bytes(key))))
        })
        expect(value).toEqual(['new', undefined, 'new'])
        expect(await contents(store)).toEqual(['a=new', 'c=new'])
      }))

    it.each([false, true])('are what range gives, in their places; reverse: %s', (reverse) =>
      subject.with(async (store) => {
        await write(store, 'b=old', 'd=old', 'f=old', 'h=old')
        const { value } = await store.transact((t) => {
          putAll(t, ['a=new', 'c=new', 'd=new', 'i=new'])
          t.delete(bytes('f'))
          t.delete(bytes('g'))
          const seen = [
            texts(t.range(bytes('a'), bytes('z'), { reverse })),
            texts(t.range(bytes('b'), bytes('d'), { reverse })),
            texts(t.range(bytes('e'), bytes('h'), { reverse })),
          ]
          return reverse ? seen.map((entries) => entries.toReversed()) : seen
        })
        expect(value).toEqual([
          ['a=new', 'b=old', 'c=new', 'd=new', 'h=old', 'i=new'],
          ['b=old', 'c=new'],
          [],
        ])
      }),
    )

    it('count as they are last: put and deleted is gone, deleted and put is there', () =>
      subject.with(async (store) => {
        await write(store, 'b=old')
        const { value } = await store.transact((t) => {
          putAll(t, ['a=new'])
          t.delete(bytes('a'))
          t.delete(bytes('b'))
          putAll(t, ['b=new', 'b=newer'])
          return [text(t.get(bytes('a'))), texts(t.range(bytes('a'), bytes('z')))]
        })
        expect(value).toEqual([undefined, ['b=newer']])
        expect(await contents(store)).toEqual(['b=newer'])
      }))

    it('made after a range was read are seen by the next', () =>
      subject.with(async (store) => {
        await write(store, 'a=1', 'b=2')
        const { value } = await store.transact((t) => {
          putAll(t, ['c=3'])
          const before = texts(t.range(bytes('a'), bytes('z')))
          putAll(t, ['bb=4'])
          t.delete(bytes('a'))
          return [before, texts(t.range(bytes('a'), bytes('z')))]
        })
        expect(value).toEqual([
          ['a=1', 'b=2', 'c=3'],
          ['b=2', 'bb=4', 'c=3'],
        ])
      }))

    it.each([false, true])('may be made while iterating; reverse: %s', (reverse) =>
      subject.with(async (store) => {
        const keys = Array.from({ length: 50 }, (_, n) => `k${String(n).padStart(2, '0')}`)
        await write(store, ...keys.map((key) => `${key}=old`))
        const { value } = await store.transact((t) => {
          const seen: string[] = []
          for (const { key } of t.range(bytes('k'), bytes('l'), { reverse })) {
            const name = text(key) ?? ''
            seen.push(name)
            t.delete(bytes(name))
            t.put(bytes(`moved-${name}`), bytes('new'))
          }
          return seen
        })
        expect(value).toEqual(reverse ? keys.toReversed() : keys)
        expect(await contents(store)).toEqual(keys.map((key) => `moved-${key}=new`))
      }),
    )

    it('made while iterating leave the order strict and give no key twice', () =>
      subject.with(async (store) => {
        await write(store, 'c=1', 'f=1', 'i=1')
        const { value } = await store.transact((t) => {
          putAll(t, ['d=2', 'g=2'])
          const seen: string[] = []
          for (const { key } of t.range(bytes('a'), bytes('z'))) {
            const name = text(key) ?? ''
            seen.push(name)
            putAll(t, ['b=3', 'e=3', 'h=3'])
            t.delete(bytes('g'))
            t.delete(bytes('f'))
          }
          return seen
        })
        expect(value).toEqual([...new Set(value)].sort())
        expect(value).toEqual(expect.arrayContaining(['c', 'd', 'i']))
        expect(await contents(store)).toEqual(['b=3', 'c=1', 'd=2', 'e=3', 'h=3', 'i=1'])
      }))

    it('are counted in bytes, also those that changed nothing', () =>
      subject.with(async (store) => {
        const { wrote, bytesWritten } = await store.transact((t) => {
          putAll(t, ['abc=12345', 'abc=1'])
          t.delete(bytes('none'))
        })
        expect([wrote, bytesWritten]).toEqual([true, 8 + 4 + 4])
      }))

    it('that delete what is absent are fine', () =>
      subject.with(async (store) => {
        await write(store, 'a=1')
        const { wrote } = await store.transact((t) => t.delete(bytes('b')))
        expect(wrote).toBe(true)
        expect(await contents(store)).toEqual(['a=1'])
      }))
  })
}
