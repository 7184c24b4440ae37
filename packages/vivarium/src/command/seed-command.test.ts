/** `vivarium seed` as a process, against servers that run. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
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

test('seeding takes other names, no movies, another trigger, and a new server key when asked', async () => {
  const dataDir = temporaryDirectory()
  const { dataApi = '', userPools = '' } = await startVivarium(dataDir, ['--no-seed']).ready()
  const seed = (...words: readonly string[]) =>
    new VivariumProcess([
      'seed',
      ...['--data-dir', dataDir, '--data-api-url', dataApi, '--user-pools-url', userPools],
      ...words,
    ]).ended()
  const keyOf = () => readFileSync(path.join(dataDir, 'token-trigger.key'), 'utf8')

  const triggerArn = 'arn:aws:lambda:us-east-1:123456789012:function:mine'
  const names = ['--pool-name=people', '--client-name=web']
  const made = await seed(...names, '--no-sample-movies', '--trigger-arn', triggerArn)
  expect(made.stderr).toContain('made the user pool people\nmade the app client web\n')
  expect(made.stderr).not.toContain('sample movies')
  const ids: { userPoolId: string; clientId: string } = JSON.parse(made.stdout)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const pools = new CognitoIdentityProvider({
    endpoint: userPools,
    region: 'us-east-1',
    credentials,
  })
  const { UserPool } = await pools.describeUserPool({ UserPoolId: ids.userPoolId })
  pools.destroy()
  expect(UserPool?.Name).toBe('people')
  expect(UserPool?.LambdaConfig?.PreTokenGenerationConfig?.LambdaArn).toBe(triggerArn)

  // The names are remembered; the pool can be told by its id as well.
  const same = ['--no-sample-movies', '--trigger-arn', triggerArn]
  expect(JSON.parse((await seed(...same)).stdout)).toEqual(ids)
  const before = keyOf()
  const rotated = await seed(...same, '--pool-id', ids.userPoolId, '--rotate-server-key')
  expect(rotated.stderr).toBe('minted a new server key\ndeleted the server key before it\n')
  expect(JSON.parse(rotated.stdout)).toEqual(ids)
  expect(keyOf()).not.toBe(before)
  const statusOf = async (secret: string) =>
    (
      await fetch(dataApi, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret.trim()}` },
        body: '1',
      })
    ).status
  expect([await statusOf(before), await statusOf(keyOf())]).toEqual([401, 200])
})

test('seeding one of two cannot join them', async () => {
  const words = ['seed', '--only=data-api', '--data-api-secret=id-token']
  const { status, stderr } = await new VivariumProcess(words).ended()
  expect(status).toBe(2)
  expect(stderr).toContain(
    'vivarium: --data-api-secret id-token joins the data API and the user pools: seed both.\n',
  )
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
