/**
 * A process of its own with a store of a directory, for the tests of what processes promise one another.
 *
 * `node other-process.ts <directory> <what it does> <arguments>`; it acknowledges on standard output, a
 * line each, only what `transact` has acknowledged to it.
 */
import { createHash } from 'node:crypto'
import { writeFileSync, writeSync } from 'node:fs'
import process from 'node:process'
import { clockMicros } from '../run.ts'
import { type Store, StoreError } from '../store.ts'
import { openLmdbStore } from './lmdb-store.ts'
import { countKey, partsOf } from './parts.ts'

const acknowledge = (line: string) => writeSync(1, `${line}\n`)

/** Commits transactions for ever, several at a time. */
async function writeForEver(store: Store, name: string, concurrency: number): Promise<void> {
  const writers = Array.from({ length: concurrency }, async (_, i) => {
    const writer = `${name}-${i}`
    for (let n = 0; ; n++) acknowledge(`${writer} ${n} ${await writeParts(store, writer, n)}`)
  })
  await Promise.all(writers)
}

async function writeParts(store: Store, writer: string, n: number): Promise<bigint> {
  const { timestamp } = await store.transact(
    (t) => {
      const count = Buffer.from(t.get(countKey) ?? '0').toString()
      for (const part of partsOf(writer, n)) {
        t.put(Buffer.from(part), Buffer.alloc((n % 5) * 900, String(t.timestamp)))
      }
      t.put(Buffer.from(`time/${t.timestamp}`), Buffer.from(`${writer} ${n}`))
      t.put(countKey, Buffer.from(String(Number(count) + 1)))
    },
    { intent: n % 2 === 0 ? 'write' : 'unknown' },
  )
  return timestamp
}

/** Sets fifty keys to one number after another, for ever, and puts it in a file. */
async function countForEver(store: Store, file: string): Promise<void> {
  for (let n = 1; ; n++) {
    await store.transact((t) => {
      for (let i = 10; i < 60; i++) t.put(Buffer.from(`k${i}`), Buffer.from(String(n)))
    })
    writeFileSync(file, String(n))
  }
}

/** Commits until there is no room, says what it was told, and whether it can still read. */
async function fill(store: Store): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      await writeParts(store, 'filler', n)
      acknowledge(`filler ${n} 0`)
    } catch (error) {
      acknowledge(`error ${error instanceof StoreError ? error.code : String(error)}`)
      break
    }
  }
  const { value } = await store.transact((t) => Buffer.from(t.get(countKey) ?? '').toString(), {
    intent: 'read',
  })
  acknowledge(`count ${value}`)
  const refused = await store
    .transact((t) => t.put(countKey, Buffer.alloc(200_000)))
    .then(
      () => 'fits',
      (error) => error.code,
    )
  acknowledge(`again ${refused}`)
  await store.close()
}

/**
 * Answers each line of standard input, a key to read or `key=value` to write, with the time, the length of
 * what is there, and its hash.
 */
async function answer(store: Store): Promise<void> {
  acknowledge('ready')
  let rest = ''
  for await (const chunk of process.stdin) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [key = '', value] = line.split('=')
      const { value: found, timestamp } = await store.transact((t) => {
        if (value !== undefined) t.put(Buffer.from(key), Buffer.from(value))
        const found = t.get(Buffer.from(key)) ?? Buffer.alloc(0)
        return `${found.length} ${createHash('sha256').update(found).digest('hex')}`
      })
      acknowledge(`${timestamp} ${found}`)
    }
  }
  await store.close()
}

const [, , path = '', task, ...given] = process.argv
switch (task) {
  case 'write':
    await writeForEver(openLmdbStore({ path }), given[0] ?? '', Number(given[1]))
    break
  case 'count':
    await countForEver(openLmdbStore({ path }), given[0] ?? '')
    break
  case 'fill':
    await fill(openLmdbStore({ path }))
    break
  case 'answer': {
    const lateMicros = BigInt(given[0] ?? 0)
    await answer(openLmdbStore({ path, now: () => clockMicros() - lateMicros }))
  }
}
