import { describe, expect, it } from 'vitest'
import { clockSkewMicrosMax, type Transaction } from '../store.ts'
import { bytes, contents, type Subject, write } from './subject.ts'

const start = 1_700_000_000_000_000n
const touch = (t: Transaction) => t.put(bytes('a'), bytes('1'))
const reading = { intent: 'read' } as const

/** What a transaction's time promises. */
export function describeTime(subject: Subject): void {
  describe('time', () => {
    /** A store whose clock is set by the test. */
    const withClock = (
      test: (
        clock: { now: bigint },
        ...given: Parameters<Parameters<Subject['with']>[0]>
      ) => Promise<void>,
    ) => {
      const clock = { now: start }
      return subject.with((store, more) => test(clock, store, more), { now: () => clock.now })
    }

    it('is the clock, for a read and for the first write', () =>
      withClock(async (clock, store) => {
        expect((await store.transact((t) => t.timestamp, reading)).timestamp).toBe(start)
        clock.now += 5n
        expect((await store.transact(touch)).timestamp).toBe(start + 5n)
      }))

    it('is the same in the body and outside', () =>
      withClock(async (_clock, store) => {
        const read = await store.transact((t) => t.timestamp, reading)
        expect(read.value).toBe(read.timestamp)
        const written = await store.transact((t) => {
          touch(t)
          return t.timestamp
        })
        expect(written.value).toBe(written.timestamp)
      }))

    it('of a write is later than every write before, on a clock that stands still or goes back', () =>
      withClock(async (clock, store) => {
        let last = 0n
        for (let i = 0; i < 20; i++) {
          const { timestamp } = await store.transact(touch)
          expect(timestamp).toBeGreaterThan(last)
          last = timestamp
          clock.now -= 1_000n
        }
      }))

    it('of a read is not before what it can see, on a clock that goes back', () =>
      withClock(async (clock, store) => {
        const { timestamp } = await store.transact(touch)
        clock.now -= 1_000_000n
        expect((await store.transact(() => 0, reading)).timestamp).toBe(timestamp)
      }))

    it('of a read is before what it cannot see, though that is being committed', () =>
      subject.with(async (store) => {
        for (let i = 0; i < 20; i++) {
          let isWritten = false
          const writing = store
            .transact((t) => t.put(bytes(`k${i}`), bytes('1')))
            .finally(() => {
              isWritten = true
            })
          const missed: bigint[] = []
          while (!isWritten) {
            const read = await store.transact((t) => t.get(bytes(`k${i}`)), reading)
            if (read.value === undefined) missed.push(read.timestamp)
            await new Promise(setImmediate)
          }
          const { timestamp } = await writing
          for (const time of missed) expect(time).toBeLessThan(timestamp)
        }
      }))

    it('is no one else’s, however many write at once', () =>
      subject.with(async (store) => {
        const committed = await Promise.all(
          Array.from({ length: 300 }, (_, i) =>
            store.transact(touch, { intent: i % 2 === 0 ? 'write' : 'unknown' }),
          ),
        )
        expect(new Set(committed.map(({ timestamp }) => timestamp)).size).toBe(300)
      }))

    it('of a body that threw, or wrote nothing, does not move the next', () =>
      withClock(async (_clock, store) => {
        await store.transact(touch)
        await expect(
          store.transact(
            (t) => {
              touch(t)
              throw new Error('undone')
            },
            { intent: 'write' },
          ),
        ).rejects.toThrow('undone')
        await store.transact(() => 0, { intent: 'write' })
        expect((await store.transact(touch)).timestamp).toBe(start + 1n)
      }))

    it('of a read is the clock, as soon as a write before it is answered', () =>
      withClock(async (clock, store) => {
        // One read after another, as a backend across a network loads them.
        const readMuch = (t: Transaction) => {
          for (const name of 'abcdefgh') t.get(bytes(name))
          touch(t)
        }
        const refuse = (t: Transaction) => {
          readMuch(t)
          throw new Error('refused')
        }
        for (const intent of ['write', 'unknown'] as const) {
          await expect(store.transact(refuse, { intent })).rejects.toThrow('refused')
          expect((await store.transact(() => 0, reading)).timestamp).toBe(clock.now)
          await store.transact(readMuch, { intent })
          clock.now += 5n
          expect((await store.transact(() => 0, reading)).timestamp).toBe(clock.now)
        }
      }))

    it('of a read that begins while others write is just before what it does not see, or the clock', () =>
      withClock(async (clock, store) => {
        for (let i = 0; i < 20; i++) {
          clock.now += 5n
          const writing = store.transact(touch, { intent: 'write' })
          const reads = [0, 1, 2].map(() =>
            store.transact((t) => t.get(bytes('a')) !== undefined, reading),
          )
          const written = await writing
          for (const read of await Promise.all(reads)) {
            if (read.value) expect(read.timestamp).toBeGreaterThanOrEqual(written.timestamp)
            else expect(read.timestamp).toBeLessThanOrEqual(written.timestamp)
            expect(read.timestamp).toBeGreaterThanOrEqual(clock.now - 1n)
          }
          await store.transact((t) => t.delete(bytes('a')))
          clock.now += 5n
        }
      }))

    it('is at least notBefore for a read, and later for a write', () =>
      withClock(async (_clock, store) => {
        const notBefore = start + 7_000n
        const read = await store.transact(() => 0, { ...reading, notBefore })
        expect(read.timestamp).toBe(notBefore)
        const written = await store.transact(touch, { notBefore })
        expect(written.timestamp).toBe(notBefore + 1n)
        expect((await store.transact(() => 0, reading)).timestamp).toBe(notBefore + 1n)
      }))

    it('is not changed by a notBefore in the past', () =>
      withClock(async (_clock, store) => {
        const notBefore = start - 7_000n
        const read = await store.transact(() => 0, { ...reading, notBefore })
        expect(read.timestamp).toBe(start)
        expect((await store.transact(touch, { notBefore })).timestamp).toBe(start)
      }))

    it.each(['read', 'write', 'unknown'] as const)(
      '%s: a notBefore may be ten seconds ahead of the clock, and no more',
      (intent) =>
        withClock(async (_clock, store) => {
          const most = start + clockSkewMicrosMax
          const read = await store.transact(() => 0, { intent, notBefore: most })
          expect(read.timestamp).toBeGreaterThanOrEqual(most)
          let runs = 0
          const refused = store.transact(() => runs++, { intent, notBefore: most + 1n })
          await expect(refused).rejects.toMatchObject({
            code: 'future',
            message: expect.stringContaining(String(most + 1n)),
          })
          expect(runs).toBe(0)
          expect(await contents(store)).toEqual([])
        }),
    )

    it('goes on across stores of the same data, even if the next clock is behind', () =>
      withClock(async (_clock, store, more) => {
        const { timestamp } = await store.transact(touch)
        await store.close()
        const next = await more({ now: () => start - 60_000_000n })
        if (subject.keepsData) {
          expect((await next.transact(() => 0, reading)).timestamp).toBe(timestamp)
          expect((await next.transact(touch)).timestamp).toBe(timestamp + 1n)
        } else {
          expect((await next.transact(touch)).timestamp).toBe(start - 60_000_000n)
        }
      }))

    it('is unique across stores that write to the same data at once', () =>
      withClock(async (_clock, store, more) => {
        const other = await more({ now: () => start - 1_000n })
        const times: bigint[] = []
        const lots = async (one: typeof store) => {
          for (let i = 0; i < 40; i++) times.push((await one.transact(touch)).timestamp)
        }
        await Promise.all([lots(store), lots(other)])
        if (subject.keepsData) expect(new Set(times).size).toBe(80)
        expect(times).toHaveLength(80)
      }))

    it('starts from the machine’s clock', () =>
      subject.with(async (store) => {
        const before = BigInt(Date.now()) * 1000n
        const timestamp = await write(store, 'a=1')
        const second = 1_000_000n
        expect(timestamp).toBeGreaterThan(before - second)
        expect(timestamp).toBeLessThan(BigInt(Date.now()) * 1000n + second)
      }))
  })
}
