/** `vivarium start` as a process: from its first line to its last. */

import { once } from 'node:events'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import path from 'node:path'
import {
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  DescribeUserPoolCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import faunadb from 'faunadb'
import { open } from 'lmdb'
import { describe, expect, onTestFinished, test } from 'vitest'
import { certificate, privateKey } from '../testing/tls.test-data.ts'
import { startVivarium, temporaryDirectory, VivariumProcess } from '../testing/vivarium-process.ts'

const { query: q } = faunadb
const rootKey = 'test-root-key-of-this-test'
const keyed = { VIVARIUM_ROOT_KEY: rootKey }
const quiet = ['--no-seed', '--store', 'memory:']

function client(endpoint: string | undefined, secret: string): faunadb.Client {
  const opened = new faunadb.Client({ endpoint: endpoint ?? '', secret })
  onTestFinished(() => opened.close({ force: true }))
  return opened
}

describe('a start', () => {
  test('seeds, shows the root key once, and is ready for clients', async () => {
    const dataDir = path.join(temporaryDirectory(), 'data')
    const first = startVivarium(dataDir)
    const ready = await first.ready()
    expect(ready).toEqual({
      ready: true,
      dataApi: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      userPools: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      functions: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      web: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      userPoolId: expect.stringMatching(/^us-east-1_\w{9}$/),
      clientId: expect.stringMatching(/^[a-z0-9]{26}$/),
    })

    const secret = readFileSync(path.join(dataDir, 'root.key'), 'utf8').trim()
    const movies = await client(ready.dataApi, secret).query<{ data: unknown[] }>(
      q.Paginate(q.Documents(q.Collection('Movie'))),
    )
    expect(movies.data).toHaveLength(2)

    const pools = new CognitoIdentityProviderClient({
      endpoint: ready.userPools ?? '',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    })
    const { UserPool } = await pools.send(
      new DescribeUserPoolCommand({ UserPoolId: ready.userPoolId }),
    )
    pools.destroy()
    expect(UserPool?.LambdaConfig?.PreTokenGenerationConfig?.LambdaArn).toBe(
      'arn:aws:lambda:us-east-1:000000000000:function:token-trigger',
    )

    const configuration = await fetch(`${ready.web}/config.json`)
    expect(await configuration.json()).toEqual({
      region: 'us-east-1',
      userPoolId: ready.userPoolId,
      clientId: ready.clientId,
      userPoolsEndpoint: ready.userPools,
      dataApiEndpoint: ready.dataApi,
      dataApiSecret: 'fauna',
      mailbox: '/_vivarium/mailbox',
    })
    expect((await fetch(`${ready.functions}/`)).status).toBe(404)
    expect(await (await fetch(`${ready.web}/_vivarium/mailbox`)).json()).toEqual([])

    const ended = await first.stop()
    expect([ended.status, ended.signal]).toEqual([0, null])
    expect(ended.stdout.trim().split('\n')).toHaveLength(1)
    expect(ended.stderr.split(secret)).toHaveLength(2)
    expect(ended.stderr).toContain(`shown this once (it is kept in ${dataDir}/root.key)`)
    // Nothing of what seeding sent, nor what it keeps.
    const serverKey = readFileSync(path.join(dataDir, 'token-trigger.key'), 'utf8').trim()
    expect(ended.stderr).not.toContain(serverKey)
    for (const name of ['root.key', 'token-trigger.key', 'seeded.json']) {
      expect(statSync(path.join(dataDir, name)).mode & 0o777).toBe(0o600)
    }
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)

    const second = startVivarium(dataDir)
    const again = await second.ready()
    expect([again.userPoolId, again.clientId]).toEqual([ready.userPoolId, ready.clientId])
    const { stderr } = await second.stop()
    expect(stderr).not.toContain(secret)
    expect(stderr).not.toContain('root key')
    expect(stderr).not.toContain('"server":"seed"')
  })

  test('that finds its server key gone has another one minted', async () => {
    const dataDir = temporaryDirectory()
    const keyFile = path.join(dataDir, 'token-trigger.key')
    const first = startVivarium(dataDir)
    const { userPoolId } = await first.ready()
    await first.stop()
    const lost = readFileSync(keyFile, 'utf8')
    rmSync(keyFile)
    const second = startVivarium(dataDir, [], { VIVARIUM_LOG_LEVEL: 'silent' })
    expect((await second.ready()).userPoolId).toBe(userPoolId)
    expect(readFileSync(keyFile, 'utf8')).toMatch(/^fn[\w-]{38}\n$/)
    expect(readFileSync(keyFile, 'utf8')).not.toBe(lost)
    expect((await second.stop()).stderr).toBe('')
  })

  test('shows no root key that was given, and leaves no file with it', async () => {
    const dataDir = temporaryDirectory()
    const vivarium = startVivarium(dataDir, quiet, keyed)
    const { dataApi } = await vivarium.ready()
    expect(await client(dataApi, rootKey).query(q.Add(1, 2))).toBe(3)
    const { stderr } = await vivarium.stop()
    expect(stderr).not.toContain(rootKey)
    expect(() => statSync(path.join(dataDir, 'root.key'))).toThrow('ENOENT')
  })

  test('without seeding has nothing to sign in to', async () => {
    const vivarium = startVivarium(temporaryDirectory(), quiet)
    const ready = await vivarium.ready()
    expect(ready).not.toHaveProperty('userPoolId')
    expect((await fetch(`${ready.web}/config.json`)).status).toBe(503)
  })
})

