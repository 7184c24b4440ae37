/**
 * Every port of the built command, sent garbage: each answers in its protocol's own words, goes on, and
 * has written nothing.
 */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import faunadb from 'faunadb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { vivariumFor } from './browser/fixtures.ts'
import { type Configuration, codeFor, configurationOf, Person } from './person.ts'

const { query: q } = faunadb
const vivarium = vivariumFor()
const dormant = 'dormant@example.com'
let configuration: Configuration
let ann: Person
let idToken: string
let accessToken: string
/** What the client proved its password with. */
let proof: { readonly ChallengeResponses: Record<string, string> }
let before: string

beforeAll(async () => {
  configuration = await configurationOf(vivarium())
  const somebody = new Person(dormant, vivarium().userPools, configuration)
  await somebody.signUp()
  ann = new Person('ann@example.com', vivarium().userPools, configuration)
  await ann.signUp()
  await ann.confirm(await codeFor(vivarium(), ann.email))
  const { session, sent } = await listening(() => ann.signIn())
  idToken = session.getIdToken().getJwtToken()
  accessToken = session.getAccessToken().getJwtToken()
  proof = JSON.parse(sent.find((body) => body.includes('PASSWORD_CLAIM_SIGNATURE')) ?? '{}')
  before = await everything()
}, 120_000)

afterAll(async () => {
  expect(await everything()).toBe(before)
  expect((await ann.signIn()).isValid()).toBe(true)
})

/** Runs something and keeps what it posted. */
async function listening<T>(run: () => Promise<T>): Promise<{ session: T; sent: string[] }> {
  const sent: string[] = []
  const { fetch } = globalThis
  globalThis.fetch = (input, init) => {
    sent.push(String(init?.body))
    return fetch(input, init)
  }
  try {
    return { session: await run(), sent }
  } finally {
    globalThis.fetch = fetch
  }
}

/** All documents with their times, and all users, as text. */
async function everything(): Promise<string> {
  const { dataApi: endpoint, rootSecret: secret, userPools } = vivarium()
  const client = new faunadb.Client({ endpoint, secret })
  const documents = (set: faunadb.ExprArg) =>
    q.Map(q.Paginate(set, { size: 1000 }), q.Lambda('ref', q.Get(q.Var('ref'))))
  const sets = [
    ...[
      q.Databases(),
      q.Collections(),
      q.Indexes(),
      q.Functions(),
      q.Roles(),
      q.Keys(),
      q.Tokens(),
    ],
    ...['Account', 'Movie'].map((name) => q.Documents(q.Collection(name))),
  ]
  const kept = await client.query(sets.map(documents))
  await client.close()
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const pools = new CognitoIdentityProvider({
    endpoint: userPools,
    region: 'us-east-1',
    credentials,
  })
  const { UserPools } = await pools.listUserPools({ MaxResults: 60 })
  const { Users } = await pools.listUsers({ UserPoolId: configuration.userPoolId })
  pools.destroy()
  return JSON.stringify([kept, UserPools, Users])
}

type Port = 'dataApi' | 'userPools' | 'functions' | 'web'

/** Sends bytes as they are, ends, and gives what comes until the other side closes. */
async function sendRaw(port: Port, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port: number } = new URL(vivarium()[port])
  const socket = net.connect(Number(number), hostname).setEncoding('latin1')
  let received = ''
  socket.on('data', (text: string) => {
    received += text
  })
  socket.on('error', () => {})
  socket.end(bytes)
  await once(socket, 'close')
  return received
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const settingsFrame = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
const headersCutShort = Buffer.from([0, 0, 20, 1, 4, 0, 0, 0, 1, 0x82])

