/** `vivarium start` on PostgreSQL, as a process: what it takes, what it refuses, and what it keeps to itself. */
import { readFileSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import {
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { type PostgresServer, startPostgresServer } from '@vivarium/store/testing'
import faunadb from 'faunadb'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { certificate, privateKey } from '../testing/tls.test-data.ts'
import { startVivarium, temporaryDirectory, VivariumProcess } from '../testing/vivarium-process.ts'

const { query: q } = faunadb
const rootKey = 'test-root-key-of-this-test'
const password = 'p#ss/w?rd@%'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgresServer({}, { cert: certificate, key: privateKey })
  const admin = new pg.Client({ connectionString: server.url() })
  await admin.connect()
  await admin.query(`CREATE ROLE vivarium LOGIN PASSWORD '${password}'`)
  await admin.query('CREATE DATABASE movies OWNER vivarium')
  await admin.query('CREATE ROLE nobody_much LOGIN PASSWORD $$right$$')
  await admin.end()
})
afterAll(() => server.stop())

/** The address of a database, with other parts where they are given. */
function address(parts: {
  readonly user?: string
  readonly password?: string
  readonly host?: string
  readonly database?: string
  readonly search?: string
}): string {
  const url = new URL(server.url())
  url.username = parts.user ?? 'vivarium'
  url.password = encodeURIComponent(parts.password ?? '')
  url.hostname = parts.host ?? url.hostname
  url.pathname = parts.database ?? 'movies'
  url.search = parts.search ?? ''
  return String(url)
}

function authority(directory: string): string {
  const file = path.join(directory, 'authority.pem')
  writeFileSync(file, certificate)
  return file
}

const encrypted = (directory: string) =>
  `sslmode=verify-full&sslrootcert=${encodeURIComponent(authority(directory))}`

describe('a start on PostgreSQL', () => {
  test('seeds, lets a person sign in and read, and finds everything again', async () => {
    const dataDir = temporaryDirectory()
    const environment = {
      VIVARIUM_STORE: address({ password, search: encrypted(dataDir) }),
      VIVARIUM_ROOT_KEY: rootKey,
    }
    const first = startVivarium(dataDir, ['--log-level=debug'], environment)
    const ready = await first.ready()
    const secret = await signUpAndIn(ready)
    const client = new faunadb.Client({ endpoint: ready.dataApi ?? '', secret })
    onTestFinished(() => client.close({ force: true }))
    const movies = q.Collection('Movie')
    const data = { title: 'Alien', director: 'Ridley Scott', year: 1979 }
    await client.query(q.Create(movies, { data }))
    const titles = q.Map(
      q.Paginate(q.Documents(movies)),
      q.Lambda('ref', q.Select(['data', 'title'], q.Get(q.Var('ref')))),
    )
    const { data: before } = await client.query<{ data: string[] }>(titles)
    expect(before).toHaveLength(3)
    expect(before).toContain('Alien')
    const stopped = await first.stop()
    expect(stopped).toMatchObject({ status: 0, signal: null })
    expect(stopped.stderr).not.toContain(encodeURIComponent(password))

    // On another machine: nothing but the store and the root key is shared.
    const other = startVivarium(temporaryDirectory(), [], environment)
    const again = await other.ready()
    expect([again.userPoolId, again.clientId]).toEqual([ready.userPoolId, ready.clientId])
    const there = new faunadb.Client({ endpoint: again.dataApi ?? '', secret })
    onTestFinished(() => there.close({ force: true }))
    expect((await there.query<{ data: string[] }>(titles)).data).toEqual(before)
    expect(await other.stop()).toMatchObject({ status: 0 })
    const seeded = readFileSync(path.join(dataDir, 'seeded.json'), 'utf8')
    expect(seeded).toContain('/movies?schema=vivarium')
    expect(seeded).not.toContain(encodeURIComponent(password))
  })

  test('hides a password from who lists processes, and says where else to put it', async () => {
    const store = address({ password, search: 'sslmode=no-verify&schema=hidden&connections=3' })
    const words = ['--store', store, '--no-seed', '--only=data-api']
    const vivarium = startVivarium(temporaryDirectory(), words, { VIVARIUM_ROOT_KEY: rootKey })
    await vivarium.ready()
    if (process.platform === 'linux') {
      const line = readFileSync(`/proc/${vivarium.pid}/cmdline`, 'utf8').replace(/\0+$/, '')
      expect(line).toBe('vivarium')
    }
    const { status, stderr } = await vivarium.stop()
    expect(status).toBe(0)
    expect(stderr).toContain('put the URL into VIVARIUM_STORE')
    expect(stderr).not.toContain(encodeURIComponent(password))
  })

  test('takes the password from PGPASSWORD', async () => {
    const store = address({ search: 'sslmode=no-verify&schema=hidden' })
    const words = ['--store', store, '--no-seed', '--only=data-api', '--log-level=silent']
    const vivarium = startVivarium(temporaryDirectory(), words, { PGPASSWORD: password })
    await vivarium.ready()
    expect((await vivarium.stop()).stderr).not.toContain('VIVARIUM_STORE')
  })
})