test('a person signs up, reads the code, signs in, reads movies, and is signed out for good', async () => {
  const vivarium = startVivarium(temporaryDirectory(), ['--store=memory:', '--log-level=debug'], {
    FAUNA_ACCESS_TOKEN_SECONDS: '77',
  })
  const { userPools: endpoint = '', clientId: ClientId, web, dataApi } = await vivarium.ready()
  const pools = new CognitoIdentityProviderClient({ endpoint, region: 'us-east-1' })
  onTestFinished(() => pools.destroy())
  const Username = 'ann@example.com'
  const Password = 'Corr3ct-horse'
  const UserAttributes = [{ Name: 'email', Value: Username }]
  await pools.send(new SignUpCommand({ ClientId, Username, Password, UserAttributes }))

  const [message] = await mailbox(web)
  expect(message).toMatchObject({ to: Username, code: expect.stringMatching(/^\d{6}$/) })
  const ConfirmationCode = message?.code
  await pools.send(new ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode }))

  const AuthParameters = { USERNAME: Username, PASSWORD: Password }
  const { AuthenticationResult } = await pools.send(
    new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }),
  )
  const secret = String(claimsOf(AuthenticationResult?.IdToken).fauna_access_token)
  const own = client(dataApi, secret)
  const movies = await own.query<{ data: unknown[] }>(
    q.Paginate(q.Documents(q.Collection('Movie'))),
  )
  expect(movies.data).toHaveLength(2)
  // The trigger runs with what the environment says of it.
  const lifetime = q.TimeDiff(q.Now(), q.Select('ttl', q.Get(q.CurrentToken())), 'seconds')
  const seconds = await own.query<number>(lifetime)
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(77)

  await pools.send(new GlobalSignOutCommand({ AccessToken: AuthenticationResult?.AccessToken }))
  await expect(own.query(q.Now())).rejects.toMatchObject({ name: 'Unauthorized' })

  const { stderr } = await vivarium.stop()
  for (const kept of [secret, Password, message?.code ?? '']) expect(stderr).not.toContain(kept)
})

test('a host that others reach shows no mailbox, and keeps the function host to itself', async () => {
  const ready = await startVivarium(temporaryDirectory(), [...quiet, '--host=0.0.0.0'], {
    VIVARIUM_AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    VIVARIUM_AWS_SECRET_ACCESS_KEY: 'an-example',
  }).ready()
  expect((await fetch(`${ready.web}/_vivarium/mailbox`)).status).toBe(404)
  // A second listener on all addresses is possible only where the first has taken just one.
  const { port } = new URL(ready.functions ?? '')
  const other = net.createServer().listen(Number(port), '127.0.0.2')
  await once(other, 'listening')
  other.close()
})

