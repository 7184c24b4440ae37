/** The database that fuzzed queries meet: a little of everything, small enough to be compared byte by byte. */
import type { Entry, Store } from '@vivarium/store'
import { q, type TestClock, testDataApi } from '../testing/test-data-api.ts'

/** The secret of each caller that fuzzed queries are sent by. */
export type Secrets = Readonly<Record<Caller, string>>

/** Who sends fuzzed queries. */
export const callers = [
  'admin',
  'server',
  'server-readonly',
  'client',
  'token',
  'role',
  'root',
  'child',
] as const

/** One of them. */
export type Caller = (typeof callers)[number]

/** A seeded store: what it holds, and who may ask. */
export interface Seeded {
  readonly entries: readonly Entry[]
  readonly secrets: Secrets
}

/** Fills an empty store. */
export async function seedDatabase(store: Store, clock: TestClock): Promise<Seeded> {
  let drawn = 0
  const api = await testDataApi(store, clock, { entropy: () => Buffer.from(`seed ${drawn++}`) })
  const { admin } = api
  for (const statement of schema) {
    clock.advance({ seconds: 1 })
    await admin.query(statement)
  }
  const { secret: child } = await admin.query(
    q.CreateKey({ role: 'admin', database: q.Database('inner') }),
  )
  const owner = q.Ref(q.Collection('owners'), '1')
  const secrets = {
    admin: admin.secret,
    server: api.server.secret,
    'server-readonly': (await api.withRole('server-readonly')).secret,
    client: (await api.withRole('client')).secret,
    token: (await api.withToken(owner)).secret,
    role: (await api.withRole(q.Role('friend'))).secret,
    root: api.root.secret,
    child,
  }
  await api.as(child).query(q.CreateCollection({ name: 'pets' }))
  await api.as(child).query(q.Create(q.Ref(q.Collection('pets'), '1'), { data: { name: 'Oren' } }))
  clock.advance({ seconds: 1 })
  return { entries: await entriesOf(store), secrets }
}

const pets = q.Collection('pets')
const owners = q.Collection('owners')

const schema = [
  q.CreateCollection({ name: 'pets', history_days: 30 }),
  q.CreateCollection({
    name: 'owners',
    history_days: null as never,
    permissions: { read: 'public' },
  }),
  q.CreateDatabase({ name: 'inner' }),
  q.CreateIndex({
    name: 'pets_by_kind',
    source: pets,
    terms: [{ field: ['data', 'kind'] }],
    values: [{ field: ['data', 'name'] }, { field: ['data', 'age'], reverse: true }],
  }),
  q.CreateIndex({ name: 'all_pets', source: pets }),
  q.CreateIndex({
    name: 'pets_by_length',
    source: {
      collection: pets,
      fields: {
        length: q.Query(q.Lambda('pet', q.Length(q.Select(['data', 'name'], q.Var('pet'), '')))),
      },
    },
    values: [{ binding: 'length' }],
  }),
  q.CreateIndex({
    name: 'owners_by_email',
    source: owners,
    terms: [{ field: ['data', 'email'] }],
    unique: true,
    serialized: true,
  }),
  ...['Hen Wen', 'Gurgi', 'Kaw'].map((name, i) =>
    q.Create(q.Ref(pets, String(i + 1)), {
      data: {
        name,
        age: 3 - i,
        kind: ['pig', 'none', 'crow'][i] ?? '',
        tags: ['a', i],
        half: i / 2,
      },
    }),
  ),
  q.Update(q.Ref(pets, '1'), { data: { age: 4, seen: q.Time('2020-01-01T00:00:00.5Z') } }),
  q.Create(q.Ref(owners, '1'), {
    data: { email: 'dallben@example.org', pet: q.Ref(pets, '1') },
    credentials: { password: 'secret' },
  }),
  q.Create(q.Ref(owners, '2'), { data: { email: 'coll@example.org' } }),
  q.CreateFunction({ name: 'twice', body: q.Query(q.Lambda('x', q.Add(q.Var('x'), q.Var('x')))) }),
  q.CreateFunction({
    name: 'adopt',
    role: 'server',
    body: q.Query(q.Lambda('name', q.Create(pets, { data: { name: q.Var('name') } }))),
  }),
  q.CreateFunction({
    name: 'fall',
    body: q.Query(q.Lambda('x', q.Call(q.Function('fall'), q.Var('x')))),
  }),
  q.CreateRole({
    name: 'friend',
    membership: { resource: owners },
    privileges: [
      {
        resource: pets,
        actions: {
          read: true,
          create: true,
          write: q.Query(
            q.Lambda(['before', 'after'], q.LT(q.Select(['data', 'age'], q.Var('after'), 0), 10)),
          ),
          history_read: q.Query(q.Lambda('ref', q.Exists(q.Var('ref')))),
        },
      },
      { resource: q.Index('pets_by_kind'), actions: { read: true } },
      { resource: q.Function('twice'), actions: { call: true } },
    ],
  }),
]

/** Every key of a store with its value; copies, in order. */
export async function entriesOf(store: Store): Promise<Entry[]> {
  const { value } = await store.transact(
    (transaction) =>
      [...transaction.range(Uint8Array.of(0), Uint8Array.of(0xff))].map(({ key, value }) => ({
        key: Uint8Array.from(key),
        value: Uint8Array.from(value),
      })),
    { intent: 'read' },
  )
  return value
}
