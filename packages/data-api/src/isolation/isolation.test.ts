/** What data-model §9 promises to concurrent clients, through the handler, over one store and over two. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { HttpHandler } from '@vivarium/http'
import { openLmdbStore, openMemoryStore, type Store } from '@vivarium/store'
import { isOnPostgres, newTestSchema, openTestStore } from '@vivarium/store/testing'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDataApi } from '../data-api.ts'
import { send } from '../testing/send.ts'
import { q, rootSecret } from '../testing/test-data-api.ts'
import { breachOf, type Done, runClients, type Sent } from './history.ts'
import { accounts, type Operation, schema } from './operations.ts'

/** What one reads may have a time after a commit of the other that it has not seen (decision 0002). */
const looseOnTime = 'postgres, two servers over two stores'

/** The stores of each kind of home. Two on one LMDB directory see no more of each other than two processes. */
const embedded: Record<string, () => Store[]> = {
  'memory, two servers over one store': () => {
    const store = openMemoryStore()
    return [store, store]
  },
  'memory that suspends reads': () => [openMemoryStore({ suspendReads: true })],
  'lmdb, two servers over two stores': () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'vivarium-isolation-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    return [openLmdbStore({ path: directory }), openLmdbStore({ path: directory })]
  },
}

const homes: Record<string, () => Store[]> = isOnPostgres
  ? {
      'postgres, two servers over one store': () => {
        const store = openTestStore()
        return [store, store]
      },
      [looseOnTime]: () => {
        const schema = newTestSchema()
        return [openTestStore({ schema }), openTestStore({ schema })]
      },
    }
  : embedded

/** Several servers with the schema of the operations. */
async function open(home: () => Store[]): Promise<HttpHandler[]> {
  const stores = home()
  onTestFinished(async () => {
    for (const store of new Set(stores)) await store.close()
  })
  return stores.map((store) => createDataApi({ store, rootSecrets: [rootSecret] }))
}

async function ask(handler: HttpHandler, secret: string, query: unknown) {
  const answered = await send(handler, {
    headers: { authorization: `Bearer ${secret}`, 'x-faunadb-api-version': '4' },
    body: JSON.stringify(query),
  })
  return { ...answered, json: JSON.parse(answered.body) }
}

/** A new database with its accounts, and a secret for it. */
async function makeDatabase(handler: HttpHandler, name: string): Promise<string> {
  await ask(handler, rootSecret, q.CreateDatabase({ name }))
  const key = q.CreateKey({ role: 'server', database: q.Database(name) })
  const { secret } = (await ask(handler, rootSecret, key)).json.resource
  for (const statement of schema) {
    expect((await ask(handler, secret, statement)).status).toBe(201)
  }
  return secret
}

const account = fc.constantFrom(...accounts)
const name = fc.constantFrom('Hen Wen', 'Gurgi')
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant<'move'>('move'),
    from: account,
    to: account,
    amount: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant<'count'>('count'), account }),
  fc.record({ kind: fc.constant<'take'>('take'), from: account, with: account }),
  fc.record({ kind: fc.constant<'claim'>('claim'), name }),
  fc.record({ kind: fc.constant<'create'>('create'), name }),
  fc.record({ kind: fc.constant<'read'>('read') }),
  fc.record({ kind: fc.constant<'find'>('find'), name }),
)
const sent: fc.Arbitrary<Sent> = fc.record({
  operation,
  handler: fc.nat({ max: 1 }),
  isLinearized: fc.boolean(),
})
const clients = fc.array(fc.array(sent, { minLength: 1, maxLength: 8 }), {
  minLength: 2,
  maxLength: 8,
})

describe.each(Object.entries(homes))('%s', (kind, home) => {
  it('whatever clients do at once could have happened one after another', async () => {
    const [one = missing(), other = one] = await open(home)
    const handlers = kind === looseOnTime ? [one] : [one, other]
    const [first = missing()] = handlers
    let databases = 0
    await fc.assert(
      fc.asyncProperty(clients, async (work) => {
        const secret = await makeDatabase(first, `d${databases++}`)
        const history = await runClients(work, handlers, secret)
        expect(breachOf(history)).toBeUndefined()
      }),
      { numRuns: 25 },
    )
  })

  it('of many that create one unique value at once, one wins', async () => {
    const handlers = await open(home)
    const [first = missing()] = handlers
    const secret = await makeDatabase(first, 'd')
    const create = q.Create(q.Collection('people'), { data: { name: 'Taran' } })
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        ask(handlers[i % handlers.length] ?? missing(), secret, create),
      ),
    )
    const codes = answers.map(({ status, json }) => (status === 201 ? 201 : json.errors[0].code))
    expect(codes.filter((code) => code === 201)).toHaveLength(1)
    expect(codes.filter((code) => code === 'instance not unique')).toHaveLength(39)
    const found = q.Count(q.Match(q.Index('people_by_name'), 'Taran'))
    for (const handler of handlers) {
      expect((await ask(handler, secret, found)).json).toEqual({ resource: 1 })
    }
  })

  it('a client that tells what it saw reads its own writes at every server', async () => {
    const handlers = await open(home)
    const [first = missing()] = handlers
    const secret = await makeDatabase(first, 'd')
    const work = Array.from({ length: 40 }, (_, i): Sent[] => [
      { operation: { kind: 'count', account: '1' }, handler: i, isLinearized: false },
      { operation: { kind: 'read' }, handler: i + 1, isLinearized: i % 2 === 0 },
    ])
    const history = await runClients([work.flat()], handlers, secret)
    expect(breachOf(history)).toBeUndefined()
    expect(history.at(-1)?.answer).toBe('[45,5,5,45]')
  })
})

describe('the checker itself refuses', () => {
  const done = (micros: number, kind: Operation, answer: string): Done => ({
    ...{ client: micros, handler: 0, isLinearized: true, operation: kind, answer },
    ...{ micros: BigInt(micros), sentAt: micros, answeredAt: micros },
  })
  const count: Operation = { kind: 'count', account: '1' }

  it.each<[string, Done[]]>([
    ['a lost update', [done(1, count, '6'), done(2, count, '6')]],
    ['two writes at one time', [done(1, count, '6'), done(1, count, '7')]],
    [
      'a read of an intermediate state',
      [
        done(1, { kind: 'move', from: '1', to: '2', amount: 2 }, 'true'),
        done(2, { kind: 'read' }, '[3,5,5,3]'),
      ],
    ],
    ['a read that is not repeatable', [done(1, { kind: 'read' }, '[5,5,5,6]')]],
    [
      'two of one name',
      [
        done(1, { kind: 'claim', name: 'Gurgi' }, '"made"'),
        done(2, { kind: 'create', name: 'Gurgi' }, '"made"'),
      ],
    ],
    [
      'a linearized read from before an answered write',
      [
        { ...done(5, count, '6'), sentAt: 0, answeredAt: 1 },
        { ...done(4, { kind: 'read' }, '[5,5,5,5]'), sentAt: 2, answeredAt: 3 },
      ],
    ],
    [
      'a client that goes back in time',
      [
        { ...done(5, count, '6'), client: 1, sentAt: 0, isLinearized: false },
        { ...done(4, { kind: 'read' }, '[5,5,5,5]'), client: 1, sentAt: 1, isLinearized: false },
      ],
    ],
  ])('%s', (_what, history) => {
    expect(breachOf(history)).toBeDefined()
  })
})

function missing(): never {
  throw new Error('there is no handler')
}
