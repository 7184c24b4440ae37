/** How often a transaction waits for the database. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Transaction, TransactOptions } from '../store.ts'
import { type PostgresServer, startPostgresServer } from '../testing/postgres-server.ts'
import { openPostgresStore, type PostgresStore } from './postgres-store.ts'

let server: PostgresServer
let store: PostgresStore
let tests = 0
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())
beforeEach(async () => {
  store = openPostgresStore({ url: server.url(), schema: `round trips ${tests++}` })
  await store.transact((t) => {
    for (let n = 0; n < 1000; n++) t.put(key(n), key(n + 1))
  })
})
afterEach(() => store.close())

/** Keys in the order of numbers; each holds the next. */
const key = (n: number) => Buffer.from([n >> 8, n & 255])
const other = Buffer.from('other')

const trips = async (body: (t: Transaction) => unknown, options?: TransactOptions) => {
  const before = store.roundTrips
  await store.transact(body, options)
  return store.roundTrips - before
}

const take = (count: number, t: Transaction, expected?: number, reverse = false) => {
  let taken = 0
  const range = t.range(key(0), key(999), { reverse, ...(expected && { expected }) })
  for (const _ of range) if (++taken === count) return
}

describe('round trips of reads', () => {
  it('none if nothing is read, one for each read that follows from another', async () => {
    expect(await trips(() => 0)).toBe(0)
    expect(await trips((t) => t.get(key(1)))).toBe(1)
    expect(await trips((t) => t.get(t.get(t.get(key(1)) ?? other) ?? other))).toBe(3)
  })

  it('one for what the branches of `all` read together, keys and ranges', async () => {
    expect(await trips((t) => t.all(100, (i) => t.get(key(i))))).toBe(1)
    expect(
      await trips((t) => t.all(4, (i) => (i % 2 === 0 ? t.get(key(i)) : take(5, t, 5, i === 1)))),
    ).toBe(1)
  })

  it('two for a page and what it refers to', async () => {
    const page = (t: Transaction) => {
      const values: Uint8Array[] = []
      for (const { value } of t.range(key(0), key(999), { expected: 20 })) {
        if (values.push(value) === 20) break
      }
      return t.all(values.length, (i) => t.get(values[i] ?? other))
    }
    expect(await trips(page)).toBe(2)
  })

  it('one for as much of a range as is expected, and pages that grow beyond', async () => {
    for (const reverse of [false, true]) {
      expect(await trips((t) => take(64, t, undefined, reverse))).toBe(1)
      expect(await trips((t) => take(65, t, undefined, reverse))).toBe(2)
      expect(await trips((t) => take(128, t, undefined, reverse))).toBe(2)
      expect(await trips((t) => take(999, t, undefined, reverse))).toBe(4)
      expect(await trips((t) => take(999, t, 998, reverse))).toBe(2)
      expect(await trips((t) => take(9, t, 1, reverse))).toBe(3)
    }
  })

  it('one for all transactions that ask in the same turn', async () => {
    const before = store.roundTrips
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => store.transact((t) => t.get(key(i % 7)))),
    )
    expect(store.roundTrips - before).toBe(1)
  })
})

describe('round trips of writes', () => {
  it('one to commit, besides what is read', async () => {
    for (const intent of ['write', 'unknown'] as const) {
      expect(await trips((t) => t.put(key(1), other), { intent })).toBe(1)
      expect(await trips((t) => t.put(t.get(key(2)) ?? other, other), { intent })).toBe(2)
    }
  })

  it('two to create what must be unique: one to read, one to commit', async () => {
    const create = (t: Transaction) => {
      t.all(2, (i) => (i === 0 ? t.get(other) : [...t.range(key(2000), key(2001))]))
      t.put(other, key(t.newId() > 0n ? 1 : 0))
      t.put(key(2000), other)
    }
    expect(await trips(create, { intent: 'write' })).toBe(2)
    expect(await trips(create)).toBe(2)
  })

  it('none for a body that throws without reading, one less than a commit for one that read', async () => {
    const throws = async (body: (t: Transaction) => void) => {
      const before = store.roundTrips
      await expect(store.transact(body, { intent: 'write' })).rejects.toThrow('refused')
      return store.roundTrips - before
    }
    const refuse = () => {
      throw new Error('refused')
    }
    expect(await throws(refuse)).toBe(0)
    expect(
      await throws((t) => {
        t.get(key(1))
        refuse()
      }),
    ).toBe(1)
  })

  it('one for all that are committed together', async () => {
    const before = store.roundTrips
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => store.transact((t) => t.put(key(i), other))),
    )
    expect(store.roundTrips - before).toBe(1)
  })
})
