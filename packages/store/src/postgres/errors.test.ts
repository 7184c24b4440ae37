import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgresServer } from '../testing/postgres-server.ts'
import { openPostgresStore } from './postgres-store.ts'

let server: PostgresServer
let admin: pg.Client
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())
beforeEach(async () => {
  admin = new pg.Client({ connectionString: server.url() })
  await admin.connect()
})
afterEach(() => admin.end())

/** What the first transaction of a store there rejects with. */
const refusalAt = async (url: string, schema = 'vivarium') => {
  const store = openPostgresStore({ url, schema, connectTimeoutMs: 2_000 })
  try {
    return await store
      .transact(() => 0)
      .then(
        () => undefined,
        (error) => ({ name: error.name, code: error.code, message: error.message }),
      )
  } finally {
    await store.close()
  }
}
const withPath = (path: string) => {
  const url = new URL(server.url())
  url.pathname = path
  return String(url)
}

describe('opening a store on PostgreSQL', () => {
  it('what is not a URL is refused at once, without repeating it', () => {
    expect(() => openPostgresStore({ url: 'secret word' })).toThrow(
      expect.objectContaining({
        code: 'closed',
        message: 'The address of the store is not a URL.',
      }),
    )
  })

  it('a server that is not there, or does not let us in, says so without the password', async () => {
    await admin.query(`CREATE ROLE somebody LOGIN PASSWORD 'right'`)
    const wrong = server.url({ name: 'somebody', password: 'wrong-secret' })
    const refusals = [
      await refusalAt('postgres://u:wrong-secret@127.0.0.1:1/db'),
      await refusalAt('postgres://u:wrong-secret@nowhere.invalid/db'),
      await refusalAt(wrong),
      await refusalAt(withPath('/missing')),
    ]
    for (const [i, refusal] of refusals.entries()) {
      expect(refusal).toMatchObject({ name: 'StoreError', code: 'closed' })
      expect(refusal?.message).toContain(i < 2 ? 'cannot be reached' : 'lets nobody in')
      expect(refusal?.message).not.toContain('wrong-secret')
    }
    expect(refusals[2]?.message).toContain('password authentication failed')
  })

  it('a user who may not make tables is told so', async () => {
    await admin.query(`CREATE ROLE reader LOGIN PASSWORD 'right'`)
    const refusal = await refusalAt(server.url({ name: 'reader', password: 'right' }), 'new')
    expect(refusal).toMatchObject({ code: 'storage' })
    expect(refusal?.message).toContain('permission denied')
  })

  it('a newer format is refused, and nothing is changed', async () => {
    expect(await refusalAt(server.url(), 'newer')).toBeUndefined()
    await admin.query(`UPDATE newer.meta SET value = 2 WHERE name = 'format'`)
    const refusal = await refusalAt(server.url(), 'newer')
    expect(refusal).toMatchObject({ name: 'StoreError', code: 'format' })
    expect(refusal?.message).toContain('format 2')
  })

  it('tables of somebody else are refused', async () => {
    await admin.query(
      `CREATE SCHEMA foreign_one; CREATE TABLE foreign_one.meta (name text, value int)`,
    )
    await admin.query(`INSERT INTO foreign_one.meta VALUES ('theirs', 1)`)
    expect(await refusalAt(server.url(), 'foreign_one')).toMatchObject({ code: 'format' })
    await admin.query(`CREATE SCHEMA foreign_two; CREATE TABLE foreign_two.entry (id int)`)
    expect(await refusalAt(server.url(), 'foreign_two')).toMatchObject({ code: 'format' })
  })

  it('a store that could not be opened opens when it can', async () => {
    const store = openPostgresStore({ url: withPath('/later') })
    await expect(store.transact(() => 0)).rejects.toMatchObject({ code: 'closed' })
    await admin.query('CREATE DATABASE later')
    expect((await store.transact((t) => t.put(Buffer.of(1), Buffer.of(1)))).wrote).toBe(true)
    await store.close()
  })

  it('many stores may make the tables at the same moment', async () => {
    const stores = Array.from({ length: 12 }, () =>
      openPostgresStore({ url: server.url(), schema: 'all at once', connectionsMax: 3 }),
    )
    const write = (i: number) => stores[i]?.transact((t) => t.put(Buffer.of(i), Buffer.of(i)))
    await Promise.all(stores.map((_, i) => write(i)))
    const found = await stores[0]?.transact((t) => [...t.range(Buffer.of(0), Buffer.of(99))])
    expect(found?.value).toHaveLength(12)
    await Promise.all(stores.map((store) => store.close()))
  })
})

describe('a database that refuses', () => {
  it('a write to one that only reads fails, and what is read is read', async () => {
    const store = openPostgresStore({ url: server.url(), schema: 'standby' })
    await store.transact((t) => t.put(Buffer.of(1), Buffer.of(1)))
    await store.close()
    const url = `${server.url()}?options=-c%20default_transaction_read_only%3Don`
    const reading = openPostgresStore({ url, schema: 'standby' })
    expect((await reading.transact((t) => t.get(Buffer.of(1)))).value).toEqual(Buffer.of(1))
    await expect(reading.transact((t) => t.put(Buffer.of(1), Buffer.of(2)))).rejects.toMatchObject({
      name: 'StoreError',
      code: 'storage',
    })
    await reading.close()
  })
})
