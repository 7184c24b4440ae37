import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Store, Transaction } from '../store.ts'
import { bytes, contents, putAll, type Subject, text, texts, write } from './subject.ts'

const second = 1_000_000n
const start = 1_700_000_000n * second

/** What stores of the same data promise one another while they write at once, with clocks that disagree. */
export function describeShared(subject: Subject): void {
  describe('several stores', () => {
    /** Two stores of the same data, one clock three seconds behind; where data is not shared, one store twice. */
    const withTwo = (test: (stores: readonly [Store, Store]) => Promise<void>) => {
      let now = start
      return subject.with(
        async (store, more) =>
          test([store, subject.keepsData ? await more({ now: () => now++ - 3n * second }) : store]),
        { now: () => now++ },
      )
    }

    it('lose no read-modify-write, and their times follow the order of their effects', () =>
      withTwo(async (stores) => {
        const increment = (t: Transaction) => {
          const n = Number(text(t.get(bytes('n'))) ?? 0)
          putAll(t, [`n=${n + 1}`])
          return n
        }
        const committed = await Promise.all(
          stores.flatMap((store) =>
            Array.from({ length: 40 }, async () => [await persist(store, increment)]),
          ),
        )
        const byTime = committed.flat().toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
        expect(byTime.map(({ value }) => value)).toEqual(Array.from({ length: 80 }, (_, n) => n))
        expect(new Set(byTime.map(({ timestamp }) => timestamp)).size).toBe(80)
      }))

    it('see no phantoms: of those who add where nothing was, one does', () =>
      withTwo(async (stores) => {
        for (let round = 10; round < 20; round++) {
          const claim = (by: number) => (t: Transaction) => {
            const range = t.range(bytes(`r${round}`), bytes(`r${round + 1}`), { expected: 1 })
            for (const _ of range) return false
            putAll(t, [`r${round}-${by}=1`])
            return true
          }
          const claims = await Promise.all(
            stores.flatMap((store, i) => [0, 1, 2].map((j) => persist(store, claim(i * 3 + j)))),
          )
          expect(claims.filter(({ value }) => value)).toHaveLength(1)
        }
      }))

    it('see no phantoms: of those who remove the last but one, one does', () =>
      withTwo(async (stores) => {
        for (let round = 10; round < 20; round++) {
          await write(stores[0], `q${round}a=1`, `q${round}b=1`)
          const leave = (who: string) => (t: Transaction) => {
            const range = t.range(bytes(`q${round}`), bytes(`q${round + 1}`))
            if (texts(range).length < 2) return false
            t.delete(bytes(`q${round}${who}`))
            return true
          }
          const [a, b] = await Promise.all([
            persist(stores[0], leave('a')),
            persist(stores[1], leave('b')),
          ])
          expect([a.value, b.value].filter(Boolean)).toHaveLength(1)
        }
      }))

    it('see no phantom before, between or behind what they have read of a range', () =>
      withTwo(async ([reader, other]) => {
        for (const added of ['pa', 'pbb', 'pd']) {
          await write(reader, 'pb=1', 'pc=1')
          const count = (t: Transaction) => {
            const keys = texts(t.range(bytes('p'), bytes('q'), { expected: 1 }))
            putAll(t, [`count=${keys.length}`])
            return keys.length
          }
          const [counted, addition] = await Promise.all([
            persist(reader, count),
            write(other, `${added}=1`),
          ])
          expect(counted.value).toBe(counted.timestamp > addition ? 3 : 2)
          await reader.transact((t) => t.delete(bytes(added)))
        }
      }))

    it('that only read see one moment of what the others write', () =>
      withTwo(async ([writer, reader]) => {
        const keys = Array.from({ length: 12 }, (_, i) => `k${10 + i}`)
        await write(writer, ...keys.map((key) => `${key}=0`))
        let isOver = false
        const writing = (async () => {
          for (let n = 1; n <= 40; n++) await write(writer, ...keys.map((key) => `${key}=${n}`))
          isOver = true
        })()
        while (!isOver) {
          // Each read follows from the one before, so that a store that fetches does so many times.
          const { value } = await reader.transact(
            (t) => {
              const seen = new Set<string | undefined>()
              for (const key of keys) seen.add(text(t.get(bytes(key))))
              for (const entry of t.range(bytes('k'), bytes('l'), { expected: 2 })) {
                seen.add(text(entry.value))
              }
              return seen.size
            },
            { intent: 'read' },
          )
          expect(value).toBe(1)
          await new Promise((resolve) => setImmediate(resolve))
        }
        await writing
      }))

    it('give a time to each write as if all had run one after another', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 16 }), (changes) =>
          withTwo(async (stores) => {
            const outcomes = await Promise.all(
              changes.map(async (one) => {
                const committed = await persist(stores[one.store], (t) => apply(t, one))
                return { one, ...committed }
              }),
            )
            outcomes.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
            const model = new Map<string, string>()
            for (const { one, value } of outcomes) {
              expect(value).toEqual(seenIn(model, one))
              for (const key of one.puts) model.set(key, one.name)
              for (const key of one.deletes) model.delete(key)
            }
            const left = [...model].map(([key, value]) => `${key}=${value}`).sort()
            expect((await contents(stores[0])).filter((entry) => entry !== 'mark=')).toEqual(left)
          }),
        ),
        { numRuns: 25 },
      )
    })
  })
}

const letter = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const change = fc.record({
  store: fc.constantFrom(0 as const, 1 as const),
  name: fc.stringMatching(/^[a-z]{6}$/),
  gets: fc.array(letter, { maxLength: 2 }),
  ranges: fc.array(fc.tuple(letter, letter), { maxLength: 2 }),
  puts: fc.array(letter, { maxLength: 2 }),
  deletes: fc.array(letter, { maxLength: 1 }),
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

/** Reads, then writes; `mark` makes all of them write. */
function apply(t: Transaction, { gets, ranges, puts, deletes, name }: Change): string[] {
  const seen = gets.map((key) => text(t.get(bytes(key))) ?? 'none')
  for (const [from, to] of ranges) seen.push(texts(t.range(bytes(from), bytes(to))).join())
  for (const key of puts) putAll(t, [`${key}=${name}`])
  for (const key of deletes) t.delete(bytes(key))
  putAll(t, ['mark='])
  return seen
}

function seenIn(model: ReadonlyMap<string, string>, { gets, ranges }: Change): string[] {
  const within = ([from, to]: readonly [string, string]) =>
    [...model]
      .filter(([key]) => from <= key && key < to)
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join()
  return [...gets.map((key) => model.get(key) ?? 'none'), ...ranges.map(within)]
}

/** Commits, however often that takes while others change the same. */
function persist<T>(store: Store, body: (transaction: Transaction) => T) {
  return store.transact(body, { retries: 1000 })
}
