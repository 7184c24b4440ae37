import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import faunadb, { type Client } from 'faunadb'
import { describe, expect, test } from 'vitest'
import { applySchema } from './apply-schema.ts'
import { type SchemaItem, schema } from './schema.ts'
import { type DataApiSeedOptions, seed } from './seed.ts'
import { codeOf, emptyDataApi, rootSecret, type TestDataApi } from './seeded-data-api.test-data.ts'
import { SeedingClient } from './seeding-client.ts'

const { query: q } = faunadb

const schemaChanges = [
  'made the collection Account',
  'made the collection Movie',
  'made the index accounts_by_subject',
  'made the index accounts_by_email',
  'made the index tokens_by_session',
  'made the index tokens_by_instance',
  'made the index movies_by_change',
  'made the role AccountAccess',
  'made the role RefreshFunction',
  'made the function refresh',
  'made the role AccountRefresh',
]

const seedWith = (api: TestDataApi, options: Partial<DataApiSeedOptions> = {}) =>
  seed({ dataApi: { endpoint: api.endpoint, adminSecret: rootSecret, ...options } })

/** Every document of the schema, and every movie and key, with the times of their last writes. */
async function everything(root: Client): Promise<unknown> {
  const all = (set: faunadb.Expr) => q.Map(q.Paginate(set), q.Lambda('one', q.Get(q.Var('one'))))
  const sets = [
    q.Collections(),
    q.Indexes(),
    q.Roles(),
    q.Functions(),
    q.Keys(),
    q.Documents(q.Collection('Movie')),
  ]
  return JSON.parse(JSON.stringify(await root.query(sets.map(all))))
}

async function movieTitles(root: Client): Promise<unknown> {
  return await root.query(
    q.Select(
      'data',
      q.Map(
        q.Paginate(q.Documents(q.Collection('Movie'))),
        q.Lambda('movie', q.Select(['data', 'title'], q.Get(q.Var('movie')))),
      ),
    ),
  )
}

describe('seeding', () => {
  test('makes everything in an empty database, and says so as it does', async () => {
    await using api = await emptyDataApi()
    const told: string[] = []
    const report = await seed({
      dataApi: { endpoint: api.endpoint, adminSecret: rootSecret },
      onChange: (change) => told.push(change),
    })
    expect(report.changes).toEqual([
      ...schemaChanges,
      'added two sample movies',
      'minted a server key',
    ])
    expect(told).toEqual(report.changes)
    expect(report.userPools).toBeUndefined()
    expect(await movieTitles(api.root)).toEqual(['Metropolis', 'Stalker'])
  })

  test('changes nothing the second time', async () => {
    await using api = await emptyDataApi()
    await seedWith(api)
    const before = await everything(api.root)
    expect((await seedWith(api)).changes).toEqual([])
    expect(await everything(api.root)).toEqual(before)
  })

  test.each(schema.map((_, length) => length))(
    'completes a run that ended after %i definitions',
    async (length) => {
      await using api = await emptyDataApi()
      const client = new SeedingClient({ endpoint: api.endpoint, secret: rootSecret })
      await applySchema(client, () => {}, schema.slice(0, length))
      await client.close()
      const report = await seedWith(api)
      expect(report.changes.slice(0, -2)).toEqual(schemaChanges.slice(length))
    },
  )

  test('works in a database below the root, and only there', async () => {
    await using api = await emptyDataApi()
    await api.root.query(q.CreateDatabase({ name: 'child' }))
    const { secret } = await api.root.query<{ secret: string }>(
      q.CreateKey({ role: 'admin', database: q.Database('child') }),
    )
    const report = await seedWith(api, { adminSecret: secret })
    expect(report.changes).toHaveLength(schemaChanges.length + 2)
    expect(await api.root.query(q.Paginate(q.Collections()))).toEqual({ data: [] })
    expect((await seedWith(api, { adminSecret: secret })).changes).toEqual([])
  })

  test('by several at once makes everything once', async () => {
    await using api = await emptyDataApi()
    await Promise.allSettled(Array.from({ length: 3 }, () => seedWith(api)))
    await seedWith(api)
    expect(await movieTitles(api.root)).toEqual(['Metropolis', 'Stalker'])
    expect(await api.root.query(q.Count(q.Keys()))).toBe(1)
    expect((await seedWith(api)).changes).toEqual([])
  })
})

