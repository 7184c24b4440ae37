/**
 * What queries compute, in JavaScript: the references of sets and of evaluation. The server in
 * `servers/loop-server.ts` runs them.
 *
 * FQL's integers have 64 bits and wrap, which JavaScript has in BigInt alone; so the loops that count are
 * those over BigInts. Those over numbers, which are wrong beyond 2^53, show what exactness costs.
 */
import { groupSize, tagsOf } from './items.ts'

/** The name of a loop: what is given to the server. */
export type LoopName = keyof typeof loops

/** Items of the benchmarks of sets: each of two of their tags has 50,000 entries. */
export const setItems = 75_000

/** What the pure evaluation goes through: 1,000 times 100. */
export const outerNumbers: readonly number[] = Array.from({ length: 1_000 }, (_, i) => i)
export const innerNumbers: readonly number[] = Array.from({ length: 100 }, (_, i) => i)

/** Ids as long as those of documents, in the JSON in which a store of documents could keep them. */
const entriesOf = (test: (number: number) => boolean) =>
  JSON.stringify(
    Array.from({ length: setItems }, (_, i) => i)
      .filter(test)
      .map((i) => String(400_000_000_000_000_000n + BigInt(i))),
  )

const kept = {
  red: entriesOf((i) => tagsOf(i).includes('red')),
  green: entriesOf((i) => tagsOf(i).includes('green')),
  groups: JSON.stringify(
    Array.from({ length: setItems / groupSize }, (_, group) =>
      JSON.parse(entriesOf((i) => Math.floor(i / groupSize) === group)),
    ),
  ),
}

const read = (text: string): readonly string[] => JSON.parse(text)

/** Both sets, read anew. */
const both = () => [read(kept.red), read(kept.green)] as const

/** The numbers of a request that reduces them. */
const numbersIn = (request: unknown) => (request as { collection: readonly number[] }).collection

const wrapped = (value: bigint) => BigInt.asIntN(64, value)

/** From the request's JSON to what the answer holds. */
export const loops = {
  union: () => new Set([...read(kept.red), ...read(kept.green)]).size,
  intersection: () => {
    const [red, green] = both()
    const other = new Set(green)
    return red.filter((id) => other.has(id)).length
  },
  difference: () => {
    const [red, green] = both()
    const other = new Set(green)
    return red.filter((id) => !other.has(id)).length
  },
  join: () => {
    const groups: readonly (readonly string[])[] = JSON.parse(kept.groups)
    return new Set(groups.flat()).size
  },
  'union-page': () => {
    const ids = [...new Set([...read(kept.red), ...read(kept.green)])].sort()
    const collection = { '@ref': { id: 'Item', collection: { '@ref': { id: 'collections' } } } }
    return { data: ids.map((id) => ({ '@ref': { id, collection } })) }
  },
  reduce: (request: unknown) => {
    let total = 0n
    for (const number of numbersIn(request)) total = wrapped(total + BigInt(number))
    return Number(total)
  },
  'reduce-numbers': (request: unknown) => numbersIn(request).reduce((a, n) => a + n, 0),
  evaluation: () => {
    const [outer, inner] = [outerNumbers.map(BigInt), innerNumbers.map(BigInt)]
    let total = 0n
    for (const x of outer) {
      const part = inner.reduce((sum, y) => {
        const product = wrapped(x * y)
        return product > 100n ? wrapped(sum + product) : wrapped(sum - y)
      }, 0n)
      total = wrapped(total + part)
    }
    return Number(total)
  },
  'evaluation-numbers': () => {
    let total = 0
    for (const x of outerNumbers) {
      total += innerNumbers.reduce((sum, y) => {
        const product = x * y
        return product > 100 ? sum + product : sum - y
      }, 0)
    }
    return total
  },
} as const satisfies Record<string, (request: unknown) => unknown>
