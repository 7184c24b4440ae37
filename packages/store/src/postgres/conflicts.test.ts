/** What happens when others commit between the reads of a transaction and its own commit. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { clockMicros } from '../run.ts'
import type { Transaction, TransactOptions } from '../store.ts'
import { type PostgresServer, startPostgresServer } from '../testing/postgres-server.ts'
import { startProxy, type TestProxy } from '../testing/proxy.ts'
import { openPostgresStore, type PostgresStore } from './postgres-store.ts'

let server: PostgresServer
let proxy: TestProxy
let store: PostgresStore
let other: PostgresStore
let schemas = 0
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())
beforeEach(async () => {
  const schema = `conflicts ${schemas++}`
  const url = new URL(server.url())
  proxy = await startProxy(Number(url.port))
  url.port = String(proxy.port)
  store = openPostgresStore({ url: String(url), schema })
  // A clock that is always ahead.
  other = openPostgresStore({ url: server.url(), schema, now: () => clockMicros() + 5_000_000n })
  await other.transact((t) => {
    for (const letter of 'acegi') t.put(key(letter), key('old'))
  })
})
afterEach(async () => {
  await store.close()
  await other.close()
  await proxy.close()
})

const key = (text: string) => Buffer.from(text)
const keys = (t: Transaction, from: string, to: string, count = 99, reverse = false) => {
  const found: string[] = []
  for (const entry of t.range(key(from), key(to), { expected: 3, reverse })) {
    found.push(Buffer.from(entry.key).toString())
    if (found.length === count) break
  }
  return found.join('')
}

/**
 * Runs `read`, writes, and has the other store commit each of `changes` between the reads of one attempt
 * and its commit: the proxy keeps the commit back.
 */
async function meanwhile<T>(
  read: (t: Transaction) => T,
  changes: readonly ((t: Transaction) => void)[],
  options?: TransactOptions,
) {
  await store.transact(() => 0)
  const [before, left] = [store.roundTrips, [...changes]]
  let committing: Promise<unknown> = Promise.resolve()
  const committed = store.transact(
    (t) => {
      const value = read(t)
      const change = left.shift()
      if (change !== undefined) {
        proxy.set('hang')
        committing = other.transact(change).then(() => proxy.set('pass'))
      }
      t.put(key('result'), key('1'))
      return value
    },
    { intent: 'write', ...options },
  )
  const { value, conflicts, timestamp } = await committed
  await committing
  return { value, conflicts, timestamp, trips: store.roundTrips - before }
}

const put =
  (letter: string, value = 'new') =>
  (t: Transaction) =>
    t.put(key(letter), key(value))
const remove = (letter: string) => (t: Transaction) => t.delete(key(letter))
const get = (letter: string) => (t: Transaction) => t.get(key(letter))?.toString()

it('a key that was changed, made or removed brings what it holds now, at one round trip', async () => {
  expect(await meanwhile(get('a'), [put('a')])).toMatchObject({
    value: 'new',
    conflicts: 1,
    trips: 3,
  })
  expect(await meanwhile(get('b'), [put('b')])).toMatchObject({ value: 'new', conflicts: 1 })
  expect(await meanwhile(get('c'), [remove('c')])).toMatchObject({ value: undefined, conflicts: 1 })
})

it('a key that was written as it was counts as changed, one that was not touched does not', async () => {
  expect(await meanwhile(get('a'), [put('a', 'old')])).toMatchObject({ conflicts: 1 })
  expect(await meanwhile(get('a'), [put('b')])).toMatchObject({ value: 'old', conflicts: 0 })
})

it.each([false, true])(
  'an entry that appears in a range, changes or goes is seen; reverse: %s',
  async (reverse) => {
    const all = (t: Transaction) => keys(t, 'a', 'z', 99, reverse)
    const order = (text: string) => (reverse ? [...text].reverse().join('') : text)
    for (const [change, left] of [
      [put('d'), 'acdegi'],
      [put('k'), 'acdegik'],
      [remove('c'), 'adegik'],
      [remove('a'), 'degik'],
      [put('e'), 'degik'],
    ] as const) {
      await other.transact(remove('result'))
      const { value, conflicts } = await meanwhile(all, [change])
      expect([value, conflicts]).toEqual([order(left), 1])
    }
  },
)

it('a range that was empty is no longer', async () => {
  const empty = (t: Transaction) => keys(t, 'j', 'k')
  expect(await meanwhile(empty, [put('jj')])).toMatchObject({ value: 'jj', conflicts: 1 })
  const gone = (t: Transaction) => keys(t, 'j', 'k')
  expect(await meanwhile(gone, [remove('jj')])).toMatchObject({ value: '', conflicts: 1 })
})

it('what lies beyond the entries that were taken does not matter, though it was fetched', async () => {
  const two = (t: Transaction) => keys(t, 'a', 'z', 2)
  expect(await meanwhile(two, [put('d')])).toMatchObject({ value: 'ac', conflicts: 0 })
  expect(await meanwhile(two, [put('b')])).toMatchObject({ value: 'ab', conflicts: 1 })
  const last = (t: Transaction) => keys(t, 'a', 'h', 2, true)
  expect(await meanwhile(last, [put('bb')])).toMatchObject({ value: 'ge', conflicts: 0 })
  expect(await meanwhile(last, [put('f')])).toMatchObject({ value: 'gf', conflicts: 1 })
})

it('a commit whose time has passed runs again at a later one, which is no conflict', async () => {
  let time = 0n
  const { conflicts, timestamp, trips } = await meanwhile(get('a'), [
    (t) => {
      put('x')(t)
      time = t.timestamp
    },
  ])
  expect([conflicts, trips]).toEqual([0, 3])
  expect(timestamp).toBeGreaterThan(time)
})

it('who has lost twice keeps the others out the third time', async () => {
  const changes = ['1', '2'].map((value) => put('a', value))
  expect(await meanwhile(get('a'), changes)).toMatchObject({ value: '2', conflicts: 2 })
})

it('no more conflicts are answered than the caller allows, and nothing is written', async () => {
  await expect(meanwhile(get('a'), [put('a')], { retries: 0 })).rejects.toMatchObject({
    name: 'StoreError',
    code: 'conflict',
  })
  expect((await other.transact(get('result'))).value).toBeUndefined()
})

it('one that reads one thing after another before it writes keeps nobody waiting', async () => {
  await store.transact(() => 0)
  let committing: Promise<unknown> | undefined
  const chain = (t: Transaction) => {
    for (const letter of 'abcdefgh') {
      t.get(key(letter))
      if (letter !== 'f' || committing !== undefined) continue
      // Its next answer comes when the other has committed.
      proxy.set('hang')
      committing = other.transact(put('z')).then(() => proxy.set('pass'))
    }
    t.put(key('result'), key('1'))
  }
  const { conflicts } = await store.transact(chain, { intent: 'write' })
  await committing
  expect(conflicts).toBe(0)
})
