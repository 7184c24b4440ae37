import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { contents, write } from './conformance/subject.ts'
import { bringUpToDate, contentRange, formatKey, type Migration, writeFormat } from './format.ts'
import { openLmdbStore } from './lmdb/lmdb-store.ts'
import { openMemoryStore } from './memory/memory-store.ts'
import { openPostgresStore } from './postgres/postgres-store.ts'
import type { Store } from './store.ts'
import { type PostgresServer, startPostgresServer } from './testing/postgres-server.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())

let schemas = 0

const homes: Record<string, () => { open(): Store; remove?(): void }> = {
  memory: () => {
    const store = openMemoryStore({ suspendReads: true })
    return { open: () => ({ ...store, close: async () => {} }) }
  },
  lmdb: () => {
    const path = mkdtempSync(join(tmpdir(), 'vivarium-format-'))
    return {
      open: () => openLmdbStore({ path }),
      remove: () => rmSync(path, { recursive: true }),
    }
  },
  postgres: () => {
    const schema = `format ${schemas++}`
    return { open: () => openPostgresStore({ url: server.url(), schema }) }
  },
}

/** Two entries a step: `shout` makes values upper case, `mark` adds a mark to them. */
function migration(name: string, change: (text: string) => string): Migration {
  return {
    name,
    step(transaction, next) {
      let left = 2
      for (const { key, value } of transaction.range(next ?? contentRange[0], contentRange[1])) {
        if (left-- === 0) return Uint8Array.from(key)
        transaction.put(
          Uint8Array.from(key),
          Buffer.from(change(Buffer.from(value).toString('latin1')), 'latin1'),
        )
      }
      return undefined
    },
  }
}

const shout = migration('shout', (text) => text.toUpperCase())
const mark = migration('mark', (text) => `${text}!`)

/** Keys behind the record, as everybody's are. */
const entry = (name: string, value: string) => `\xf0${name}=${value}`
const left = async (store: Store) => (await contents(store)).slice(1)

describe.each(Object.keys(homes))('on %s', (name) => {
  function withStores(): () => Store {
    const home = homes[name]?.()
    const opened: Store[] = []
    onTestFinished(async () => {
      for (const store of opened) await store.close()
      home?.remove?.()
    })
    return () => {
      const store = home?.open()
      if (store === undefined) throw new Error(name)
      opened.push(store)
      return store
    }
  }

  test('a new store is given the newest format, and nothing is migrated', async () => {
    const store = withStores()()
    const told: string[] = []
    await bringUpToDate(store, [shout, mark], ({ name }) => told.push(name))
    await bringUpToDate(store, [shout, mark], ({ name }) => told.push(name))
    expect(told).toEqual([])
    expect(await contents(store)).toEqual([`\xeff={"format":3}`])
  })

  test('a store without a record is of the first format, and goes through every migration', async () => {
    const store = withStores()()
    await write(store, ...[1, 2, 3, 4, 5].map((n) => entry(`k${n}`, 'value')))
    const told: string[] = []
    await bringUpToDate(store, [shout, mark], ({ name }) => told.push(name))
    expect(told).toEqual(['shout', 'mark'])
    expect(await contents(store)).toEqual([
      `\xeff={"format":3}`,
      ...[1, 2, 3, 4, 5].map((n) => entry(`k${n}`, 'VALUE!')),
    ])
  })

  test('an upgrade goes on where it was broken off, and does nothing twice', async () => {
    const store = withStores()()
    await write(store, ...[1, 2, 3, 4, 5].map((n) => entry(`k${n}`, 'value')))
    const broken: Migration = {
      ...mark,
      step(transaction, next) {
        if (next?.at(-1) === '5'.charCodeAt(0)) throw new Error('the power fails')
        return mark.step(transaction, next)
      },
    }
    await expect(bringUpToDate(store, [broken])).rejects.toThrow('the power fails')
    expect((await left(store)).at(-1)).toBe(entry('k5', 'value'))
    await bringUpToDate(store, [mark])
    expect(await left(store)).toEqual([1, 2, 3, 4, 5].map((n) => entry(`k${n}`, 'value!')))
  })

  test('several processes upgrade one store, and each entry once', async () => {
    const open = withStores()
    const stores = [open(), open(), open()]
    const [store] = stores
    if (store === undefined) throw new Error('no store')
    await write(store, ...Array.from({ length: 9 }, (_, n) => entry(`k${n}`, 'value')))
    await Promise.all(stores.map((one) => bringUpToDate(one, [mark])))
    expect(await left(store)).toEqual(Array.from({ length: 9 }, (_, n) => entry(`k${n}`, 'value!')))
  })

  test('a store that a newer version wrote is refused, and left as it is', async () => {
    const store = withStores()()
    await write(store, entry('k', 'value'))
    await bringUpToDate(store, [shout, mark])
    await expect(bringUpToDate(store, [shout])).rejects.toMatchObject({
      name: 'StoreError',
      code: 'format',
      message:
        'This store was written by a newer Vivarium (format 3; this one reads up to 2): start that version ' +
        'or a newer one, or restore a backup that this one made',
    })
    expect(await contents(store)).toEqual([`\xeff={"format":3}`, entry('k', 'VALUE!')])
  })

  test('a store whose upgrade to a newer format has begun is refused too', async () => {
    const store = withStores()()
    await store.transact((t) => writeFormat(t, { kind: 'upgrading', format: 2, from: 1 }))
    await expect(bringUpToDate(store, [])).rejects.toThrow('(format 2; this one reads up to 1)')
  })

  test('a store that is being restored is refused', async () => {
    const store = withStores()()
    await store.transact((t) => writeFormat(t, { kind: 'restoring', format: 1 }))
    await expect(bringUpToDate(store, [])).rejects.toThrow('run vivarium restore again')
  })

  test.each(['', '7', '{"format":"2"}', '{"format":0}'])(
    'a record %j is refused',
    async (value) => {
      const store = withStores()()
      await store.transact((t) => t.put(formatKey, Buffer.from(value)))
      await expect(bringUpToDate(store, [])).rejects.toMatchObject({
        code: 'format',
        message: 'The record of its format is damaged',
      })
    },
  )
})
