/** From a command line and an environment to settings, or to a message. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readArguments } from './arguments.ts'
import { readSettings, type Settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

function settings(words: readonly string[], environment: Record<string, string> = {}): Settings {
  return readSettings(readArguments(['start', ...words], environment))
}

test('without options, everything listens on loopback and keeps its data here', () => {
  expect(settings([])).toEqual({
    dataDir: path.resolve('.vivarium'),
    store: { kind: 'lmdb', path: path.resolve('.vivarium/store') },
    host: '127.0.0.1',
    isLoopback: true,
    ports: { 'data-api': 8443, 'user-pools': 9229, functions: 9001, web: 3000 },
    only: new Set(['data-api', 'user-pools', 'functions', 'web']),
    workers: 1,
    tls: undefined,
    metrics: undefined,
    drainSeconds: 0,
    replaces: false,
    queryTimeoutMsMax: undefined,
    dataApiSecret: 'fauna',
    seeds: true,
    seeding: {
      poolName: undefined,
      poolId: undefined,
      clientName: undefined,
      triggerArn: undefined,
      sampleMovies: true,
      rotateServerKey: false,
    },
    showsMailbox: true,
    urls: { dataApi: undefined, userPools: undefined, web: undefined },
    region: 'us-east-1',
    issuer: undefined,
    lambdaEndpoint: undefined,
    functionsFile: { path: path.resolve('.vivarium/functions.json'), isRequired: false },
    logLevel: undefined,
    rootKey: undefined,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    smtp: undefined,
  })
})

describe('an option', () => {
  test.each([
    ['--data-dir', 'VIVARIUM_DATA_DIR', '/data', { dataDir: '/data' }],
    ['--store', 'VIVARIUM_STORE', 'memory:', { store: { kind: 'memory' } }],
    ['--store', 'VIVARIUM_STORE', 'lmdb:/data', { store: { kind: 'lmdb', path: '/data' } }],
    ['--host', 'VIVARIUM_HOST', '::1', { host: '::1', isLoopback: true }],
    ['--host', 'VIVARIUM_HOST', 'localhost', { host: 'localhost', isLoopback: true }],
    ['--only', 'VIVARIUM_ONLY', 'web, data-api', { only: new Set(['data-api', 'web']) }],
    ['--workers', 'VIVARIUM_WORKERS', '2', { workers: 2 }],
    [
      '--metrics-port',
      'VIVARIUM_METRICS_PORT',
      '9464',
      { metrics: { host: '127.0.0.1', port: 9464 } },
    ],
    ['--drain-seconds', 'VIVARIUM_DRAIN_SECONDS', '15', { drainSeconds: 15 }],
    [
      '--query-timeout-ms-max',
      'VIVARIUM_QUERY_TIMEOUT_MS_MAX',
      '600000',
      { queryTimeoutMsMax: 600_000 },
    ],
    [
      '--data-api-url',
      'VIVARIUM_DATA_API_URL',
      'https://db.example.com/',
      { urls: { dataApi: 'https://db.example.com', userPools: undefined, web: undefined } },
    ],
    [
      '--functions',
      'VIVARIUM_FUNCTIONS',
      'own/functions.json',
      { functionsFile: { path: path.resolve('own/functions.json'), isRequired: true } },
    ],
    ['--region', 'VIVARIUM_REGION', 'eu-central-1', { region: 'eu-central-1' }],
    [
      '--issuer',
      'VIVARIUM_ISSUER',
      'https://id.example.com/x',
      { issuer: 'https://id.example.com/x' },
    ],
    [
      '--lambda-endpoint',
      'VIVARIUM_LAMBDA_ENDPOINT',
      'http://127.0.0.1:9001',
      { lambdaEndpoint: 'http://127.0.0.1:9001' },
    ],
    ['--data-api-secret', 'VIVARIUM_DATA_API_SECRET', 'id-token', { dataApiSecret: 'id-token' }],
    ['--pool-name', 'VIVARIUM_POOL_NAME', 'my people', { seeding: { poolName: 'my people' } }],
    [
      '--pool-id',
      'VIVARIUM_POOL_ID',
      'eu-west-1_AbCdEf123',
      { seeding: { poolId: 'eu-west-1_AbCdEf123' } },
    ],
    ['--client-name', 'VIVARIUM_CLIENT_NAME', 'web', { seeding: { clientName: 'web' } }],
    [
      '--trigger-arn',
      'VIVARIUM_TRIGGER_ARN',
      'arn:aws:lambda:us-east-1:123456789012:function:mine:live',
      { seeding: { triggerArn: 'arn:aws:lambda:us-east-1:123456789012:function:mine:live' } },
    ],
    ['--log-level', 'VIVARIUM_LOG_LEVEL', 'silent', { logLevel: 'silent' }],
  ])('%s can be given as %s too', (flag, variable, value, expected) => {
    expect(settings([flag, value])).toMatchObject(expected)
    expect(settings([`${flag}=${value}`])).toMatchObject(expected)
    expect(settings([], { [variable]: value })).toMatchObject(expected)
  })

  test('on the command line goes before the environment', () => {
    expect(settings(['--web-port', '1'], { VIVARIUM_WEB_PORT: '2' }).ports.web).toBe(1)
  })

  test('that is empty in the environment is as good as none', () => {
    expect(settings([], { VIVARIUM_WEB_PORT: '', VIVARIUM_ROOT_KEY: '' })).toEqual(settings([]))
  })

  test.each([
    ['--no-seed', 'VIVARIUM_NO_SEED'],
    ['--no-sample-movies', 'VIVARIUM_NO_SAMPLE_MOVIES'],
    ['--rotate-server-key', 'VIVARIUM_ROTATE_SERVER_KEY'],
    ['--mailbox', 'VIVARIUM_MAILBOX'],
  ])('%s is a switch, %s true or false', (flag, variable) => {
    const isOn = (words: string[], environment = {}) => readArguments(words, environment).values
    expect(Object.values(isOn([flag]))).toEqual(['true'])
    expect(Object.values(isOn([], { [variable]: '1' }))).toEqual(['1'])
    expect(() => isOn([], { [variable]: 'yes' })).toThrow(`${variable} must be true or false.`)
  })
})

describe('a host that others reach', () => {
  const environment = {
    VIVARIUM_AWS_ACCESS_KEY_ID: 'AKIA',
    VIVARIUM_AWS_SECRET_ACCESS_KEY: 's3cret',
  }

  test('needs credentials', () => {
    expect(() => settings(['--host', '0.0.0.0'])).toThrow(
      'The host is not loopback: set VIVARIUM_AWS_ACCESS_KEY_ID and VIVARIUM_AWS_SECRET_ACCESS_KEY',
    )
    expect(settings(['--host', '0.0.0.0'], environment)).toMatchObject({
      isLoopback: false,
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 's3cret' },
    })
  })

  test('shows no mailbox unless asked for', () => {
    expect(settings(['--host', '0.0.0.0'], environment).showsMailbox).toBe(false)
    expect(settings(['--host', '0.0.0.0', '--mailbox'], environment).showsMailbox).toBe(true)
  })

  test('needs a root key that cannot be guessed', () => {
    expect(() =>
      settings(['--host', '::'], { ...environment, VIVARIUM_ROOT_KEY: 'secret' }),
    ).toThrow('VIVARIUM_ROOT_KEY must have at least 16 characters while the host is not loopback.')
  })
})

test('with a mail server there is no mailbox', () => {
  const given = settings(['--mailbox'], { VIVARIUM_SMTP_URL: 'smtp://u:p@mail.example.com:25' })
  expect(given.showsMailbox).toBe(false)
  expect(given.smtp).toEqual({ url: 'smtp://u:p@mail.example.com:25', from: 'no-reply@localhost' })
})

describe('a message says what is wrong', () => {
  const fauna =
    "cannot be at db.fauna.com: Fauna's service has closed, and its names belong to strangers now."
  test.each([
    [['--nonsense'], {}, "Unknown option '--nonsense'."],
    [['--web-port'], {}, "Option '--web-port <value>' argument missing."],
    [['surplus'], {}, 'What is "surplus"?'],
    [['--web-port', 'x'], {}, '--web-port must be a number from 0 to 65535.'],
    [['--web-port', '65536'], {}, '--web-port must be a number from 0 to 65535.'],
    [[], { VIVARIUM_WEB_PORT: '-1' }, '--web-port must be a number from 0 to 65535.'],
    [['--host', 'a b'], {}, '--host must be an address or a host name.'],
    [['--only', 'web,nothing'], {}, '--only must be some of data-api,user-pools,functions,web.'],
    [['--workers', '0'], {}, '--workers must be a number from 1 to 64.'],
    [
      ['--workers', '2', '--store', 'memory:'],
      {},
      '--workers needs a store that processes can share, which memory: is not.',
    ],
    ...['0', '1.5', '600001', '1s'].map((text): [string[], object, string] => [
      ['--query-timeout-ms-max', text],
      {},
      '--query-timeout-ms-max must be a number of milliseconds from 1 to 600000.',
    ]),
    [
      ['--store', 'lmdb:'],
      {},
      '--store must be lmdb:DIR, postgres://USER@HOST/DATABASE or memory:.',
    ],
    [['--store', 'postgres://db'], {}, '--store names no database: postgres://USER@HOST/DATABASE.'],
    [['--metrics-host', '0.0.0.0'], {}, '--metrics-host needs --metrics-port.'],
    [['--drain-seconds', '1.5'], {}, '--drain-seconds must be a number from 0 to 999.'],
    [['--tls-cert', 'a.pem'], {}, '--tls-cert and --tls-key go together.'],
    [['--log-level', 'loud'], {}, '--log-level must be one of debug, info, warn, error, silent.'],
    [['--data-api-secret', 'jwt'], {}, '--data-api-secret must be one of fauna, id-token.'],
    [
      ['--pool-name', 'a/b'],
      {},
      '--pool-name may have letters, digits, spaces and +=,.@-_, and 128 of them at most.',
    ],
    [['--pool-id', 'movies'], {}, '--pool-id must look like us-east-1_AbCdEf123.'],
    [
      ['--pool-id', 'us-east-1_AbCdEf123', '--pool-name', 'movies'],
      {},
      'Either --pool-name or --pool-id says which user pool is meant, not both.',
    ],
    [
      ['--trigger-arn', 'token-trigger'],
      {},
      '--trigger-arn must look like arn:aws:lambda:us-east-1:123456789012:function:name.',
    ],
    [
      [
        '--data-api-secret=id-token',
        '--trigger-arn',
        'arn:aws:lambda:us-east-1:123456789012:function:a',
      ],
      {},
      '--data-api-secret id-token needs no trigger: leave --trigger-arn out.',
    ],
    [['--rotate-server-key'], {}, '--rotate-server-key belongs to seed, not to start.'],
    [['--region', 'Mars'], {}, '--region must be the name of a region, as us-east-1.'],
    [['--issuer', 'me'], {}, '--issuer must be a URL.'],
    [
      ['--web-url', 'http://a/b'],
      {},
      '--web-url must be a scheme, a host and a port, and nothing more.',
    ],
    [
      ['--lambda-endpoint', 'ftp://a'],
      {},
      '--lambda-endpoint must be an http:// or https:// address.',
    ],
    [['--lambda-endpoint', 'https://db.fauna.com'], {}, `--lambda-endpoint ${fauna}`],
    [['--data-api-url', 'https://DB.Fauna.com'], {}, `--data-api-url ${fauna}`],
    [[], { VIVARIUM_ROOT_KEY: 'a:b' }, 'VIVARIUM_ROOT_KEY may have letters, digits, - and _ only.'],
    [
      [],
      { VIVARIUM_AWS_ACCESS_KEY_ID: 'a' },
      'VIVARIUM_AWS_ACCESS_KEY_ID and VIVARIUM_AWS_SECRET_ACCESS_KEY go together.',
    ],
    [
      [],
      { VIVARIUM_SMTP_URL: 'mail' },
      'VIVARIUM_SMTP_URL must be smtp://user:password@host:port.',
    ],
  ])('%j %j', (words, environment: Record<string, string>, message) => {
    expect(() => settings(words, environment)).toThrow(new UsageError(message))
  })
})