const words: Record<Port, RegExp> = {
  dataApi: /\{"errors":\[\{"code":"bad request","description":"[^"]+"\}\]\}$/,
  userPools: /\{"__type":"(BadRequest|RequestHeaderSectionTooLarge)Exception","message":""\}$/,
  functions: /\{"Type":"User","message":"The request is not well-formed\."\}$/,
  web: /The request is not well-formed\.\n$/,
}

const health: Record<Port, string> = {
  dataApi: '/ping',
  userPools: '/health',
  functions: '/',
  web: '/config.json',
}

describe.each(['dataApi', 'userPools', 'functions', 'web'] as const)('the port of %s', (port) => {
  test.each<[string, string | Uint8Array, number]>([
    ['no HTTP', 'garbage\r\n\r\n', 400],
    ['TLS', Buffer.from([22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]), 400],
    ['a header without end', `GET / HTTP/1.1\r\nhost: a\r\na: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
    ['a negative length', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n', 400],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('answers %s in its own words', async (_what, bytes, status) => {
    const answer = await sendRaw(port, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).toMatch(words[port])
  })

  test.each<[string, Uint8Array]>([
    ['after the preface', preface],
    ['in the middle of a frame’s head', Buffer.concat([preface, Buffer.from([0, 0, 6, 4])])],
    ['in the middle of headers', Buffer.concat([preface, settingsFrame, headersCutShort])],
    ['with a frame that is too long', Buffer.concat([preface, Buffer.alloc(64, 0xff)])],
  ])('closes an HTTP/2 connection cut short %s, and no other', async (_what, bytes) => {
    await sendRaw(port, bytes)
    const { status } = await fetch(vivarium()[port] + health[port])
    expect(status).toBe(port === 'functions' ? 404 : 200)
  })
})

describe('the data API', () => {
  const post = async (secret: string, body: BodyInit, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${secret}`
    const response = await fetch(vivarium().dataApi, {
      method: 'POST',
      headers: { authorization, ...headers },
      body,
    })
    const { errors }: { errors?: { code: string }[] } = await response.json()
    return [response.status, errors?.map(({ code }) => code)]
  }
  const query = (body: BodyInit, headers?: Record<string, string>) =>
    post(vivarium().rootSecret, body, headers)

  test.each<[string, string, number, string]>([
    ['half an object', '{"add":', 400, 'invalid expression'],
    ['a word', 'garbage', 400, 'invalid expression'],
    ['a form that there is not', '{"frobnicate":1}', 400, 'invalid expression'],
    ['a wrong type', '{"add":["a",1]}', 400, 'invalid argument'],
    ['a depth beyond all sense', '['.repeat(5_000), 400, 'invalid expression'],
    [
      'a write with an error after it',
      '{"do":[{"create":{"@ref":{"id":"Movie","collection":{"@ref":{"id":"collections"}}}},"params":{"object":{}}},{"abort":"no"}]}',
      400,
      'transaction aborted',
    ],
    [
      'a unique value that is taken',
      '{"map":{"lambda":"i","expr":{"create":{"@ref":{"id":"Account","collection":{"@ref":{"id":"collections"}}}},"params":{"object":{"data":{"object":{"email":"x@example.com"}}}}}},"collection":[1,2]}',
      400,
      'instance not unique',
    ],
  ])('refuses %s', async (_what, body, status, code) => {
    expect(await query(body)).toEqual([status, [code]])
  })

  test('refuses a body that is too long, and a header that makes no sense', async () => {
    expect(await query(Buffer.alloc(9 * 1024 * 1024, ' '))).toEqual([413, ['request too large']])
    expect(await query('1', { 'x-query-timeout': 'soon' })).toEqual([400, ['bad request']])
  })

  test('refuses secrets that are none', async () => {
    const { rootSecret } = vivarium()
    const forged = ['', 'x', `${rootSecret}x`, rootSecret.slice(0, -1), idToken, accessToken]
    for (const secret of forged) expect(await post(secret, '1')).toEqual([401, ['unauthorized']])
  })

  test('knows no other addresses', async () => {
    const headers = { authorization: `Bearer ${vivarium().rootSecret}` }
    const response = await fetch(`${vivarium().dataApi}/../classes`, { headers })
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({
      errors: [{ code: 'not found', description: 'Not Found' }],
    })
  })
})

describe('the user pools', () => {
  const call = async (operation: string, body: unknown) => {
    const response = await fetch(vivarium().userPools, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const { __type }: { __type?: string } = await response.json()
    return [response.status, __type]
  }

  test.each<[string, unknown, string]>([
    ['SignUp', '{"ClientId":', 'SerializationException'],
    ['SignUp', '[]', 'SerializationException'],
    ['SignUp', {}, 'InvalidParameterException'],
    ['SignUp', { ClientId: 1, Username: [], Password: {} }, 'SerializationException'],
    ['NoSuchOperation', {}, 'UnknownOperationException'],
    ['ListUsers', { UserPoolId: 'us-east-1_aaaaaaaaa' }, 'MissingAuthenticationTokenException'],
    ['GetUser', { AccessToken: 'x' }, 'NotAuthorizedException'],
  ])('refuse %s with %j', async (operation, body, code) => {
    expect(await call(operation, body)).toEqual([400, code])
  })

  test('refuse a body that is too long', async () => {
    const body = JSON.stringify({ ClientId: 'a'.repeat(2 * 1024 * 1024) })
    expect(await call('SignUp', body)).toEqual([413, 'RequestEntityTooLargeException'])
  })

  test('refuse tokens that were made elsewhere, changed, or are of another kind', async () => {
    const [header = '', payload = '', signature = ''] = accessToken.split('.')
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const { kid }: { kid: string } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const { keys }: { keys: { n: string }[] } = await (
      await fetch(`${vivarium().userPools}/${configuration.userPoolId}/.well-known/jwks.json`)
    ).json()
    const symmetric = `${encode({ kid, alg: 'HS256' })}.${payload}`
    const forged = [
      `${encode({ kid, alg: 'none' })}.${payload}.`,
      `${symmetric}.${createHmac('sha256', keys[0]?.n ?? '')
        .update(symmetric)
        .digest('base64url')}`,
      `${header}.${encode({ ...claims, username: 'admin' })}.${signature}`,
      `${header}.${encode({ ...claims, exp: 1 })}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -8)}AAAAAAAA`,
      idToken,
    ]
    for (const AccessToken of forged) {
      expect(await call('GetUser', { AccessToken })).toEqual([400, 'NotAuthorizedException'])
    }
  })

  test('refuse a proof that was used, and a code that was not sent', async () => {
    expect(proof.ChallengeResponses).toHaveProperty('PASSWORD_CLAIM_SIGNATURE')
    expect(await call('RespondToAuthChallenge', proof)).toEqual([400, 'NotAuthorizedException'])
    const code = await codeFor(vivarium(), dormant)
    const ConfirmationCode = String((Number(code) + 1) % 1_000_000).padStart(6, '0')
    const { clientId: ClientId } = configuration
    const wrong = { ClientId, Username: dormant, ConfirmationCode }
    expect(await call('ConfirmSignUp', wrong)).toEqual([400, 'CodeMismatchException'])
  })
})

describe('the function host', () => {
  const invoke = async (name: string, init: RequestInit) => {
    const target = `/2015-03-31/functions/${name}/invocations`
    const response = await fetch(vivarium().functions + target, {
      method: 'POST',
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
    })
    await response.text()
    return [response.status, response.headers.get('x-amzn-errortype')]
  }

  test.each<[string, string, RequestInit, number, string]>([
    ['a function that there is not', 'nothing', { body: '{}' }, 404, 'ResourceNotFoundException'],
    ['half an event', 'token-trigger', { body: '{"a":' }, 400, 'InvalidRequestContentException'],
    [
      'an event that is too long',
      'token-trigger',
      { body: Buffer.alloc(7 * 1024 * 1024, ' ') },
      413,
      'RequestTooLargeException',
    ],
    [
      'a web page',
      'token-trigger',
      { body: '{}', headers: { origin: 'http://127.0.0.1:3000' } },
      403,
      'AccessDeniedException',
    ],
  ])('refuses %s', async (_what, name, init, status, code) => {
    expect(await invoke(name, init)).toEqual([status, code])
  })
})

describe('the web server', () => {
  test('takes nothing but reading', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await fetch(`${vivarium().web}/config.json`, { method })).status).toBe(405)
    }
  })

  test.each(['/../../../../../../etc/passwd', '/%2e%2e/%2e%2e/%2e%2e/etc/passwd', '/%00', '/%'])(
    'gives no file but its own: %s',
    async (target) => {
      const answer = await sendRaw(
        'web',
        `GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
      )
      expect(answer).toMatch(/^HTTP\/1\.1 (?:200|400|404) /)
      expect(answer).not.toContain('root:')
    },
  )

  test('shows the mailbox under no foreign name', async () => {
    const request =
      'GET /_vivarium/mailbox HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n'
    const answer = await sendRaw('web', request)
    expect(answer).toMatch(/^HTTP\/1\.1 403 /)
    expect(answer).not.toContain(dormant)
  })
})