describe('a definition', () => {
  const role = (actions: object): SchemaItem => ({
    kind: 'role',
    name: 'Reader',
    definition: { privileges: [{ resource: q.Collection('Movie'), actions: { ...actions } }] },
  })

  async function apply(api: TestDataApi, ...items: readonly SchemaItem[]): Promise<string[]> {
    const client = new SeedingClient({ endpoint: api.endpoint, secret: rootSecret })
    const changes: string[] = []
    try {
      await applySchema(client, (change) => changes.push(change), items)
    } finally {
      await client.close()
    }
    return changes
  }

  test('that changed is updated, whole', async () => {
    await using api = await emptyDataApi()
    await seedWith(api)
    await apply(api, role({ read: true, write: true }))
    expect(await apply(api, role({ read: true }))).toEqual(['updated the role Reader'])
    expect(
      await api.root.query(q.Select(['privileges', 0, 'actions'], q.Get(q.Role('Reader')))),
    ).toEqual({ read: true })
    expect(await apply(api, role({ read: true }))).toEqual([])
  })

  test('of an index over other fields builds it anew over what is there', async () => {
    await using api = await emptyDataApi()
    await seedWith(api)
    const index = (field: string): SchemaItem => ({
      kind: 'index',
      name: 'movies_by',
      definition: { source: q.Collection('Movie'), terms: [{ field: ['data', field] }] },
    })
    const countOf = (term: string) => api.root.query(q.Count(q.Match(q.Index('movies_by'), term)))
    await apply(api, index('title'))
    expect([await countOf('Stalker'), await countOf('Fritz Lang')]).toEqual([1, 0])
    expect(await apply(api, index('director'))).toEqual(['updated the index movies_by'])
    expect([await countOf('Stalker'), await countOf('Fritz Lang')]).toEqual([0, 1])
    expect(await apply(api, index('director'))).toEqual([])
  })

  test('takes over what an application had under the same name', async () => {
    await using api = await emptyDataApi()
    await api.root.query(q.CreateCollection({ name: 'Account', data: { ours: 1 } }))
    await api.root.query(q.CreateCollection({ name: 'Movie' }))
    await api.root.query(
      q.CreateIndex({
        name: 'accounts_by_email',
        source: q.Collection('Account'),
        terms: [{ field: ['data', 'email'] }],
        unique: true,
      }),
    )
    const { ref } = await api.root.query<{ ref: faunadb.Expr }>(
      q.Create(q.Collection('Account'), { data: { email: 'ann@example.com' } }),
    )
    const { changes } = await seedWith(api)
    expect(changes).toContain('updated the collection Account')
    expect(changes).toContain('updated the index accounts_by_email')
    const account = q.Match(q.Index('accounts_by_email'), 'ann@example.com')
    expect(await api.root.query(q.Select('ref', q.Get(account)))).toEqual(ref)
    expect(await api.root.query(q.Select(['data', 'ours'], q.Get(q.Collection('Account'))))).toBe(1)
    expect((await seedWith(api)).changes).toEqual([])
  })
})

describe('the sample movies', () => {
  test('do not come back once they are deleted', async () => {
    await using api = await emptyDataApi()
    await seedWith(api)
    await api.root.query(
      q.Foreach(
        q.Paginate(q.Documents(q.Collection('Movie'))),
        q.Lambda('movie', q.Delete(q.Var('movie'))),
      ),
    )
    expect((await seedWith(api)).changes).toEqual([])
    expect(await movieTitles(api.root)).toEqual([])
  })

  test('are not added to movies that are there', async () => {
    await using api = await emptyDataApi()
    await api.root.query(q.CreateCollection({ name: 'Movie' }))
    await api.root.query(q.Create(q.Collection('Movie'), { data: { title: 'Ran' } }))
    expect((await seedWith(api)).changes).not.toContain('added two sample movies')
    expect(await movieTitles(api.root)).toEqual(['Ran'])
  })

  test('are left out on request', async () => {
    await using api = await emptyDataApi()
    await seedWith(api, { sampleMovies: false })
    expect(await movieTitles(api.root)).toEqual([])
  })
})

