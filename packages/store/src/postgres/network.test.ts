/** What a network does that breaks in the worst moments, and one that hangs. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Store, Transaction } from '../store.ts'
import { type PostgresServer, startPostgresServer } from '../testing/postgres-server.ts'
import { type ProxyMode, startProxy, type TestProxy } from '../testing/proxy.ts'
import { openPostgresStore, type PostgresStoreOptions } from './postgres-store.ts'

let server: PostgresServer
let proxy: TestProxy
let store: Store
let schemas = 0
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())

const open = (options: Partial<PostgresStoreOptions> = {}) => {
  const url = new URL(server.url())
  url.port = String(proxy.port)
  return openPostgresStore({ url: String(url), schema: `network ${schemas}`, ...options })
}
beforeEach(async () => {
  schemas++
  proxy = await startProxy(Number(new URL(server.url()).port))
  store = open()
  await store.transact((t) => t.put(counter, Buffer.of(0)))
})
afterEach(async () => {
  await store.close()
  await proxy.close()
})

const counter = Buffer.from('counter')
const count = (t: Transaction) => t.get(counter)?.[0] ?? -1
const increment = (t: Transaction) => {
  const n = count(t) + 1
  t.put(counter, Buffer.of(n))
  return n
}
/** Increments to `n`, and has the proxy break before what the run wrote is sent: the first time alone. */
const once = (mode: ProxyMode, n: number) => {
  let hasBroken = false
  return (t: Transaction) => {
    const next = increment(t)
    if (next === n && !hasBroken) proxy.set(mode)
    hasBroken ||= next === n
    return next
  }
}
/** As the server has it, whatever the proxy does. */
const counted = async () => {
  const direct = openPostgresStore({ url: server.url(), schema: `network ${schemas}` })
  const { value } = await direct.transact(count)
  await direct.close()
  return value
}

describe('a connection that breaks', () => {
  it('while nobody uses it, or before the answer to a read, is replaced', async () => {
    const cut = proxy.cut()
    proxy.set('drop')
    const reading = store.transact(count)
    await cut
    proxy.set('pass')
    expect((await reading).value).toBe(0)
  })

  it('after the commit has reached the server: the commit counts, once', async () => {
    for (let n = 1; n < 5; n++) {
      const cut = proxy.cut()
      const writing = store.transact(once('mute', n))
      await cut
      expect(await counted()).toBe(n)
      proxy.set('pass')
      expect((await writing).value).toBe(n)
    }
    expect(await counted()).toBe(4)
  })

  it('before the commit has reached the server: it is sent again', async () => {
    for (let n = 1; n < 5; n++) {
      const cut = proxy.cut()
      const writing = store.transact(once('drop', n))
      await cut
      expect(await counted()).toBe(n - 1)
      proxy.set('pass')
      expect((await writing).value).toBe(n)
    }
    expect(await counted()).toBe(4)
  })

  it('for good, while it commits: the caller learns that the outcome is not known', async () => {
    const hasty = open({ settleTimeoutMs: 50 })
    await hasty.transact(count)
    const writing = hasty.transact((t) => {
      t.put(Buffer.from('a'), Buffer.of(1))
      proxy.set('drop')
    })
    await expect(writing).rejects.toMatchObject({ name: 'StoreError', code: 'unknown' })
    await expect(hasty.transact(count)).rejects.toMatchObject({ code: 'closed' })
    proxy.set('pass')
    expect((await hasty.transact(increment)).value).toBe(1)
    await hasty.close()
  })
})

describe('a network that hangs', () => {
  const hasty = { connectTimeoutMs: 2_000, statementTimeoutMs: 2_000, settleTimeoutMs: 300 }

  it('lets reads fail after a while, and work again when it does', async () => {
    const waiting = open(hasty)
    await waiting.transact(count)
    proxy.set('hang')
    await expect(waiting.transact(count)).rejects.toMatchObject({ code: 'closed' })
    proxy.set('pass')
    expect((await waiting.transact(count)).value).toBe(0)
    await waiting.close()
  })

  it('lets a commit end as unknown, and keeps nobody else from writing', async () => {
    const waiting = open(hasty)
    const writing = waiting.transact((t) => {
      t.put(Buffer.from('a'), Buffer.of(1))
      proxy.set('hang')
    })
    await expect(writing).rejects.toMatchObject({ code: expect.stringMatching(/unknown|closed/) })
    proxy.set('pass')
    expect((await waiting.transact(increment)).value).toBe(1)
    expect(await counted()).toBe(1)
    await waiting.close()
  })

  it('does not let one writer that is gone keep the others waiting for ever', async () => {
    // As if only the first words of a commit had arrived.
    const { default: pg } = await import('pg')
    const gone = new pg.Client({
      connectionString: server.url(),
      idle_in_transaction_session_timeout: 2_000,
    })
    gone.on('error', () => {})
    await gone.connect()
    await gone.query('BEGIN')
    await gone.query(`SELECT value FROM "network ${schemas}".meta WHERE name = 'last' FOR UPDATE`)
    expect((await store.transact(increment)).value).toBe(1)
    await gone.end()
  })
})
