import { describe, expect, it } from 'vitest'
import { bytes, contents, putAll, type Subject, text, texts, write } from './subject.ts'

/** What `all` promises, whether reads suspend or not. */
export function describeAll(subject: Subject): void {
  describe('all', () => {
    it('gives the results of its branches in order', () =>
      subject.with(async (store) => {
        await write(store, 'k0=a', 'k1=b', 'k2=c')
        const { value } = await store.transact((t) => t.all(4, (i) => text(t.get(bytes(`k${i}`)))))
        expect(value).toEqual(['a', 'b', 'c', undefined])
      }))

    it('gives nothing for no branches', () =>
      subject.with(async (store) => {
        const { value } = await store.transact((t) =>
          t.all(0, () => {
            throw new Error('never run')
          }),
        )
        expect(value).toEqual([])
      }))

    it('nests, and its branches may read on from what they read', () =>
      subject.with(async (store) => {
        await write(store, 'a=c', 'b=d', 'c=1', 'd=2')
        const { value } = await store.transact((t) =>
          t.all(2, (i) => {
            const next = text(t.get(bytes('ab'.charAt(i)))) ?? ''
            return t.all(2, (j) =>
              j === 0 ? text(t.get(bytes(next))) : texts(t.range(bytes(next), bytes('z'))),
            )
          }),
        )
        expect(value).toEqual([
          ['1', ['c=1', 'd=2']],
          ['2', ['d=2']],
        ])
      }))

    it('ends with the error of the first branch that fails', () =>
      subject.with(async (store) => {
        await write(store, 'k0=0', 'k1=1', 'k2=2', 'k3=3')
        const failing = store.transact((t) =>
          t.all(4, (i) => {
            const found = text(t.get(bytes(`k${i}`)))
            if (i % 2 === 1) throw new Error(`branch ${found}`)
            return found
          }),
        )
        await expect(failing).rejects.toThrow('branch 1')
      }))

    it('does not let a later branch’s error overtake an earlier one that reads first', () =>
      subject.with(async (store) => {
        await write(store, 'k0=0')
        const failing = store.transact((t) =>
          t.all(2, (i) => {
            if (i === 1) throw new Error('the second, which reads nothing')
            throw new Error(`the first, which read ${text(t.get(bytes('k0')))}`)
          }),
        )
        await expect(failing).rejects.toThrow('the first, which read 0')
      }))

    it('lets branches write, and undoes all of them if one throws', () =>
      subject.with(async (store) => {
        const writeIn = (failing: number) =>
          store.transact((t) =>
            t.all(3, (i) => {
              t.get(bytes('x'))
              putAll(t, [`k${i}=${i}`])
              if (i === failing) throw new Error('undone')
            }),
          )
        await expect(writeIn(2)).rejects.toThrow('undone')
        expect(await contents(store)).toEqual([])
        await writeIn(-1)
        expect(await contents(store)).toEqual(['k0=0', 'k1=1', 'k2=2'])
      }))
  })
}