describe('the server key', () => {
  const isServerKey = async (api: TestDataApi, secret: string | undefined) => {
    const client = api.as(secret ?? '')
    const reads = await codeOf(client, q.Paginate(q.Collections()))
    const keys = await codeOf(client, q.Paginate(q.Keys()))
    return reads === undefined && keys === 'permission denied'
  }

  /** A directory that is gone when the test ends. */
  async function temporaryDirectory() {
    const path = await mkdtemp(join(tmpdir(), 'vivarium-seed-'))
    return {
      file: join(path, 'keys', 'server-key'),
      path,
      [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
    }
  }

  test('is given out once where there is no file', async () => {
    await using api = await emptyDataApi()
    const first = await seedWith(api)
    expect(first.dataApi?.isServerKeyNew).toBe(true)
    expect(await isServerKey(api, first.dataApi?.serverKey)).toBe(true)
    expect((await seedWith(api)).dataApi).toEqual({ serverKey: undefined, isServerKeyNew: false })
  })

  test('is kept in a file for its owner alone, and used again', async () => {
    await using api = await emptyDataApi()
    await using directory = await temporaryDirectory()
    const first = await seedWith(api, { serverKeyFile: directory.file })
    expect(await readFile(directory.file, 'utf8')).toBe(`${first.dataApi?.serverKey}\n`)
    expect((await stat(directory.file)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(directory.path, 'keys'))).toEqual(['server-key'])
    const second = await seedWith(api, { serverKeyFile: directory.file })
    expect(second.changes).toEqual([])
    expect(second.dataApi).toEqual({
      serverKey: first.dataApi?.serverKey,
      isServerKeyNew: false,
    })
  })

  test('is minted again for a database that does not know it', async () => {
    await using directory = await temporaryDirectory()
    await using before = await emptyDataApi()
    await using after = await emptyDataApi()
    const options = { serverKeyFile: directory.file }
    const first = await seedWith(before, options)
    const second = await seedWith(after, options)
    expect(second.dataApi?.serverKey).not.toBe(first.dataApi?.serverKey)
    expect(await isServerKey(after, (await readFile(directory.file, 'utf8')).trim())).toBe(true)
  })

  test('whose file was lost is replaced, and stays valid where it was copied to', async () => {
    await using api = await emptyDataApi()
    await using directory = await temporaryDirectory()
    const options = { serverKeyFile: directory.file }
    const first = await seedWith(api, options)
    await rm(directory.file)
    const second = await seedWith(api, options)
    expect(second.changes).toEqual(['minted a server key'])
    expect(await isServerKey(api, first.dataApi?.serverKey)).toBe(true)
    expect(await isServerKey(api, second.dataApi?.serverKey)).toBe(true)
  })

  test('is not taken for one because somebody put another secret in the file', async () => {
    await using api = await emptyDataApi()
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'server-key')
    await writeFile(file, rootSecret)
    const { dataApi } = await seedWith(api, { serverKeyFile: file })
    expect(dataApi?.serverKey).not.toBe(rootSecret)
    expect(await isServerKey(api, dataApi?.serverKey)).toBe(true)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test.each(['with a file', 'without'])('is rotated on request, %s', async (place) => {
    await using api = await emptyDataApi()
    await using directory = await temporaryDirectory()
    const options = place === 'with a file' ? { serverKeyFile: directory.file } : {}
    const first = await seedWith(api, options)
    const second = await seedWith(api, { ...options, rotateServerKey: true })
    expect(second.changes).toEqual(['minted a new server key', 'deleted the server key before it'])
    expect(second.dataApi?.isServerKeyNew).toBe(true)
    expect(await isServerKey(api, second.dataApi?.serverKey)).toBe(true)
    expect(await codeOf(api.as(first.dataApi?.serverKey ?? ''), q.Now())).toBe('unauthorized')
  })

  test('that cannot be read is an error in words', async () => {
    await using api = await emptyDataApi()
    await using directory = await temporaryDirectory()
    await expect(seedWith(api, { serverKeyFile: directory.path })).rejects.toThrow(
      `Cannot read the server key in ${directory.path}`,
    )
  })
})

describe('what cannot be seeded', () => {
  const secret = 'wrong-secret'

  test.each([
    'https://db.fauna.com',
    'https://db.eu.fauna.com:443',
    'https://DB.FAUNA.COM',
    'https://db.fauna.com.',
    'http://fauna.com',
  ])('is %s', async (endpoint) => {
    await expect(seed({ dataApi: { endpoint, adminSecret: secret } })).rejects.toThrow(
      'is not a data API any more',
    )
  })

  test.each(['http://notfauna.com:1', 'http://fauna.com.localhost:1', 'http://127.0.0.1:1'])(
    'is not %s, which is only not there',
    async (endpoint) => {
      await expect(seed({ dataApi: { endpoint, adminSecret: secret } })).rejects.toThrow(
        `Cannot read the schema at ${endpoint}`,
      )
    },
  )

  test.each(['', 'db.local', 'ftp://db.local', 'http://db.local/path', 'http://a:b@db.local'])(
    'is the address %j',
    async (endpoint) => {
      await expect(seed({ dataApi: { endpoint, adminSecret: secret } })).rejects.toThrow(
        'The data API endpoint',
      )
    },
  )

  test('is a database whose secret is wrong; the message does not repeat it', async () => {
    await using api = await emptyDataApi()
    await expect(seedWith(api, { adminSecret: secret })).rejects.toThrow(
      `Cannot read the schema at ${api.endpoint}: the secret is not valid there`,
    )
  })

  test('is a database whose key is no admin key', async () => {
    await using api = await emptyDataApi()
    const key = await api.root.query<{ secret: string }>(q.CreateKey({ role: 'server-readonly' }))
    await expect(seedWith(api, { adminSecret: key.secret })).rejects.toThrow(
      `Cannot define the collection Account at ${api.endpoint}: permission denied`,
    )
  })
})
