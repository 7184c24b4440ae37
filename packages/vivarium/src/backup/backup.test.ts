/** Backups through every backend, and what a restore refuses. */
import { createHash, randomBytes } from 'node:crypto'
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  contentRange,
  openLmdbStore,
  openMemoryStore,
  type Store,
  snapshotPageBytes,
  writeFormat,
} from '@vivarium/store'
import { openPostgresStore } from '@vivarium/store/postgres'
import { type PostgresServer, startPostgresServer } from '@vivarium/store/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { storeFormat } from '../start/store-format.ts'
import { temporaryDirectory } from '../testing/vivarium-process.ts'
import { backup } from './backup.ts'
import { restore } from './restore.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())

let schemas = 0

const backends: Record<string, () => Store> = {
  memory: () => openMemoryStore(),
  lmdb: () => openLmdbStore({ path: temporaryDirectory() }),
  postgres: () => openPostgresStore({ url: server.url(), schema: `backup ${schemas++}` }),
}

function open(name: string): Store {
  const store = backends[name]?.()
  if (store === undefined) throw new Error(`There is no backend ${name}`)
  onTestFinished(() => store.close())
  return store
}

/** Everything, as pairs of texts. */
async function contents(store: Store): Promise<[string, string][]> {
  const { value } = await store.transact((transaction) =>
    [...transaction.range(...contentRange)].map(({ key, value }): [string, string] => [
      Buffer.from(key).toString('hex'),
      Buffer.from(value).toString('hex'),
    ]),
  )
  return value
}

async function write(store: Store, entries: Iterable<readonly [string, Uint8Array]>) {
  const { timestamp } = await store.transact((transaction) => {
    for (const [key, value] of entries)
      transaction.put(Buffer.from(`\u00f0${key}`, 'latin1'), value)
  })
  return timestamp
}

const directory = () => path.join(temporaryDirectory(), 'backup')

/** A backup of three entries. */
async function madeBackup(): Promise<string> {
  const store = open('memory')
  await write(
    store,
    [1, 2, 3].map((n) => [`k${n}`, Buffer.from(`value ${n}`)]),
  )
  const made = directory()
  await backup(store, made)
  return made
}

describe('what was backed up comes back', () => {
  const names = Object.keys(backends)
  const ways = names.flatMap((from) => names.map((to) => [from, to] as const))

  test.each(ways)('from %s into %s', async (from, to) => {
    const entry = fc.tuple(
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(3 * snapshotPageBytes).map((length) => Buffer.alloc(length, 7)),
      ),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 12 }), async (entries) => {
        const [source, target] = [open(from), open(to)]
        const last = entries.length === 0 ? 0n : await write(source, entries)
        const made = directory()
        const { entries: count, timestamp } = await backup(source, made)
        expect(BigInt(timestamp)).toBe(last)
        await restore(target, made)
        const found = await contents(target)
        expect(found).toEqual(await contents(source))
        expect(found).toHaveLength(count)
        expect(await write(target, [['later', Buffer.alloc(0)]])).toBeGreaterThan(last)
      }),
      { numRuns: 4 },
    )
  })

  test.each(names)('%s: more entries than one transaction takes', async (name) => {
    const [source, target] = [open(name), open(name)]
    const values = Array.from({ length: 7000 }, (_, n) => [`k${n}`, randomBytes(20)] as const)
    await write(source, values)
    const made = directory()
    const seen: number[] = []
    await backup(source, made)
    await restore(target, made, { progressOf: () => (done) => seen.push(done.entries) })
    expect(await contents(target)).toEqual(await contents(source))
    expect(seen).toEqual([2000, 4000, 6000, 7000])
  })
})

test.each(Object.keys(backends))(
  '%s: a backup that is taken while a writer writes is of one moment',
  async (name) => {
    const store = open(name)
    const keys = Array.from({ length: 12 }, (_, i) => `k${10 + i}`)
    const set = (n: number) =>
      write(
        store,
        keys.map((key) => [key, Buffer.alloc(snapshotPageBytes / 4, n)]),
      )
    await set(0)
    let isOver = false
    const writing = (async () => {
      for (let n = 1; !isOver; n = (n + 1) % 256) {
        await set(n)
        // In memory nothing else would ever have its turn.
        await nextTurn()
      }
    })()
    const made = directory()
    await backup(store, made)
    isOver = true
    await writing
    const target = open('memory')
    await restore(target, made)
    const found = await contents(target)
    expect(found).toHaveLength(keys.length)
    expect(new Set(found.map(([, value]) => value)).size).toBe(1)
  },
)