test('what was acknowledged before kill -9 is there after the next start', async () => {
  const dataDir = temporaryDirectory()
  const first = startVivarium(dataDir, ['--no-seed'], keyed)
  const before = client((await first.ready()).dataApi, rootKey)
  await before.query(q.CreateCollection({ name: 'Kept' }))
  const made = await before.query<{ ref: faunadb.values.Ref }>(
    q.Create(q.Collection('Kept'), { data: { n: 1 } }),
  )
  first.kill('SIGKILL')
  expect((await first.ended()).signal).toBe('SIGKILL')

  const second = startVivarium(dataDir, ['--no-seed'], keyed)
  const after = client((await second.ready()).dataApi, rootKey)
  expect(await after.query(q.Select(['data', 'n'], q.Get(made.ref)))).toBe(1)
})

describe('a signal', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s lets a request finish', async (signal) => {
    const vivarium = startVivarium(temporaryDirectory(), quiet, keyed)
    const { dataApi = '' } = await vivarium.ready()
    const request = await beginQuery(dataApi)
    vivarium.kill(signal)
    await vivarium.logged('"stopping"')
    request.end('[1,2]}')
    const [response]: http.IncomingMessage[] = await once(request, 'response')
    expect(response?.statusCode).toBe(200)
    expect(await response?.setEncoding('utf8').toArray()).toEqual(['{"resource":3}'])
    expect(await vivarium.ended()).toMatchObject({ status: 0, signal: null })
  })

  test('that is repeated ends the process at once', async () => {
    const vivarium = startVivarium(temporaryDirectory(), quiet, keyed)
    const { dataApi = '' } = await vivarium.ready()
    await beginQuery(dataApi)
    vivarium.kill('SIGTERM')
    await vivarium.logged('"stopping"')
    // The first of these may still be taken for the same as the one before.
    const repeating = setInterval(() => vivarium.kill('SIGTERM'), 10)
    const ended = await vivarium.ended()
    clearInterval(repeating)
    expect(ended).toMatchObject({ status: 143, signal: null })
  })
})

describe('what cannot be started', () => {
  test('names a port that is taken, and the option that changes it', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const address = taken.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const dataDir = temporaryDirectory()
    const vivarium = startVivarium(dataDir, [...quiet, '--user-pools-port', port])
    const ended = await vivarium.ended()
    expect(ended).toMatchObject({ status: 1, stdout: '' })
    expect(ended.stderr).toContain(
      `vivarium: Port ${port} of 127.0.0.1, for user-pools, is taken. Choose another with --user-pools-port`,
    )
  })

  test('names a data directory that cannot be', async () => {
    const file = path.join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    const ended = await startVivarium(path.join(file, 'data'), quiet).ended()
    expect(ended).toMatchObject({ status: 1, stdout: '' })
    expect(ended.stderr).toContain(
      `vivarium: The data directory ${file}/data cannot be written: ENOTDIR.`,
    )
  })

  test('names a store that a newer version wrote', async () => {
    const dataDir = temporaryDirectory()
    await writeNewerStore(path.join(dataDir, 'store'))
    const ended = await startVivarium(dataDir).ended()
    expect(ended).toMatchObject({ status: 1, stdout: '' })
    expect(ended.stderr).toContain(`vivarium: The store at ${dataDir}/store has format 99`)
  })

  test('names a certificate that cannot be read', async () => {
    const ended = await startVivarium(temporaryDirectory(), [
      ...quiet,
      '--tls-cert=/nowhere/c.pem',
      '--tls-key=/nowhere/k.pem',
    ]).ended()
    expect(ended).toMatchObject({ status: 1, stdout: '' })
    expect(ended.stderr).toContain('vivarium: /nowhere/c.pem cannot be read: ENOENT.')
  })

  test.each([
    [[], 'Which command? One of start, seed, backup, restore, doctor.'],
    [['stat'], 'There is no command "stat". There are start, seed, backup, restore and doctor.'],
    [['start', '--prot', '1'], "Unknown option '--prot'."],
    [
      ['start', '--lambda-endpoint', 'https://db.fauna.com'],
      '--lambda-endpoint cannot be at db.fauna.com',
    ],
  ])('%j is misunderstood with status 2', async (words, message) => {
    const ended = await new VivariumProcess(words).ended()
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toContain(`vivarium: ${message}`)
    expect(ended.stderr).toContain('See vivarium --help.')
  })
})

