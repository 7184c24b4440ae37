import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../store.ts'
import { openLmdbStore } from './lmdb-store.ts'
import { countKey, partsOf } from './parts.ts'
import { startProcess } from './start-process.ts'

/** Each kills two processes that write to one directory. */
const rounds = 6

let path = ''
beforeAll(() => {
  path = mkdtempSync(join(tmpdir(), 'vivarium-crash-'))
})
afterAll(() => rmSync(path, { recursive: true }))

describe('processes that are killed while they write', () => {
  const seed = Number(process.env.VIVARIUM_CRASH_SEED ?? Date.now() % 2 ** 31)

  it(`lose nothing acknowledged and leave nothing half done (VIVARIUM_CRASH_SEED=${seed})`, async () => {
    const moment = fc.record({ acknowledged: fc.nat({ max: 60 }), turns: fc.nat({ max: 200 }) })
    const moments = fc.sample(fc.tuple(moment, moment), { seed, numRuns: rounds })
    const acknowledged: string[] = []
    for (const [round, both] of moments.entries()) {
      const written = await Promise.all(
        both.map((when, i) =>
          writeUntilKilled(`round${round}-${i}`, 1 + ((round + i) % 4) * 3, when),
        ),
      )
      acknowledged.push(...written.flat())
      await check(acknowledged)
    }
    expect(acknowledged.length).toBeGreaterThan(rounds)
  })

  /** Lets a process acknowledge so much, and go on for some turns, before it is killed. */
  async function writeUntilKilled(
    name: string,
    concurrency: number,
    when: { readonly acknowledged: number; readonly turns: number },
  ): Promise<readonly string[]> {
    const child = startProcess([path, 'write', name, String(concurrency)])
    const lines: string[] = []
    while (lines.length <= when.acknowledged) lines.push((await child.lines.next()).value)
    for (let i = 0; i < when.turns; i++) await new Promise((resolve) => setImmediate(resolve))
    lines.push(...(await child.kill()))
    return lines
  }

  async function check(acknowledged: readonly string[]): Promise<void> {
    const store = openLmdbStore({ path })
    try {
      const { count, parts, times } = await everything(store)
      const transactions = new Map(times.map(([timestamp, what]) => [what, timestamp]))
      // Each is there with all its parts, at a time of its own, and is counted.
      expect(transactions.size).toBe(times.length)
      expect(count).toBe(times.length)
      const expected = times.flatMap(([, what]) => {
        const [writer = '', n] = what.split(' ')
        return partsOf(writer, Number(n))
      })
      expect(parts).toEqual(expected.toSorted())
      for (const line of acknowledged) {
        const [writer, n, timestamp] = line.split(' ')
        expect(transactions.get(`${writer} ${n}`)).toBe(timestamp)
      }
      expectInOrder(times)
      // The next to write is later than all of them.
      const { timestamp } = await store.transact(() => 0, { intent: 'write' })
      for (const [earlier] of times) expect(timestamp).toBeGreaterThan(BigInt(earlier))
    } finally {
      await store.close()
    }
  }
})

/** In the order of their times, each writer's transactions follow one another without a gap. */
function expectInOrder(times: readonly (readonly [timestamp: string, what: string])[]): void {
  const next = new Map<string, number>()
  for (const [, what] of times) {
    const [writer = '', n] = what.split(' ')
    expect(Number(n)).toBe(next.get(writer) ?? 0)
    next.set(writer, Number(n) + 1)
  }
}

async function everything(store: Store) {
  const { value } = await store.transact(
    (t) => {
      const parts: string[] = []
      for (const { key } of t.range(Buffer.from('part/'), Buffer.from('part0'))) {
        parts.push(Buffer.from(key).toString())
      }
      const times: [string, string][] = []
      for (const { key, value } of t.range(Buffer.from('time/'), Buffer.from('time0'))) {
        times.push([Buffer.from(key).toString().slice(5), Buffer.from(value).toString()])
      }
      return { parts, times, count: Number(Buffer.from(t.get(countKey) ?? '0').toString()) }
    },
    { intent: 'read' },
  )
  return value
}