describe('a store that cannot be opened is named, with what to do about it', () => {
  const verified = 'sslmode=verify-full'
  test.each<readonly [what: string, () => string, said: string, advice: string]>([
    [
      'a refused password',
      () => address({ password: 'wrong', search: 'sslmode=no-verify' }),
      'lets nobody in: password authentication failed for user "vivarium".',
      'Check the user, and the password in VIVARIUM_STORE, PGPASSWORD or ~/.pgpass.',
    ],
    [
      'no password',
      () => address({ search: 'sslmode=no-verify' }),
      'lets nobody in: SASL:',
      'Check the user, and the password in VIVARIUM_STORE, PGPASSWORD or ~/.pgpass.',
    ],
    [
      'a database that is not there',
      () => address({ user: 'postgres', database: 'films' }),
      'lets nobody in: database "films" does not exist.',
      'Create it, or name another in --store.',
    ],
    [
      'a user who may make no tables',
      () =>
        address({ user: 'nobody_much', password: 'right', search: 'sslmode=no-verify&schema=x' }),
      'failed: permission denied for database movies.',
      'Give the user CREATE on the database',
    ],
    [
      'a server that is not there',
      () => 'postgres://vivarium@127.0.0.1:1/movies',
      'The database at 127.0.0.1:1/movies cannot be reached: connect ECONNREFUSED 127.0.0.1:1.',
      'Is it running, and there?',
    ],
    [
      'a host without an address',
      () => 'postgres://vivarium@nowhere.invalid/movies',
      'The database at nowhere.invalid/movies cannot be reached: getaddrinfo',
      'Is it running, and there?',
    ],
    [
      'a connection that should have been encrypted',
      () => address({ password }),
      'no encryption.',
      'It takes encrypted connections only: add sslmode=verify-full.',
    ],
    [
      'a server whose authority is not known',
      () => address({ password, search: verified }),
      'self-signed certificate',
      'Name its authority: sslrootcert=FILE.',
    ],
    [
      'a server that poses as another',
      () =>
        address({ password, host: '127.0.0.1', search: `${verified}&sslrootcert=/nowhere.pem` }),
      '/nowhere.pem cannot be read: ENOENT.',
      '',
    ],
  ])('%s', async (_, storeOf, said, advice) => {
    const ended = await refused(storeOf())
    expect(ended).toMatchObject({ status: 1, stdout: '' })
    expect(ended.stderr).toContain(said)
    expect(ended.stderr).toContain(advice)
    for (const secret of ['wrong', encodeURIComponent(password), 'right']) {
      expect(ended.stderr).not.toContain(secret)
    }
  })

  test('a server that accepts and then says nothing', async () => {
    const silent = net.createServer(() => {}).listen(0, '127.0.0.1')
    onTestFinished(() => void silent.close())
    await new Promise((resolve) => silent.once('listening', resolve))
    const { port } = silent.address() as AddressInfo
    const ended = await refused(`postgres://vivarium@127.0.0.1:${port}/movies`)
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain(`127.0.0.1:${port}/movies cannot be reached: `)
    expect(ended.stderr).toContain('Is it running, and there?')
  })
})

describe('the doctor', () => {
  const diagnose = (store: string) =>
    new VivariumProcess(['doctor', '--data-dir', temporaryDirectory()], {
      VIVARIUM_STORE: store,
    }).ended()

  test('finds a store, or that there is none yet, and makes none', async () => {
    const none = address({ password, search: 'sslmode=no-verify&schema=none' })
    for (let i = 0; i < 2; i++) {
      expect((await diagnose(none)).stdout).toMatch(
        /note {3}store +tables at postgres:\/\/127\.0\.0\.1:\d+\/movies\?schema=none will be made/,
      )
    }
    const { stdout } = await diagnose(address({ password: 'wrong', search: 'sslmode=no-verify' }))
    expect(stdout).toMatch(/wrong {2}store +The database at .* password authentication failed/)
  })
})

function refused(store: string) {
  const environment = { VIVARIUM_STORE: store, VIVARIUM_ROOT_KEY: rootKey }
  return startVivarium(temporaryDirectory(), ['--no-seed', '--only=data-api'], environment).ended()
}

/** Signs somebody up and in. @returns the secret of their Fauna access token */
async function signUpAndIn(ready: Awaited<ReturnType<VivariumProcess['ready']>>): Promise<string> {
  const { userPools: endpoint = '', clientId: ClientId } = ready
  const pools = new CognitoIdentityProviderClient({ endpoint, region: 'us-east-1' })
  onTestFinished(() => pools.destroy())
  const Username = 'ann@example.com'
  const Password = 'Corr3ct-horse'
  const UserAttributes = [{ Name: 'email', Value: Username }]
  await pools.send(new SignUpCommand({ ClientId, Username, Password, UserAttributes }))
  const [message]: { code: string }[] = await (await fetch(`${ready.web}/_vivarium/mailbox`)).json()
  const ConfirmationCode = message?.code
  await pools.send(new ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode }))
  const AuthParameters = { USERNAME: Username, PASSWORD: Password }
  const { AuthenticationResult } = await pools.send(
    new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }),
  )
  const [, claims = ''] = AuthenticationResult?.IdToken?.split('.') ?? []
  return JSON.parse(Buffer.from(claims, 'base64url').toString()).fauna_access_token
}
