import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLmdbStore } from './lmdb-store.ts'
import { countKey, partsOf } from './parts.ts'
import { startProcess } from './start-process.ts'

let path = ''
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'vivarium.storage-'))
})
afterEach(() => rmSync(path, { recursive: true }))

describe('concurrent writers', () => {
  it('share commits', async () => {
    const before = await commitsSoFar()
    const store = openLmdbStore({ path })
    const writers = Array.from({ length: 32 }, async (_, writer) => {
      for (let n = 0; n < 20; n++) {
        await store.transact((t) => t.put(Buffer.from(`${writer}/${n}`), Buffer.from('1')), {
          intent: n % 2 === 0 ? 'write' : 'unknown',
        })
      }
    })
    await Promise.all(writers)
    await store.close()
    const commits = (await commitsSoFar()) - before
    // 640 transactions in some 20 commits; opening the store takes a few as well.
    expect(commits).toBeGreaterThanOrEqual(20)
    expect(commits).toBeLessThan(100)
  })

  /** LMDB numbers its commits. */
  async function commitsSoFar(): Promise<number> {
    const environment = open({ path, noSubdir: false, overlappingSync: false })
    const stats = environment.getStats()
    await environment.close()
    return 'lastTxnId' in stats ? Number(stats.lastTxnId) : Number.NaN
  }
})

describe('a store that finds no room', () => {
  it('says so, keeps what it acknowledged, and nothing of what it refused', async () => {
    const filler = startProcess([path, 'fill'], { fileKilobytesMax: 700 })
    const lines: string[] = []
    for await (const line of filler.lines) lines.push(line)
    await filler.end()
    const acknowledged = lines.filter((line) => line.startsWith('filler '))
    expect(acknowledged.length).toBeGreaterThan(10)
    expect(lines.slice(acknowledged.length)).toEqual([
      'error storage',
      `count ${acknowledged.length}`,
      'again storage',
    ])
    // With room again, all is there and it goes on.
    const store = openLmdbStore({ path })
    const { value } = await store.transact((t) => {
      t.put(Buffer.from('more'), Buffer.alloc(1_000_000))
      const range = t.range(Buffer.from('part/'), Buffer.from('part0'))
      return {
        parts: Array.from(range, ({ key }) => Buffer.from(key).toString()),
        count: Buffer.from(t.get(countKey) ?? '').toString(),
      }
    })
    await store.close()
    const expected = acknowledged.flatMap((_, n) => partsOf('filler', n)).toSorted()
    expect(value).toEqual({ parts: expected, count: String(acknowledged.length) })
  })
})

describe('a directory that cannot be a store', () => {
  const codeOf = (run: () => unknown) => {
    try {
      run()
      return 'opened'
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error
    }
  }

  it('is below a file: storage', () => {
    writeFileSync(join(path, 'file'), 'x')
    expect(codeOf(() => openLmdbStore({ path: join(path, 'file', 'store') }))).toBe('storage')
  })

  it('is a file: storage', () => {
    writeFileSync(join(path, 'file'), 'x')
    expect(codeOf(() => openLmdbStore({ path: join(path, 'file') }))).toBe('storage')
  })

  it('holds a file that LMDB did not write: format', () => {
    writeFileSync(join(path, 'data.mdb'), Buffer.alloc(8192, 'not a database'))
    expect(codeOf(() => openLmdbStore({ path }))).toBe('format')
  })

  it.each([Buffer.of(2), Buffer.of(0xff, 0x01), Buffer.from('')])(
    'was written by a newer version, format %o: format, and nothing is changed',
    async (format) => {
      await openLmdbStore({ path }).close()
      const environment = open({ path, noSubdir: false, overlappingSync: false })
      const meta = environment.openDB<Buffer, Buffer>({
        name: 'meta',
        keyEncoding: 'binary',
        encoding: 'binary',
      })
      await meta.put(Buffer.from('format'), format)
      expect(codeOf(() => openLmdbStore({ path }))).toBe('format')
      expect(meta.getBinary(Buffer.from('format'))).toEqual(format)
      await environment.close()
    },
  )

  it('is named as the reader of the message knows it', () => {
    writeFileSync(join(path, 'file'), 'x')
    expect(() => openLmdbStore({ path: join(path, 'file') })).toThrow(
      `The store at ${join(path, 'file')} cannot be opened`,
    )
  })
})

describe('the file of a store', () => {
  it('is for its owner alone, also in a directory that is not', async () => {
    chmodSync(path, 0o755)
    await openLmdbStore({ path }).close()
    expect(statSync(join(path, 'data.mdb')).mode & 0o777).toBe(0o600)
  })
})

describe('a directory of any name', () => {
  it.each(['data.v1', 'with space', 'über', '.hidden'])('%s', async (name) => {
    const place = join(path, name, 'made if it is missing')
    const store = openLmdbStore({ path: place })
    await store.transact((t) => t.put(Buffer.from('a'), Buffer.from('1')))
    await store.close()
    const again = openLmdbStore({ path: place })
    const { value } = await again.transact((t) => Buffer.from(t.get(Buffer.from('a')) ?? ''))
    expect(value.toString()).toBe('1')
    await again.close()
  })
})
