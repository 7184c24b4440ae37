/** `vivarium backup` and `vivarium restore` as processes, beside a server that runs. */
import path from 'node:path'
import { openLmdbStore, writeFormat } from '@vivarium/store'
import { startPostgresServer } from '@vivarium/store/testing'
import faunadb from 'faunadb'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startVivarium, temporaryDirectory, VivariumProcess } from '../testing/vivarium-process.ts'

const { query: q } = faunadb
const rootKey = 'test-root-key-of-this-test'
const keyed = { VIVARIUM_ROOT_KEY: rootKey }

async function serve(dataDir: string, words: readonly string[] = []) {
  const vivarium = startVivarium(dataDir, ['--no-seed', '--only=data-api', ...words], keyed)
  const { dataApi = '' } = await vivarium.ready()
  const client = new faunadb.Client({ endpoint: dataApi, secret: rootKey })
  onTestFinished(() => client.close({ force: true }))
  return { vivarium, client }
}

const run = (...words: string[]) => new VivariumProcess(words).ended()

const add = (client: faunadb.Client, n: number) =>
  client.query(q.Create(q.Collection('Kept'), { data: { n } }))

const kept = (client: faunadb.Client) =>
  client.query(
    q.Select('data', q.Map(q.Paginate(q.Match(q.Index('kept'))), q.Lambda('n', q.Var('n')))),
  )

test('a backup of a server that runs is restored into PostgreSQL, and from there into a directory', async () => {
  const server = await startPostgresServer()
  onTestFinished(() => server.stop())
  const [first, second, third] = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()]
  const backups = temporaryDirectory()
  const { vivarium, client } = await serve(first)
  await client.query(q.CreateCollection({ name: 'Kept' }))
  await client.query(
    q.CreateIndex({
      name: 'kept',
      source: q.Collection('Kept'),
      values: [{ field: ['data', 'n'] }],
    }),
  )
  await add(client, 1)
  await add(client, 2)
  const made = path.join(backups, 'first')
  const backedUp = await run('backup', made, '--data-dir', first)
  expect(backedUp).toMatchObject({ status: 0, stderr: expect.stringContaining('is backed up in') })
  expect(JSON.parse(backedUp.stdout)).toMatchObject({ directory: made, format: 1 })
  await add(client, 3)
  expect(await kept(client)).toEqual([1, 2, 3])
  await vivarium.stop()

  const shared = ['--data-dir', second, '--store', server.url()]
  expect(await run('restore', made, ...shared)).toMatchObject({ status: 0 })
  expect(await run('restore', made, ...shared)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('vivarium: The store is not empty.'),
  })
  const again = await serve(second, ['--store', server.url()])
  expect(await kept(again.client)).toEqual([1, 2])
  await add(again.client, 4)
  const other = path.join(backups, 'second')
  expect(await run('backup', other, ...shared)).toMatchObject({ status: 0 })

  expect(await run('restore', other, '--data-dir', third)).toMatchObject({ status: 0 })
  const last = await serve(third)
  expect(await kept(last.client)).toEqual([1, 2, 4])
})

describe('what cannot be', () => {
  test.each([
    [['backup'], 2, 'vivarium backup needs a directory: vivarium backup DIR.'],
    [['restore'], 2, 'vivarium restore needs a directory: vivarium restore DIR.'],
    [['backup', 'a', 'b'], 2, 'What is "b"?'],
    [['backup', 'a', '--store=memory:'], 2, 'A store in memory has nothing to back up'],
    [['backup', 'a', '--store=lmdb:/nowhere'], 1, 'There is no store at lmdb:/nowhere.'],
    [['restore', '/nowhere'], 1, 'There is no complete backup in /nowhere: SHA256SUMS is missing.'],
  ])('%j ends with %i', async (words, status, message) => {
    const ended = await run(...words, '--data-dir', temporaryDirectory())
    expect(ended).toMatchObject({ status, stdout: '' })
    expect(ended.stderr).toContain(`vivarium: ${message}`)
  })

  test.each([
    [
      { kind: 'ready', format: 99 },
      'This store was written by a newer Vivarium (format 99; this one reads up to',
    ],
    [{ kind: 'restoring', format: 1 }, 'A restore into this store has not come to its end'],
  ] as const)('a store with the record %j is served by nobody', async (record, message) => {
    const dataDir = temporaryDirectory()
    const store = openLmdbStore({ path: path.join(dataDir, 'store') })
    await store.transact((transaction) => writeFormat(transaction, record))
    await store.close()
    const started = await startVivarium(dataDir, ['--no-seed']).ended()
    expect(started).toMatchObject({ status: 1, stdout: '' })
    expect(started.stderr).toContain(`vivarium: ${message}`)
    const examined = await run('doctor', '--data-dir', dataDir)
    expect(examined.status).toBe(1)
    expect(examined.stdout).toContain(message)
  })
})
