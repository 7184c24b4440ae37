/** `vivarium seed` as a process, against servers that run. */
import path from 'node:path'
import { expect, test } from 'vitest'
import { startVivarium, temporaryDirectory, VivariumProcess } from '../testing/vivarium-process.ts'

test('seeding servers that run makes what is missing, and then nothing', async () => {
  const dataDir = temporaryDirectory()
  const first = startVivarium(dataDir, ['--no-seed'])
  const { dataApi = '', userPools = '' } = await first.ready()
  const words = [
    'seed',
    '--data-dir',
    dataDir,
    '--data-api-url',
    dataApi,
    '--user-pools-url',
    userPools,
  ]

  const made = await new VivariumProcess(words).ended()
  expect(made.status).toBe(0)
  const ids: unknown = JSON.parse(made.stdout)
  expect(ids).toEqual({
    userPoolId: expect.stringMatching(/^us-east-1_/),
    clientId: expect.stringMatching(/^[a-z0-9]{26}$/),
  })
  expect(made.stderr).toContain('made the collection Movie\n')

  const again = await new VivariumProcess(words).ended()
  expect(again).toMatchObject({ status: 0, stderr: 'everything was there already\n' })
  expect(JSON.parse(again.stdout)).toEqual(ids)

  // A later start finds what was seeded, and serves it.
  await first.stop()
  const second = startVivarium(dataDir, ['--no-seed'])
  const { web } = await second.ready()
  expect(await (await fetch(`${web}/config.json`)).json()).toMatchObject(ids ?? {})
})

test('seeding says what it could not reach', async () => {
  const dataDir = path.join(temporaryDirectory(), 'data')
  const words = [
    'seed',
    '--data-dir',
    dataDir,
    '--data-api-url',
    'http://127.0.0.1:1',
    '--only=data-api',
  ]
  const { status, stdout, stderr } = await new VivariumProcess(words).ended()
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(
    /^vivarium: Cannot read the schema at http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/,
  )
})