describe('some of the servers', () => {
  test('start alone, and only they are named', async () => {
    const vivarium = startVivarium(
      temporaryDirectory(),
      ['--only', 'data-api', '--store=memory:'],
      keyed,
    )
    const ready = await vivarium.ready()
    expect(Object.keys(ready)).toEqual(['ready', 'dataApi'])
    expect(await client(ready.dataApi, rootKey).query(q.Add(1, 1))).toBe(2)
  })

  test('serve web pages for servers elsewhere', async () => {
    const ready = await startVivarium(temporaryDirectory(), ['--only', 'web']).ready()
    expect(Object.keys(ready)).toEqual(['ready', 'web'])
    const { status } = await fetch(`${ready.web}/_vivarium/mailbox`)
    expect(status).toBe(404)
  })
})

test('with a certificate, browsers are served over TLS and the function host is not', async () => {
  const directory = temporaryDirectory()
  const files = { cert: path.join(directory, 'c.pem'), key: path.join(directory, 'k.pem') }
  writeFileSync(files.cert, certificate)
  writeFileSync(files.key, privateKey)
  const tls = ['--tls-cert', files.cert, '--tls-key', files.key]
  const ready = await startVivarium(directory, ['--store=memory:', ...tls], keyed).ready()
  expect(ready).toMatchObject({
    dataApi: expect.stringMatching(/^https:/),
    userPools: expect.stringMatching(/^https:/),
    functions: expect.stringMatching(/^http:/),
    web: expect.stringMatching(/^https:/),
    userPoolId: expect.any(String),
  })
  const request = https.get(`${ready.web}/config.json`, { ca: certificate, agent: false })
  const [response]: http.IncomingMessage[] = await once(request, 'response')
  expect(response?.statusCode).toBe(200)
  response?.resume()
})

test('the log tells what was asked, and no secret', async () => {
  const vivarium = startVivarium(temporaryDirectory(), [...quiet, '--log-level=debug'], keyed)
  const { dataApi, userPools } = await vivarium.ready()
  await client(dataApi, rootKey).query(q.Add(40, 2))
  await fetch(`${dataApi}/?q=%7B%22add%22%3A%5B1%2C4711%5D%7D`, {
    headers: { authorization: `Bearer ${rootKey}` },
  })
  await fetch(`${userPools}/`, {
    method: 'POST',
    headers: {
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
      'content-type': 'application/x-amz-json-1.1',
    },
    body: '{"ClientId":"a","AuthParameters":{"PASSWORD":"hunter2-hunter2"}}',
  })
  const { stderr } = await vivarium.stop()
  const requests = stderr
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ msg }) => msg === 'request')
  expect(requests).toMatchObject([
    { server: 'data-api', method: 'POST', path: '/', status: 200, durationMs: expect.any(Number) },
    { server: 'data-api', method: 'GET', path: '/', status: 200 },
    { server: 'user-pools', method: 'POST', path: '/', operation: 'InitiateAuth', status: 400 },
  ])
  for (const secret of [rootKey, 'hunter2', '4711']) expect(stderr).not.toContain(secret)
})

async function mailbox(web: string | undefined): Promise<{ to: string; code: string }[]> {
  return (await fetch(`${web}/_vivarium/mailbox`)).json()
}

function claimsOf(jwt = ''): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
}

/** Sends the first half of `Add(1, 2)`, and waits until the server has it. */
async function beginQuery(dataApi: string): Promise<http.ClientRequest> {
  const authorization = `Bearer ${rootKey}`
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const headers = { authorization, 'content-length': 13 }
  const request = http.request(dataApi, { method: 'POST', headers, agent })
  request.on('error', () => {})
  request.write('{"add":')
  await fetch(`${dataApi}/ping`)
  return request
}

async function writeNewerStore(directory: string): Promise<void> {
  const environment = open({ path: directory, maxDbs: 4 })
  const binary = { keyEncoding: 'binary', encoding: 'binary' } as const
  const meta = environment.openDB<Buffer, Buffer>({ name: 'meta', ...binary })
  await meta.put(Buffer.from('format'), Buffer.of(99))
  await environment.close()
}