describe('a backup', () => {
  test('says what is in it, can be checked with sha256sum, and is for its owner alone', async () => {
    const made = await madeBackup()
    expect(readdirSync(made).sort()).toEqual(['SHA256SUMS', 'backup.json', 'entries.gz'])
    const about: unknown = JSON.parse(readFileSync(path.join(made, 'backup.json'), 'utf8'))
    expect(about).toMatchObject({ format: 1, storeFormat: 1, entries: 3, bytes: 30 })
    const sums = readFileSync(path.join(made, 'SHA256SUMS'), 'utf8').trim().split('\n')
    for (const line of sums) {
      const [sum, name = ''] = line.split('  ')
      const bytes = readFileSync(path.join(made, name))
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sum)
      expect(statSync(path.join(made, name)).mode & 0o077).toBe(0)
    }
  })

  test('is not made where something is', async () => {
    const made = await madeBackup()
    await expect(backup(open('memory'), made)).rejects.toThrow(
      `${made} is not empty. A backup is made in a directory of its own.`,
    )
  })

  test('that is given up leaves nothing', async () => {
    const store = open('lmdb')
    await write(store, [
      ['k', Buffer.alloc(3 * snapshotPageBytes)],
      ['l', Buffer.alloc(0)],
    ])
    const controller = new AbortController()
    const made = directory()
    const giving = backup(store, made, {
      signal: controller.signal,
      progress: () => controller.abort(),
    })
    await expect(giving).rejects.toMatchObject({ name: 'AbortError' })
    expect(readdirSync(made)).toEqual([])
  })

  test('is not made of a store that is between two formats, or of a newer one', async () => {
    const store = open('memory')
    await store.transact((t) => writeFormat(t, { kind: 'upgrading', format: 2, from: 1 }))
    await expect(backup(store, directory())).rejects.toThrow('This store is being upgraded')
    await store.transact((t) => writeFormat(t, { kind: 'ready', format: 9 }))
    await expect(backup(store, directory())).rejects.toThrow('a newer Vivarium (format 9;')
    await store.transact((t) => writeFormat(t, { kind: 'restoring', format: 1 }))
    await expect(backup(store, directory())).rejects.toThrow('has not come to its end')
  })
})

describe('a restore refuses, and changes nothing,', () => {
  const refusal = async (made: string, message: string | RegExp) => {
    const target = open('memory')
    await expect(restore(target, made)).rejects.toThrow(message)
    const { value } = await target.transact((t) => [...t.range(Buffer.of(0), Buffer.of(0xff))])
    expect(value).toEqual([])
  }

  test.each(['SHA256SUMS', 'backup.json', 'entries.gz'])('without %s', async (name) => {
    const made = await madeBackup()
    const copy = directory()
    cpSync(made, copy, { recursive: true, filter: (file) => !file.endsWith(name) })
    await refusal(copy, `There is no complete backup in ${copy}: ${name} is missing.`)
  })

  test.each(['backup.json', 'entries.gz'])('%s that was cut off', async (name) => {
    const made = await madeBackup()
    truncateSync(path.join(made, name), statSync(path.join(made, name)).size - 1)
    await refusal(made, `The backup in ${made} is damaged: ${name} is not what SHA256SUMS says.`)
  })

  test('entries with any byte altered', async () => {
    const made = await madeBackup()
    const file = path.join(made, 'entries.gz')
    const whole = readFileSync(file)
    for (let i = 0; i < whole.length; i++) {
      const altered = Buffer.from(whole)
      altered[i] = (altered[i] ?? 0) ^ 1
      writeFileSync(file, altered)
      await refusal(made, 'entries.gz is not what SHA256SUMS says')
    }
  })

  test('a directory that is none', async () => {
    await refusal(
      '/nowhere/at/all',
      'There is no complete backup in /nowhere/at/all: SHA256SUMS is missing.',
    )
  })

  test.each([
    [{ format: 2 }, 'was made by a newer Vivarium (format 2; this one reads up to 1).'],
    [
      { storeFormat: 7 },
      `is of a store that a newer Vivarium wrote (format 7; this one reads up to ${storeFormat}).`,
    ],
    [{ timestamp: '4102444800000000' }, 'is of 2100-01-01T00:00:00.000Z, which is in the future'],
    [{ entries: 'many' }, 'is damaged: backup.json is not ours.'],
  ])('a backup with %j', async (change, message) => {
    const made = await madeBackup()
    seal(made, change)
    await refusal(made, message)
  })

  test('a store that is not empty, unless told to replace what is in it', async () => {
    const made = await madeBackup()
    const target = open('lmdb')
    await write(
      target,
      Array.from({ length: 5000 }, (_, n) => [`old${n}`, Buffer.of(1)]),
    )
    await expect(restore(target, made)).rejects.toThrow('The store is not empty.')
    expect(await contents(target)).toHaveLength(5000)
    await restore(target, made, { replaces: true })
    expect(
      (await contents(target)).map(([key]) => Buffer.from(key, 'hex').toString('latin1')),
    ).toEqual(['\u00f0k1', '\u00f0k2', '\u00f0k3'])
  })
})

test('a restore that is given up leaves a store for nobody, and can be begun again', async () => {
  const source = open('memory')
  await write(
    source,
    Array.from({ length: 5000 }, (_, n) => [`k${n}`, Buffer.of(1)]),
  )
  const made = directory()
  await backup(source, made)
  const target = open('lmdb')
  const controller = new AbortController()
  const giving = restore(target, made, {
    signal: controller.signal,
    progressOf: () => () => controller.abort(),
  })
  await expect(giving).rejects.toMatchObject({ name: 'AbortError' })
  await expect(backup(target, directory())).rejects.toThrow('A restore into this store has not')
  await restore(target, made)
  expect(await contents(target)).toEqual(await contents(source))
})

test('entries that are not what they claim leave a store for nobody', async () => {
  const made = await madeBackup()
  seal(made, { entries: 4 })
  const target = open('memory')
  await expect(restore(target, made)).rejects.toThrow('it has 3 entries in place of 4')
  await expect(backup(target, directory())).rejects.toThrow('A restore into this store has not')
  expect(existsSync(made)).toBe(true)
})

/** Changes what a backup says of itself, with a checksum that is right. */
function seal(made: string, change: object): void {
  const file = path.join(made, 'backup.json')
  const about: object = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...about, ...change }))
  const sums = ['backup.json', 'entries.gz'].map((name) => {
    const sum = createHash('sha256')
      .update(readFileSync(path.join(made, name)))
      .digest('hex')
    return `${sum}  ${name}\n`
  })
  writeFileSync(path.join(made, 'SHA256SUMS'), sums.join(''))
}
