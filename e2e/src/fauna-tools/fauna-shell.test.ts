import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startVivarium, type Vivarium } from '../browser/vivarium.ts'
import { leftTheMachine, runTool, type ToolRun, tools } from './run-tool.ts'

// Each test starts several processes, some of which compile WebAssembly first.
vi.setConfig({ testTimeout: 300_000 })

let vivarium: Vivarium
/** The home of the person at the shell, where it keeps `.fauna-shell`. */
const home = mkdtempSync(path.join(tmpdir(), 'vivarium-fauna-shell-'))

beforeAll(async () => {
  vivarium = await startVivarium()
})

afterAll(async () => {
  await vivarium.remove()
  rmSync(home, { recursive: true, force: true })
})

const fauna = (words: readonly string[], input?: string): Promise<ToolRun> =>
  runTool(tools.faunaShell, words, {
    cwd: home,
    environment: { HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home },
    ...(input === undefined ? {} : { input }),
  })

/** Evaluates FQL v4 in the database `zoo` and reads the JSON that the shell prints. */
async function evaluate(query: string): Promise<unknown> {
  const { stdout, stderr, exitCode } = await fauna(['eval', 'zoo', query, '--version=4'])
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  return JSON.parse(stdout)
}

it('saves an endpoint, though it warns: it tries the secret with a query of FQL v10', async () => {
  const { stdout, exitCode } = await fauna([
    ...['endpoint', 'add', 'local', '--url', vivarium.dataApi, '--secret', vivarium.rootSecret],
    ...['--non-interactive', '--set-default'],
  ])
  expect(stdout).toContain('Warning: invalid secret\nSaved endpoint local')
  expect(exitCode).toBe(0)
  expect((await fauna(['endpoint', 'list'])).stdout).toContain('* local')
})

it('creates a database once, and lists it', async () => {
  expect((await fauna(['create-database', 'zoo'])).stdout).toContain('created database zoo')
  const again = await fauna(['create-database', 'zoo'])
  expect(again.stderr).toContain("Database 'zoo' already exists.")
  expect(again.exitCode).toBe(1)
  expect((await fauna(['list-databases'])).stdout).toBe('listing databases\nzoo\n')
})

it('evaluates a query in the default database', async () => {
  expect((await fauna(['eval', 'Add(1, 2)', '--version=4'])).stdout).toBe('3\n')
})

it('evaluates a query in a child database, through a secret scoped to it', async () => {
  expect(await evaluate("Select('name', CreateCollection({ name: 'Animal' }))")).toBe('Animal')
  expect(
    await evaluate("Create(Ref(Collection('Animal'), '1'), { data: { name: 'Hen Wen' } })"),
  ).toMatchObject({ data: { name: 'Hen Wen' } })
  const outside = await fauna(['eval', "Exists(Collection('Animal'))", '--version=4'])
  expect(outside.stdout).toBe('false\n')
})

it('prints values of every type in the notation of the shell', async () => {
  const query = "[Time('2020-01-01T00:00:00Z'), Date('2020-01-01'), Ref(Collection('Animal'), '1')]"
  const { stdout } = await fauna(['eval', 'zoo', query, '--version=4', '--format=shell'])
  expect(stdout).toBe(
    `[
  Time("2020-01-01T00:00:00Z"),
  Date("2020-01-01"),
  Ref(Collection("Animal"), "1")
]
`,
  )
})

it('evaluates the queries of a file one after another, and of standard input', async () => {
  const queries = [
    "Create(Ref(Collection('Animal'), '2'), { data: { name: 'Gurgi' } })",
    "Select(['data', 'name'], Get(Ref(Collection('Animal'), '2')))",
  ].join('\n')
  writeFileSync(path.join(home, 'animals.fql'), queries)
  const file = await fauna(['eval', 'zoo', '--version=4', '--file=animals.fql'])
  expect(JSON.parse(file.stdout)).toMatchObject([{ data: { name: 'Gurgi' } }, 'Gurgi'])
  const input = "Select(['data', 'name'], Get(Ref(Collection('Animal'), '2')))"
  const stdin = await fauna(['eval', 'zoo', '--version=4', '--stdin'], input)
  expect(stdin.stdout).toBe('"Gurgi"\n')
})

it('shows the errors of a query, with code and position', async () => {
  const query = "Get(Ref(Collection('Animal'), '3'))"
  const { stderr, exitCode } = await fauna(['eval', 'zoo', query, '--version=4'])
  expect(stderr).toContain("code: 'instance not found'")
  expect(stderr).toContain("description: 'Document not found.'")
  expect(exitCode).toBe(1)
})

it('lists keys, and creates and deletes one that works until then', async () => {
  const { stdout } = await fauna(['create-key', 'zoo', 'server'])
  const secret = /secret: (\S+)/.exec(stdout)?.[1] ?? ''
  const as = (secretOfCaller: string): readonly string[] => [
    `--secret=${secretOfCaller}`,
    `--url=${vivarium.dataApi}`,
  ]
  const look = ['eval', "Exists(Collection('Animal'))", '--version=4', ...as(secret)]
  expect((await fauna(look)).stdout).toBe('true\n')
  const keyId = /(\d+) +zoo +server/.exec((await fauna(['list-keys'])).stdout)?.[1] ?? ''
  const inZoo = as(`${vivarium.rootSecret}:zoo:admin`)
  expect((await fauna(['delete-key', keyId, ...inZoo])).stdout).toContain(`key ${keyId} deleted`)
  expect((await fauna(look)).stderr).toContain('Unauthorized Secret')
})

it('imports a CSV file with its columns cast', async () => {
  writeFileSync(path.join(home, 'Horse.csv'), 'name,legs\nMelynlas,4\nMelyngar,4\n')
  const { stdout } = await fauna(['import', '--db=zoo', '--path=Horse.csv', '--type=legs::number'])
  expect(stdout).toContain('2 rows/object imported')
  expect(
    await evaluate(
      "Select('data', Map(Paginate(Documents(Collection('Horse'))), Lambda('r', Select('data', Get(Var('r'))))))",
    ),
  ).toEqual(
    expect.arrayContaining([
      { name: 'Melynlas', legs: 4 },
      { name: 'Melyngar', legs: 4 },
    ]),
  )
})

it('deletes a database', async () => {
  expect((await fauna(['delete-database', 'zoo'])).stdout).toContain("database 'zoo' deleted")
  expect((await fauna(['list-databases'])).stdout).toContain('No databases created')
})

it('would go to fauna.com without an endpoint', async () => {
  rmSync(path.join(home, '.fauna-shell'))
  const { stderr, exitCode } = await fauna(['eval', '1', '--version=4', '--secret=none'])
  expect(stderr).toContain('refused to connect to db.fauna.com')
  expect(exitCode).toBe(leftTheMachine)
})
