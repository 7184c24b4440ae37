import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import faunadb from 'faunadb'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startVivarium, type Vivarium } from '../browser/vivarium.ts'
import { leftTheMachine, runTool, type ToolRun, tools } from './run-tool.ts'

const { query: q } = faunadb

// Each test starts several processes, some of which compile WebAssembly first.
vi.setConfig({ testTimeout: 300_000 })

let vivarium: Vivarium
let database: faunadb.Client
let environment: Readonly<Record<string, string>>
/** The project whose schema is migrated: it has the driver installed, as the tool demands. */
const project = mkdtempSync(path.join(tmpdir(), 'vivarium-schema-migrate-'))

beforeAll(async () => {
  vivarium = await startVivarium()
  const { hostname, port } = new URL(vivarium.dataApi)
  const client = (secret: string): faunadb.Client =>
    new faunadb.Client({ secret, domain: hostname, port: Number(port), scheme: 'http' })
  const root = client(vivarium.rootSecret)
  await root.query(q.CreateDatabase({ name: 'app' }))
  const { secret } = await root.query<{ secret: string }>(
    q.CreateKey({ database: q.Database('app'), role: 'admin' }),
  )
  await root.close()
  database = client(secret)
  environment = {
    FAUNA_ADMIN_KEY: secret,
    FAUNADB_DOMAIN: hostname,
    FAUNADB_PORT: port,
    FAUNADB_SCHEME: 'http',
    FAUNA_LEGACY: '1',
    // Packages' install scripts do not run here, so the tool's own esbuild has no binary.
    ESBUILD_BINARY_PATH: tools.esbuild,
  }
  mkdirSync(path.join(project, 'node_modules'))
  symlinkSync(
    path.dirname(createRequire(import.meta.url).resolve('faunadb/package.json')),
    path.join(project, 'node_modules', 'faunadb'),
    'junction',
  )
})

afterAll(async () => {
  await database.close()
  await vivarium.remove()
  rmSync(project, { recursive: true, force: true })
})

const migrate = (...words: readonly string[]): Promise<ToolRun> =>
  runTool(tools.schemaMigrate, words, { cwd: project, environment })

const write = (file: string, resource: string): void => {
  const where = path.join(project, 'fauna', 'resources', file)
  mkdirSync(path.dirname(where), { recursive: true })
  writeFileSync(where, resource)
}

/** The migrations of a folder, each with the names of its files. */
const migrations = (...folder: readonly string[]): string[][] =>
  readdirSync(path.join(project, 'fauna', 'migrations', ...folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'dbs')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ parentPath, name }) => readdirSync(path.join(parentPath, name)).sort())

const greet = (greeting: string): string => `
import faunadb from 'faunadb'
const { Concat, CreateFunction, Lambda, Query, Var } = faunadb.query
export default CreateFunction({
  name: 'greet',
  body: Query(Lambda(['name'], Concat(['${greeting}, ', Var('name')]))),
  role: 'server',
})`

it('makes its folders', async () => {
  const { stdout, exitCode } = await migrate('init')
  expect(stdout).toContain('Generated default directories')
  expect(exitCode).toBe(0)
  expect(readdirSync(path.join(project, 'fauna'))).toEqual(['migrations', 'resources'])
})

it('turns resources of every kind into migrations', async () => {
  write('users.fql', "CreateCollection({ name: 'users' })")
  write('posts.fql', "CreateCollection({ name: 'posts', history_days: 3 })")
  write(
    'users_by_email.fql',
    `CreateIndex({
      name: 'users_by_email',
      source: {
        collection: Collection('users'),
        fields: {
          email: Query(Lambda('user', LowerCase(Select(['data', 'email'], Var('user'))))),
        },
      },
      terms: [{ binding: 'email' }],
      unique: true,
      serialized: true,
    })`,
  )
  write(
    'member.fql',
    `CreateRole({
      name: 'member',
      membership: [{
        resource: Collection('users'),
        predicate: Query(Lambda('ref', Select(['data', 'active'], Get(Var('ref')), false))),
      }],
      privileges: [
        {
          resource: Collection('posts'),
          actions: {
            read: true,
            create: Query(Lambda(
              'values',
              Equals(Select(['data', 'author'], Var('values')), CurrentIdentity())
            )),
          },
        },
        { resource: Index('users_by_email'), actions: { read: true } },
        { resource: Function('greet'), actions: { call: true } },
      ],
    })`,
  )
  write(
    'idp.fql',
    `CreateAccessProvider({
      name: 'idp',
      issuer: 'https://idp.example.com',
      jwks_uri: 'https://idp.example.com/jwks.json',
      roles: [Role('member')],
    })`,
  )
  write('greet.js', greet('Hello'))
  write('dbs/archive/letters.fql', "CreateCollection({ name: 'letters' })")

  expect((await migrate('generate')).exitCode).toBe(0)
  expect(migrations()).toEqual([
    [
      'create-accessprovider-idp.fql',
      'create-collection-posts.fql',
      'create-collection-users.fql',
      'create-database-archive.fql',
      'create-function-greet.fql',
      'create-index-users_by_email.fql',
      'create-role-member.fql',
    ],
  ])
  expect(migrations('dbs', 'archive')).toEqual([['create-collection-letters.fql']])
})

