/**
 * The ways a history of queries is run. All start from the same bytes, clock and randomness, so all must
 * answer the same and end with the same bytes.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ApiVersion } from '@vivarium/fql'
import type { HttpHandler } from '@vivarium/http'
import { openLmdbStore, openMemoryStore, type Store } from '@vivarium/store'
import { isOnPostgres, newTestSchema, openTestStore } from '@vivarium/store/testing'
import { createDataApi } from '../data-api.ts'
import { type Answered, send } from '../testing/send.ts'
import { rootSecret, TestClock } from '../testing/test-data-api.ts'
import type { Grammar } from './grammar.ts'
import type { Json } from './samples.ts'
import { type Caller, entriesOf } from './seeded-database.ts'

/** A query, who sends it in which version, and how far the clock has gone on since the one before. */
export interface Step {
  readonly caller: Caller
  readonly version: ApiVersion
  readonly query: Json
  readonly seconds: number
}

/** One way of running a history. */
export interface Variant {
  readonly kind: string
  /** Sends a query. */
  run(step: Step): Promise<Answered>
  /** As after the death of the process, where there is anything to restart. */
  restart(): Promise<void>
  /** Every key and value, as text. */
  dump(): Promise<string>
  close(): Promise<void>
}

/** Every query's time; the fuzzer's machine may be slow, so it is generous. */
const queryTimeoutMs = 10_000

interface Home {
  open(clock: TestClock): Store
  /** Whether a store that is opened again has what the one before had. */
  readonly restarts: boolean
  /** Whether it has to be filled first. */
  readonly isEmpty: boolean
  remove(): void
}

/** Opens every variant. The first is the plain one. */
export class Variants {
  readonly #grammar: Grammar
  readonly #template: string

  private constructor(grammar: Grammar, template: string) {
    this.#grammar = grammar
    this.#template = template
  }

  /** Prepares the directory that LMDB's variant is copied from. */
  static async prepare(grammar: Grammar): Promise<Variants> {
    const template = mkdtempSync(path.join(tmpdir(), 'vivarium-fuzz-'))
    const clock = new TestClock()
    const store = openLmdbStore({ path: template, now: clock.now })
    await load(store, grammar)
    await store.close()
    return new Variants(grammar, template)
  }

  async open(): Promise<readonly [Variant, ...Variant[]]> {
    const plain = await this.#open('memory', memory(false))
    if (isOnPostgres) return [plain, await this.#open('postgres, restarted', postgres())]
    return [
      plain,
      await this.#open('memory that suspends reads', memory(true)),
      await this.#open('lmdb, restarted', this.#lmdb()),
    ]
  }

  remove(): void {
    rmSync(this.#template, { recursive: true, force: true })
  }

  #lmdb(): Home {
    const directory = mkdtempSync(path.join(tmpdir(), 'vivarium-fuzz-'))
    cpSync(this.#template, directory, { recursive: true })
    return {
      open: ({ now }) => openLmdbStore({ path: directory, now }),
      restarts: true,
      isEmpty: false,
      remove: () => rmSync(directory, { recursive: true, force: true }),
    }
  }

  async #open(kind: string, home: Home): Promise<Variant> {
    const { seeded, micros } = this.#grammar
    const clock = new TestClock()
    let store = home.open(clock)
    if (home.isEmpty) await load(store, this.#grammar)
    clock.micros = micros
    let drawn = 0
    const entropy = () => Buffer.from(`query ${drawn++}`)
    let handler = handlerOf(store, clock, entropy)
    return {
      kind,
      run: async ({ caller, version, query, seconds }) => {
        clock.advance({ seconds })
        return send(handler, request(seeded.secrets[caller], version, query))
      },
      restart: async () => {
        if (!home.restarts) return
        await store.close()
        store = home.open(clock)
        handler = handlerOf(store, clock, entropy)
      },
      dump: async () => {
        const entries = await entriesOf(store)
        const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
        return entries.map(({ key, value }) => `${hex(key)} ${hex(value)}`).join('\n')
      },
      close: async () => {
        await store.close()
        home.remove()
      },
    }
  }
}

const memory = (suspendReads: boolean): Home => ({
  open: ({ now }) => openMemoryStore({ now, suspendReads }),
  restarts: false,
  isEmpty: true,
  remove: () => {},
})

function postgres(): Home {
  const schema = newTestSchema()
  const open = ({ now }: TestClock) => openTestStore({ now, schema })
  return { open, restarts: true, isEmpty: true, remove: () => {} }
}

async function load(store: Store, { seeded }: Grammar): Promise<void> {
  await store.transact(
    (transaction) => {
      for (const { key, value } of seeded.entries) transaction.put(key, value)
    },
    { intent: 'write' },
  )
}

function handlerOf(store: Store, clock: TestClock, entropy: () => Uint8Array): HttpHandler {
  return createDataApi({
    store,
    rootSecrets: [rootSecret],
    build: 'fuzz',
    now: clock.now,
    entropy,
  })
}

function request(secret: string, version: ApiVersion, query: Json) {
  const headers = {
    authorization: `Bearer ${secret}`,
    'x-faunadb-api-version': version,
    'x-query-timeout': String(queryTimeoutMs),
  }
  return { headers, body: JSON.stringify(query) }
}
