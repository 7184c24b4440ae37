import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Store, StoreError, type Transaction } from '../store.ts'
import { type PostgresServer, startPostgresServer } from '../testing/postgres-server.ts'
import { openPostgresStore } from './postgres-store.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())

/** Each kills the server once, in the middle of commits. */
const rounds = 6
const writersPerStore = 8

const open = () => openPostgresStore({ url: server.url() })
const key = (text: string) => Buffer.from(text)
const counter = key('counter')
const partsOf = (name: string) => Array.from({ length: 5 }, (_, i) => `part/${name}/${i}`)

/** What became of a transaction, as its caller was told. */
interface Told {
  readonly name: string
  /** Its time, or the code of the error. */
  readonly outcome: bigint | StoreError['code']
}

/** Writes five parts and counts itself. */
async function write(store: Store, name: string): Promise<Told> {
  try {
    const { timestamp } = await store.transact((t) => {
      const count = Number(Buffer.from(t.get(counter) ?? '0').toString())
      for (const part of partsOf(name)) t.put(key(part), key(String(t.timestamp)))
      t.put(counter, key(String(count + 1)))
    })
    return { name, outcome: timestamp }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return { name, outcome: error.code }
  }
}

const seed = Number(process.env.VIVARIUM_CRASH_SEED ?? Date.now() % 2 ** 31)

it(`a server that is killed under load loses nothing acknowledged, leaves nothing half done, and does nothing it denied (VIVARIUM_CRASH_SEED=${seed})`, async () => {
  const moments = fc.sample(fc.nat({ max: 150 }), { seed, numRuns: rounds })
  const stores = [open(), open()]
  const told: Told[] = []
  for (const [round, moment] of moments.entries()) {
    let isOver = false
    let acknowledged = 0
    let onEnough = () => {}
    const enough = new Promise<void>((resolve) => {
      onEnough = resolve
    })
    let onRestart = () => {}
    const restarted = new Promise<void>((resolve) => {
      onRestart = resolve
    })
    const writers = stores.flatMap((store, s) =>
      Array.from({ length: writersPerStore }, async (_, w) => {
        for (let n = 0; !isOver; n++) {
          const one = await write(store, `${round}-${s}-${w}-${n}`)
          told.push(one)
          if (typeof one.outcome !== 'bigint') await restarted
          else if (++acknowledged > moment) onEnough()
        }
      }),
    )
    await enough
    await server.kill()
    // Everybody goes on meanwhile, and is refused.
    await server.start()
    isOver = true
    onRestart()
    await Promise.all(writers)
    await check(told)
  }
  expect(told.some(({ outcome }) => outcome === 'closed')).toBe(true)
  await Promise.all(stores.map((store) => store.close()))
}, 240_000)

async function check(told: readonly Told[]): Promise<void> {
  const store = open()
  const { value } = await store.transact(everything, { intent: 'read' })
  await store.close()
  // All parts of a transaction are there, at its time, or none; and each is counted once.
  const times = new Map<string, Set<string>>()
  const counts = new Map<string, number>()
  for (const [part, time] of value.parts) {
    const name = part.split('/')[1] ?? ''
    times.set(name, (times.get(name) ?? new Set()).add(time))
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  for (const [name, count] of counts) expect([name, count]).toEqual([name, 5])
  for (const [name, seen] of times) expect([name, seen.size]).toEqual([name, 1])
  expect(value.count).toBe(times.size)
  for (const { name, outcome } of told) {
    const [time] = times.get(name) ?? []
    if (typeof outcome === 'bigint') expect([name, time]).toEqual([name, String(outcome)])
    else if (outcome !== 'unknown') expect([name, time]).toEqual([name, undefined])
  }
}

function everything(t: Transaction) {
  const parts: [string, string][] = []
  for (const entry of t.range(key('part/'), key('part0'), { expected: 10_000 })) {
    parts.push([Buffer.from(entry.key).toString(), Buffer.from(entry.value).toString()])
  }
  return { parts, count: Number(Buffer.from(t.get(counter) ?? '0').toString()) }
}
