import { describe, expect, it } from 'vitest'
import { bytes, contents, type Subject, text, write } from './subject.ts'

/** What `get` gives. */
export function describeReads(subject: Subject): void {
  describe('reads', () => {
    it('find nothing in an empty store', () =>
      subject.with(async (store) => {
        const { value } = await store.transact((t) => t.get(bytes('a')))
        expect(value).toBeUndefined()
        expect(await contents(store)).toEqual([])
      }))

    it('find what was committed, byte for byte', () =>
      subject.with(async (store) => {
        const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
        await store.transact((t) => t.put(every, every.toReversed()))
        const { value } = await store.transact((t) => Buffer.from(t.get(every) ?? []))
        expect(value).toEqual(Buffer.from(every.toReversed()))
      }))

    it('tell an empty value from none', () =>
      subject.with(async (store) => {
        await write(store, 'empty=')
        const { value } = await store.transact((t) => [
          text(t.get(bytes('empty'))),
          text(t.get(bytes('none'))),
        ])
        expect(value).toEqual(['', undefined])
        expect(await contents(store)).toEqual(['empty='])
      }))

    it('do not take a prefix for the key', () =>
      subject.with(async (store) => {
        await write(store, 'ab=1')
        const { value } = await store.transact((t) =>
          ['a', 'ab', 'abc', 'ab\0'].map((key) => text(t.get(bytes(key)))),
        )
        expect(value).toEqual([undefined, '1', undefined, undefined])
      }))

    it('find nothing under a key that cannot exist', () =>
      subject.with(async (store) => {
        await write(store, 'a=1')
        const { value } = await store.transact((t) => [
          t.get(new Uint8Array(0)),
          t.get(Buffer.alloc(1_901, 0x61)),
          t.get(Buffer.alloc(100_000, 0x61)),
        ])
        expect(value).toEqual([undefined, undefined, undefined])
      }))

    it('lend bytes that stay as they are for the rest of the transaction', () =>
      subject.with(async (store) => {
        await write(store, 'a=first', 'b=second', `c=${'x'.repeat(70_000)}`, 'd=fourth')
        const read = await store.transact(
          (t) => {
            const [a, b] = [t.get(bytes('a')), t.get(bytes('b'))]
            const all = [...t.range(bytes('a'), bytes('z'))]
            t.get(bytes('c'))
            t.get(bytes('d'))
            return [text(a), text(b), ...all.map((entry) => text(entry.key)), text(all[1]?.value)]
          },
          { intent: 'read' },
        )
        expect(read.value).toEqual(['first', 'second', 'a', 'b', 'c', 'd', 'second'])
      }))

    it('lend bytes in the same way to a transaction that writes', () =>
      subject.with(async (store) => {
        await write(store, 'a=first', 'b=second')
        await store.transact((t) => {
          const a = t.get(bytes('a'))
          const b = t.get(bytes('b'))
          // What was read may be written as it is: it is copied at the commit at the latest.
          if (a !== undefined && b !== undefined) {
            t.put(bytes('a'), b)
            t.put(bytes('b'), a)
          }
        })
        expect(await contents(store)).toEqual(['a=second', 'b=first'])
      }))

    it('accept keys and values that are views into the middle of a buffer', () =>
      subject.with(async (store) => {
        const whole = new Uint8Array(Buffer.from('xxkeyvaluexx'))
        await store.transact((t) => t.put(whole.subarray(2, 5), whole.subarray(5, 10)))
        const { value } = await store.transact((t) => text(t.get(whole.subarray(2, 5))))
        expect(value).toBe('value')
        expect(await contents(store)).toEqual(['key=value'])
      }))
  })
}