it('applies a migration in one transaction, and then has nothing left to do', async () => {
  expect((await migrate('apply')).stdout).toContain('Done applying migrations')
  expect((await migrate('apply')).stdout).toContain('Done, no migrations to apply')
  expect(
    await database.query([
      q.Call('greet', 'Taran'),
      q.Select('history_days', q.Get(q.Collection('posts'))),
      q.Select('unique', q.Get(q.Index('users_by_email'))),
      q.Select(['roles', 0, 'id'], q.Get(q.AccessProvider('idp'))),
      q.Exists(q.Database('archive')),
    ]),
  ).toEqual(['Hello, Taran', 3, true, 'member', true])
})

it('leaves a schema that does what it says', async () => {
  const user = q.Ref(q.Collection('users'), '1')
  const person = { name: 'Taran', email: 'Taran@example.com', active: true }
  await database.query(q.Create(user, { data: person }))
  await expect(
    database.query(q.Create(q.Collection('users'), { data: { email: 'TARAN@example.com' } })),
  ).rejects.toMatchObject({ description: 'document is not unique.' })
  const { secret } = await database.query<{ secret: string }>(
    q.Create(q.Tokens(), { instance: user }),
  )
  const post = (author: unknown) => q.Create(q.Collection('posts'), { data: { author } })
  expect(await database.query(q.Call('greet', 'Eilonwy'), { secret })).toBe('Hello, Eilonwy')
  await database.query(post(user), { secret })
  await expect(database.query(post('Gwydion'), { secret })).rejects.toMatchObject({
    message: 'permission denied',
  })
})

it('migrates a child database on its own', async () => {
  expect((await migrate('apply', 'all', 'archive')).stdout).toContain('Done applying migrations')
  const { secret } = await database.query<{ secret: string }>(
    q.CreateKey({ database: q.Database('archive'), role: 'server' }),
  )
  expect(await database.query(q.Exists(q.Collection('letters')), { secret })).toBe(true)
})

it('applies changes and deletions', async () => {
  write('greet.js', greet('Welcome'))
  write('drafts.fql', "CreateCollection({ name: 'drafts' })")
  for (const file of ['member.fql', 'idp.fql']) {
    rmSync(path.join(project, 'fauna', 'resources', file))
  }
  await migrate('generate')
  expect(migrations().at(-1)).toEqual([
    'create-collection-drafts.fql',
    'delete-accessprovider-idp.fql',
    'delete-role-member.fql',
    'update-function-greet.fql',
  ])
  expect((await migrate('apply')).stdout).toContain('Done applying migrations')
  expect(
    await database.query([
      q.Call('greet', 'Taran'),
      q.Exists(q.Role('member')),
      q.Exists(q.Collection('drafts')),
    ]),
  ).toEqual(['Welcome, Taran', false, true])
})

it('rolls back one migration, and then everything', async () => {
  expect((await migrate('rollback')).stdout).toContain('Applied rollback')
  expect(
    await database.query([
      q.Call('greet', 'Taran'),
      q.Exists(q.Role('member')),
      q.Exists(q.Collection('drafts')),
    ]),
  ).toEqual(['Hello, Taran', true, false])
  expect((await migrate('rollback', 'all')).stdout).toContain('Applied rollback')
  expect(
    await database.query(
      [
        q.Collections(),
        q.Indexes(),
        q.Functions(),
        q.Roles(),
        q.AccessProviders(),
        q.Databases(),
      ].map((set) => q.Count(set)),
    ),
  ).toEqual([1, 0, 0, 0, 0, 0])
  expect(await database.query(q.Count(q.Documents(q.Collection('migrations'))))).toBe(0)
})

it('applies nothing of a migration that the database refuses in part', async () => {
  await database.query(q.CreateCollection({ name: 'users' }))
  expect((await migrate('apply')).stdout).toContain('instance already exists')
  expect(
    await database.query([q.Exists(q.Function('greet')), q.Exists(q.Database('archive'))]),
  ).toEqual([false, false])
  expect(await database.query(q.Count(q.Documents(q.Collection('migrations'))))).toBe(0)
})

it('would go to fauna.com without an endpoint', async () => {
  const { stderr, exitCode } = await runTool(tools.schemaMigrate, ['state'], {
    cwd: project,
    environment: { FAUNA_ADMIN_KEY: 'none', FAUNA_LEGACY: '1' },
  })
  expect(stderr).toContain('refused to connect to db.fauna.com')
  expect(exitCode).toBe(leftTheMachine)
})
