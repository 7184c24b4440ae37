import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Bytes, Entry, RangeOptions, Store, Transaction } from '../store.ts'
import { contents, type Subject, text, texts } from './subject.ts'

/** Few and short keys, so that they meet; bytes at the ends of the order, so that bounds are met too. */
const key = fc
  .array(fc.constantFrom(0x00, 0x01, 0x61, 0x62, 0xfe, 0xff), { minLength: 1, maxLength: 3 })
  .map((bytes): Bytes => Buffer.from(bytes))
const bound = fc.oneof(key, fc.constant(Buffer.alloc(0)), fc.constant(Buffer.alloc(2_000, 0xff)))
const value = fc.oneof(
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 4 }) },
  { weight: 1, arbitrary: fc.nat({ max: 9_000 }).map((length) => new Uint8Array(length)) },
)

const step = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), key }),
  fc.record({
    kind: fc.constant('range' as const),
    from: bound,
    to: bound,
    reverse: fc.boolean(),
    take: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
  }),
  fc.record({ kind: fc.constant('put' as const), key, value }),
  fc.record({ kind: fc.constant('delete' as const), key }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const transaction = fc.record({
  steps: fc.array(step, { maxLength: 8 }),
  intent: fc.constantFrom('write' as const, 'unknown' as const),
  throws: fc.boolean(),
  /** Whether it starts while the one before it is under way. */
  isConcurrent: fc.boolean(),
})
type Planned = typeof transaction extends fc.Arbitrary<infer T> ? T : never

/** Histories of transactions, compared with a sorted array. */
export function describeModel(subject: Subject): void {
  describe('model', () => {
    it('behaves as a sorted array to which transactions apply one after another', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(transaction, { maxLength: 12 }), (plan) =>
          subject.with((store) => compare(store, plan)),
        ),
        { numRuns: 60 },
      )
    })
  })
}

interface Outcome {
  readonly planned: Planned
  readonly seen: readonly string[]
  readonly timestamp: bigint
  readonly wrote: boolean
}

async function compare(store: Store, plan: readonly Planned[]): Promise<void> {
  const pending: Promise<Outcome | undefined>[] = []
  for (const planned of plan) {
    if (!planned.isConcurrent) await Promise.all(pending)
    pending.push(outcomeOf(store, planned))
  }
  const outcomes = (await Promise.all(pending)).filter((outcome) => outcome !== undefined)
  // A transaction that read alone comes after the write whose time it has. The sort is stable.
  outcomes.sort((a, b) => Number(a.timestamp - b.timestamp) || Number(b.wrote) - Number(a.wrote))
  const model = new SortedArray()
  for (const { planned, seen } of outcomes) {
    expect(seen).toEqual(planned.steps.map((one) => apply(model, one)))
  }
  expect(await contents(store)).toEqual(
    texts(model.range(Buffer.alloc(0), Buffer.alloc(2_000, 0xff))),
  )
}

/** Undefined for one that threw, of which nothing must be seen. */
async function outcomeOf(store: Store, planned: Planned): Promise<Outcome | undefined> {
  const undone = new Error('undone')
  try {
    const { value, timestamp, wrote } = await store.transact(
      (t) => {
        const seen = planned.steps.map((one) => apply(t, one))
        if (planned.throws) throw undone
        return seen
      },
      { intent: planned.intent },
    )
    return { planned, seen: value, timestamp, wrote }
  } catch (error) {
    if (error !== undone) throw error
    return undefined
  }
}

type Map = Pick<Transaction, 'get' | 'range' | 'put' | 'delete'>

function apply(map: Map, one: Step): string {
  switch (one.kind) {
    case 'get':
      return text(map.get(one.key)) ?? 'none'
    case 'range': {
      const taken: string[] = []
      for (const entry of map.range(one.from, one.to, { reverse: one.reverse })) {
        taken.push(...texts([entry]))
        if (taken.length >= one.take) break
      }
      return taken.join()
    }
    case 'put':
      map.put(one.key, one.value)
      return 'put'
    case 'delete':
      map.delete(one.key)
      return 'deleted'
  }
}

/** The simplest thing that could be right: it sorts and filters everything, each time. */
class SortedArray {
  #entries: Entry[] = []

  get(key: Bytes): Bytes | undefined {
    return this.#entries.find((entry) => Buffer.compare(entry.key, key) === 0)?.value
  }

  put(key: Bytes, value: Bytes): void {
    this.delete(key)
    this.#entries.push({ key, value })
    this.#entries.sort((a, b) => Buffer.compare(a.key, b.key))
  }

  delete(key: Bytes): void {
    this.#entries = this.#entries.filter((entry) => Buffer.compare(entry.key, key) !== 0)
  }

  range(from: Bytes, to: Bytes, { reverse = false }: RangeOptions = {}): readonly Entry[] {
    const within = this.#entries.filter(
      ({ key }) => Buffer.compare(from, key) <= 0 && Buffer.compare(key, to) < 0,
    )
    return reverse ? within.toReversed() : within
  }
}
