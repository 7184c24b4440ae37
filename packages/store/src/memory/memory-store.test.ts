import { describe, expect, it } from 'vitest'
import { describeStore } from '../conformance/describe-store.ts'
import { openMemoryStore } from './memory-store.ts'

describeStore('memory', () => ({ open: openMemoryStore }), { keepsData: false })

describeStore(
  'memory that suspends its reads',
  () => ({ open: (options) => openMemoryStore({ ...options, suspendReads: true }) }),
  { keepsData: false },
)

describe('round trips of a memory store that suspends its reads', () => {
  const key = (n: number) => Buffer.of(n)
  const open = async () => {
    const store = openMemoryStore({ suspendReads: true })
    await store.transact(
      (t) => {
        for (let n = 1; n < 10; n++) t.put(key(n), key(n + 1))
      },
      { intent: 'write' },
    )
    return store
  }

  it('one for each read that follows from another', async () => {
    const store = await open()
    await store.transact(
      (t) => {
        const second = t.get(t.get(key(1)) ?? key(0))
        return second
      },
      { intent: 'read' },
    )
    expect(store.roundTrips).toBe(2)
  })

  it('one for what the branches of `all` read together', async () => {
    const store = await open()
    await store.transact((t) => t.all(9, (i) => t.get(key(i + 1))), { intent: 'read' })
    expect(store.roundTrips).toBe(1)
    await store.transact(
      (t) =>
        t.all(3, (i) => {
          const next = t.get(key(i + 1)) ?? key(0)
          return t.all(2, (j) => (j === 0 ? t.get(next) : [...t.range(next, key(9))]))
        }),
      { intent: 'read' },
    )
    expect(store.roundTrips).toBe(3)
  })

  it('none for what the transaction wrote or read before', async () => {
    const store = await open()
    await store.transact(
      (t) => {
        t.put(key(1), key(5))
        t.get(key(1))
        t.get(key(2))
        t.get(key(2))
      },
      { intent: 'write' },
    )
    expect(store.roundTrips).toBe(1)
  })
})
