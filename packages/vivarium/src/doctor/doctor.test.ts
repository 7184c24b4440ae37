/** `vivarium doctor` as a process: what it finds, and what it says to do. */

import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { open } from 'lmdb'
import { describe, expect, onTestFinished, test } from 'vitest'
import { certificate, expiredCertificate, privateKey } from '../testing/tls.test-data.ts'
import { type Ended, temporaryDirectory, VivariumProcess } from '../testing/vivarium-process.ts'

function diagnose(words: readonly string[], environment = {}): Promise<Ended> {
  const ports = ['data-api', 'user-pools', 'functions', 'web'].flatMap((name) => [
    `--${name}-port`,
    '0',
  ])
  return new VivariumProcess(['doctor', ...ports, ...words], environment).ended()
}

async function takePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('where nothing is wrong, it says so', async () => {
  const dataDir = temporaryDirectory()
  const { status, stdout, stderr } = await diagnose(['--data-dir', dataDir])
  expect(stderr).toBe('')
  expect(stdout).toContain(`ok     data directory   ${dataDir}\n`)
  expect(stdout).toContain(
    `note   store            ${dataDir}/store will be made on the first start\n`,
  )
  expect(stdout).toMatch(/\n\nNothing is wrong\.\n$/)
  expect(status).toBe(0)
})

describe('it finds', () => {
  test('a port that is taken, and by whom', async () => {
    const port = await takePort()
    const { status, stdout } = await diagnose([
      '--data-dir',
      temporaryDirectory(),
      '--web-port',
      String(port),
    ])
    const owner = process.platform === 'linux' ? `process ${process.pid} (` : 'another process'
    expect(stdout).toContain(`wrong  web port         ${port} of 127.0.0.1 is taken by ${owner}`)
    expect(stdout).toContain('-> Choose another with --web-port, or stop it.')
    expect(stdout).toMatch(/\n1 wrong\.\n$/)
    expect(status).toBe(1)
  })

  test('a port for metrics that is taken', async () => {
    const port = await takePort()
    const directory = temporaryDirectory()
    const { status, stdout } = await diagnose([`--data-dir=${directory}`, `--metrics-port=${port}`])
    expect(stdout).toContain(`wrong  metrics port     ${port} of 127.0.0.1 is taken by `)
    expect(stdout).toContain('-> Choose another with --metrics-port, or stop it.')
    expect(status).toBe(1)
  })

  test('a data directory that cannot be', async () => {
    const file = path.join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    const { status, stdout } = await diagnose(['--data-dir', path.join(file, 'data')])
    expect(stdout).toContain(`wrong  data directory   ${file} is no directory`)
    expect(status).toBe(1)
  })

  test('a key that others can read', async () => {
    const dataDir = temporaryDirectory()
    const file = path.join(dataDir, 'root.key')
    writeFileSync(file, 'root-secret')
    chmodSync(file, 0o644)
    const { status, stdout } = await diagnose(['--data-dir', dataDir])
    expect(stdout).toContain(`wrong  keys             ${file} can be read by others (mode 644)`)
    expect(stdout).not.toContain('root-secret')
    expect(status).toBe(1)
  })

  test('a store that a newer version wrote', async () => {
    const dataDir = temporaryDirectory()
    const environment = open({ path: path.join(dataDir, 'store'), maxDbs: 4 })
    const binary = { keyEncoding: 'binary', encoding: 'binary' } as const
    const meta = environment.openDB<Buffer, Buffer>({ name: 'meta', ...binary })
    await meta.put(Buffer.from('format'), Buffer.of(99))
    await environment.close()
    const { status, stdout } = await diagnose(['--data-dir', dataDir])
    expect(stdout).toMatch(/wrong {2}store +The store at .* has format 99/)
    expect(stdout).toContain('-> Start the version that wrote it')
    expect(status).toBe(1)
  })

  test('files in place of a store that are none', async () => {
    const dataDir = temporaryDirectory()
    mkdirSync(path.join(dataDir, 'store'))
    writeFileSync(path.join(dataDir, 'store', 'data.mdb'), Buffer.alloc(8192, 'not a database'))
    const { status, stdout } = await diagnose(['--data-dir', dataDir])
    expect(stdout).toMatch(/wrong {2}store +The (files|store) at /)
    expect(status).toBe(1)
  })

  test('an endpoint of fauna.com', async () => {
    const { status, stdout } = await diagnose([], {
      VIVARIUM_LAMBDA_ENDPOINT: 'https://db.eu.fauna.com',
    })
    expect(stdout).toContain('wrong  settings  --lambda-endpoint cannot be at db.eu.fauna.com')
    expect(status).toBe(1)
  })

  test('a mail server that does not answer, without showing the password', async () => {
    const VIVARIUM_SMTP_URL = 'smtp://user:pa55@127.0.0.1:1'
    const { status, stdout } = await diagnose(['--data-dir', temporaryDirectory()], {
      VIVARIUM_SMTP_URL,
    })
    expect(stdout).toContain('wrong  mail             127.0.0.1:1 cannot be reached: ECONNREFUSED')
    expect(stdout).not.toContain('pa55')
    expect(status).toBe(1)
  })

  test('a mail server that answers', async () => {
    const VIVARIUM_SMTP_URL = `smtp://127.0.0.1:${await takePort()}`
    const words = ['--data-dir', temporaryDirectory(), '--only=user-pools']
    const { status, stdout } = await diagnose(words, { VIVARIUM_SMTP_URL })
    expect(stdout).toMatch(/ok {5}mail +127\.0\.0\.1:\d+ answers/)
    expect(status).toBe(0)
  })
})

describe('of a certificate, it finds', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const otherKey = other.export({ type: 'pkcs8', format: 'pem' })

  test.each([
    [
      'that all is well',
      certificate,
      privateKey,
      0,
      /ok {5}TLS +a certificate for DNS:localhost, IP Address:127\.0\.0\.1, until/,
    ],
    [
      'that it expired',
      expiredCertificate,
      privateKey,
      1,
      /wrong {2}TLS +the certificate expired on/,
    ],
    [
      'that the key is another’s',
      certificate,
      otherKey,
      1,
      /wrong {2}TLS +.*k\.pem is not the key of .*c\.pem/,
    ],
    ['that it is none', 'nothing', privateKey, 1, /wrong {2}TLS +.*c\.pem cannot be used/],
    ['that the key is none', certificate, 'nothing', 1, /wrong {2}TLS +.*k\.pem cannot be used/],
  ])('%s', async (_what, cert, key, expected, line) => {
    const directory = temporaryDirectory()
    const files = { cert: path.join(directory, 'c.pem'), key: path.join(directory, 'k.pem') }
    writeFileSync(files.cert, cert)
    writeFileSync(files.key, key)
    const only = '--only=data-api'
    const words = ['--data-dir', directory, only, '--tls-cert', files.cert, '--tls-key', files.key]
    const { status, stdout } = await diagnose(words)
    expect(stdout).toMatch(line)
    expect(status).toBe(expected)
  })
})
