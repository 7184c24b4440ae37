import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fakeServer } from './fake-server.test-data.ts'
import { createServerKey } from './server-key.ts'

const soonMs = 5_000

test('a key of the environment is what it is, and has no successor', async () => {
  const key = createServerKey({ kind: 'value', secret: 'fnAkey' })
  expect(await key.current(soonMs)).toBe('fnAkey')
  expect(await key.successorOf('fnAkey', soonMs)).toBeUndefined()
})

describe('a key in a file', () => {
  let directory: string
  let path: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'server-key-'))
    path = join(directory, 'key')
  })
  afterEach(() => rm(directory, { recursive: true }))

  test('is read once, and again when it is refused', async () => {
    const key = createServerKey({ kind: 'file', path })
    await writeFile(path, 'fnAfirst\n')
    expect(await key.current(soonMs)).toBe('fnAfirst')
    await writeFile(path, 'fnAsecond\n')
    expect(await key.current(soonMs)).toBe('fnAfirst')
    expect(await key.successorOf('fnAfirst', soonMs)).toBe('fnAsecond')
    expect(await key.current(soonMs)).toBe('fnAsecond')
    // Another sign-in that still had the first one need not read the file.
    await rm(path)
    expect(await key.successorOf('fnAfirst', soonMs)).toBe('fnAsecond')
  })

  test('that is not there is an error that says so', async () => {
    const key = createServerKey({ kind: 'file', path })
    await expect(key.current(soonMs)).rejects.toThrow(
      'The file FAUNA_SERVER_KEY_FILE cannot be read: ENOENT',
    )
    await writeFile(path, 'fnAkey')
    expect(await key.current(soonMs)).toBe('fnAkey')
  })

  test.each(['', '  \n', 'two words', '{"key":"fnAkey"}', '{"secret":7}', '{"secret":'])(
    'is not %j, and is not shown',
    async (text) => {
      await writeFile(path, text)
      await expect(createServerKey({ kind: 'file', path }).current(soonMs)).rejects.toThrow(
        /^There is no server key in the file FAUNA_SERVER_KEY_FILE$/,
      )
    },
  )
})

describe('a key in AWS Secrets Manager', () => {
  const id = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:key-AbCdEf'

  /** Stands in for the service, which cannot run here; the client is the real one. */
  async function secretsManager(...values: readonly (string | undefined)[]) {
    const server = await fakeServer((_, count) => {
      const value = values[Math.min(count, values.length) - 1]
      return value === undefined
        ? { status: 400, body: { __type: 'ResourceNotFoundException', message: `${id} no` } }
        : { status: 200, body: { ARN: id, Name: 'key', SecretString: value } }
    })
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', server.endpoint)
    vi.stubEnv('AWS_REGION', 'us-east-1')
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
    return server
  }
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  test.each(['fnAfirst', '{"secret":"fnAfirst"}'])('is read once, written as %s', async (value) => {
    await using server = await secretsManager(value)
    const key = createServerKey({ kind: 'secrets-manager', secretId: id })
    expect(server.asked).toHaveLength(0)
    expect([await key.current(soonMs), await key.current(soonMs)]).toEqual(['fnAfirst', 'fnAfirst'])
    expect(server.asked).toHaveLength(1)
    expect(server.asked[0]?.headers['x-amz-target']).toBe('secretsmanager.GetSecretValue')
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({ SecretId: id })
  })

  test('is read again when it is refused', async () => {
    await using server = await secretsManager('fnAfirst', 'fnAsecond')
    const key = createServerKey({ kind: 'secrets-manager', secretId: id })
    const first = await key.current(soonMs)
    expect(await key.successorOf(first, soonMs)).toBe('fnAsecond')
    expect(await key.successorOf('fnAsecond', soonMs)).toBeUndefined()
    expect(server.asked).toHaveLength(3)
  })

  test('that is not there is an error that names the kind', async () => {
    await using _ = await secretsManager(undefined)
    await expect(
      createServerKey({ kind: 'secrets-manager', secretId: id }).current(soonMs),
    ).rejects.toThrow(/^AWS Secrets Manager does not give the key: ResourceNotFoundException$/)
  })

  test('is not waited for longer than asked', async () => {
    await using _ = await fakeServer(() => undefined).then((server) => {
      vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', server.endpoint)
      vi.stubEnv('AWS_REGION', 'us-east-1')
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
      return server
    })
    const key = createServerKey({ kind: 'secrets-manager', secretId: id })
    await expect(key.current(200)).rejects.toThrow(
      'AWS Secrets Manager does not give the key: AbortError',
    )
  })
})
