import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../store.ts'
import { openLmdbStore } from './lmdb-store.ts'
import { type OtherProcess, startProcess } from './start-process.ts'

let path = ''
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'vivarium.processes-'))
})
afterEach(() => rmSync(path, { recursive: true }))

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? '').toString()
const get = async (store: Store, key: string) =>
  (await store.transact((t) => text(t.get(Buffer.from(key))), { intent: 'read' })).value

describe('two processes with one directory', () => {
  const ask = async (other: OtherProcess, line: string) => {
    other.send(line)
    const { value } = await other.lines.next()
    const [timestamp = '', ...found] = String(value).split(' ')
    return { timestamp: BigInt(timestamp), found: found.join(' ') }
  }

  const withOther = async (
    args: readonly string[],
    test: (store: Store, other: OtherProcess) => Promise<void>,
  ) => {
    const store = openLmdbStore({ path })
    const other = startProcess([path, 'answer', ...args])
    expect((await other.lines.next()).value).toBe('ready')
    await test(store, other)
    await other.end()
    await store.close()
  }

  it('see each other’s commits at once, also when the files have grown', () =>
    withOther([], async (store, other) => {
      for (const length of [1, 100_000, 5_000_000, 10]) {
        const mine = 'm'.repeat(length)
        const theirs = 't'.repeat(length)
        await store.transact((t) => t.put(Buffer.from('mine'), Buffer.from(mine)))
        const hash = createHash('sha256').update(mine).digest('hex')
        expect((await ask(other, 'mine')).found).toBe(`${length} ${hash}`)
        await ask(other, `theirs=${theirs}`)
        expect((await get(store, 'theirs')) === theirs).toBe(true)
      }
    }))

  it('never commit at the same time, and later is later, though one clock is a minute behind', () =>
    withOther(['60000000'], async (store, other) => {
      const times: bigint[] = []
      const mine = async () => {
        for (let i = 0; i < 100; i++) {
          const { timestamp } = await store.transact((t) => t.put(Buffer.from('a'), Buffer.of(i)))
          times.push(timestamp)
        }
      }
      const theirs = async () => {
        for (let i = 0; i < 100; i++) times.push((await ask(other, `b=${i}`)).timestamp)
      }
      await Promise.all([mine(), theirs()])
      expect(new Set(times).size).toBe(200)
      let last = times.reduce((a, b) => (a > b ? a : b))
      for (let i = 0; i < 10; i++) {
        const { timestamp } = await store.transact((t) => t.put(Buffer.from('a'), Buffer.of(i)))
        const after = await ask(other, `b=${i}`)
        const read = await ask(other, 'a')
        expect(timestamp).toBeGreaterThan(last)
        expect(after.timestamp).toBeGreaterThan(timestamp)
        expect(read.timestamp).toBeGreaterThanOrEqual(after.timestamp)
        last = after.timestamp
      }
    }))

  it('a body reads from one moment however long it takes, while the other commits', async () => {
    const file = join(path, 'counted')
    const counted = () => (existsSync(file) ? Number(readFileSync(file)) : 0)
    const store = openLmdbStore({ path })
    const other = startProcess([path, 'count', file])
    while (counted() < 1) await new Promise((resolve) => setImmediate(resolve))
    for (let round = 0; round < 5; round++) {
      const { value } = await store.transact(
        (t) => {
          const first = text(t.get(Buffer.from('k10')))
          // The body holds this thread until the other process has committed twice since.
          while (counted() < Number(first) + 2) Atomics.wait(pause, 0, 0, 1)
          const seen = [first, text(t.get(Buffer.from('k59')))]
          for (const reverse of [false, true]) {
            const range = t.range(Buffer.from('k'), Buffer.from('l'), { reverse })
            seen.push(...Array.from(range, (entry) => text(entry.value)))
          }
          return seen
        },
        { intent: 'read' },
      )
      expect(value).toHaveLength(102)
      expect(new Set(value).size).toBe(1)
    }
    await store.close()
    await other.kill()
  })
})

const pause = new Int32Array(new SharedArrayBuffer(4))
