import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestPool, type TestServer } from '../testing/test-server.ts'
import { bodyBytesMax } from './handler.ts'

let server: TestServer
let pool: TestPool

beforeAll(async () => {
  server = await startTestServer()
  pool = await server.createPool()
})

afterAll(() => server.close())

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A request to any path with any method. */
const request = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init)

describe('an answer', () => {
  it('is JSON 1.1 with the id of the request', async () => {
    const { status, headers } = await server.call('SignUp', {
      ClientId: pool.clientId,
      Username: 'jane',
      Password: 'Correct-Horse-7',
    })
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1')
    expect(headers.get('x-amzn-requestid')).toMatch(uuid)
  })

  it('comes on every path that is not reserved', async () => {
    const response = await request('/anything/at/all', {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth' },
      body: '{}',
    })
    expect(response.status).toBe(400)
    expect(response.headers.get('x-amzn-errortype')).toBe('InvalidParameterException:')
  })

  it('that is an error names it in the body and in the headers', async () => {
    const { status, headers, text } = await server.call('DescribeUserPool', {
      UserPoolId: pool.poolId,
    })
    expect(status).toBe(400)
    expect(text).toBe(
      '{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}',
    )
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1')
    expect(headers.get('x-amzn-requestid')).toMatch(uuid)
    expect(headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException:')
    expect(headers.get('x-amzn-errormessage')).toBe('Missing Authentication Token')
  })

  it('keeps a message out of the headers that does not belong there', async () => {
    const { headers, text } = await server.call('ConfirmSignUp', {
      ClientId: pool.clientId,
      Username: 'jane',
      ConfirmationCode: 'löst 漢字\u0007',
    })
    expect(JSON.parse(text).message).toContain('漢字\u0007')
    expect(headers.get('x-amzn-errortype')).toBe('InvalidParameterException:')
    expect(headers.get('x-amzn-errormessage')).toBeNull()
  })
})

describe('a target', () => {
  const unknown = { status: 400, text: '{"__type":"UnknownOperationException","message":""}' }

  it.each(['NoSuchThing', '', 'signup', '__proto__', 'constructor'])(
    'named %j is unknown',
    async (name) => {
      expect(await server.call(name, {})).toMatchObject(unknown)
    },
  )

  it('of another service, or none, is unknown', async () => {
    const others = { 'x-amz-target': 'AWSCognitoIdentityService.GetId' }
    expect(await server.call('', {}, others)).toMatchObject(unknown)
    const none = await request('/', { method: 'POST', body: '{}' })
    expect(await none.text()).toBe(unknown.text)
  })

  it('that we lack is told as such, signed or not', async () => {
    expect(await server.call('CreateIdentityProvider', {})).toMatchObject({
      status: 400,
      text: '{"__type":"NotImplementedException","message":"Vivarium does not implement CreateIdentityProvider."}',
    })
  })
})

describe('a body', () => {
  let users = 0
  const signUp = () => {
    users += 1
    return { ClientId: pool.clientId, Username: `user${users}`, Password: 'Correct-Horse-7' }
  }
  const serialization = (message = '') => ({
    status: 400,
    text: JSON.stringify({ __type: 'SerializationException', message }),
  })

  it.each([
    'application/x-amz-json-1.1',
    'application/x-amz-json-1.1; charset=utf-8',
    'application/json',
    'Application/JSON; charset=UTF-8',
    'text/plain;charset=UTF-8',
  ])('may be of type %s', async (type) => {
    expect(await server.call('SignUp', signUp(), { 'content-type': type })).toMatchObject({
      status: 200,
    })
  })

  it('may not be a form', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await server.call('SignUp', signUp(), type)).toMatchObject({
      status: 400,
      text: '{"__type":"UnknownOperationException","message":""}',
    })
  })

  it.each(['{', 'null', '[]', '"text"', '7', '{"a":1}}', "{'a':1}", '{"a":NaN}'])(
    'of %s is no JSON object',
    async (text) => {
      expect(await server.call('SignUp', text)).toMatchObject(serialization())
    },
  )

  it('that is not UTF-8 is refused', async () => {
    const bytes = Buffer.from(JSON.stringify({ Username: 'x' })).map((byte) =>
      byte === 0x78 ? 0xff : byte,
    )
    expect(await server.call('SignUp', bytes)).toMatchObject(serialization())
  })

  it('that is empty is an empty request', async () => {
    const { text } = await server.call('GetUser', '')
    expect(JSON.parse(text).message).toBe(
      "1 validation error detected: Value null at 'accessToken' failed to satisfy constraint: Member must not be null",
    )
  })

  it('with members of the wrong type is refused', async () => {
    expect(await server.call('SignUp', { ...signUp(), Username: 7 })).toMatchObject(
      serialization('NUMBER_VALUE can not be converted to the type of its member'),
    )
    expect(await server.call('SignUp', { ...signUp(), Username: {} })).toMatchObject(
      serialization('Start of structure or map found where not expected'),
    )
    expect(await server.call('SignUp', { ...signUp(), UserAttributes: 'email' })).toMatchObject(
      serialization('STRING_VALUE can not be converted to the type of its member'),
    )
    expect(await server.call('SignUp', { ...signUp(), ClientMetadata: { a: true } })).toMatchObject(
      serialization('TRUE_VALUE can not be converted to the type of its member'),
    )
  })

  it('may have members that nobody knows, and null for those it has not', async () => {
    const body = {
      ...signUp(),
      Nobody: { knows: [1, null] },
      SecretHash: null,
      UserAttributes: null,
    }
    expect(await server.call('SignUp', body)).toMatchObject({ status: 200 })
  })

  it('is read without recursion, however deep', async () => {
    const deep = `{"Nobody":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const { status, text } = await server.call('GetUser', deep)
    expect([status, JSON.parse(text).__type]).toEqual([400, 'InvalidParameterException'])
    expect(await server.call('GetUser', deep.replace('[]', '[null]'))).toMatchObject(
      serialization(),
    )
  })

  it('cannot reach the prototypes of objects', async () => {
    const poisoned =
      '{"__proto__":{"AccessToken":"a"},"constructor":{"prototype":{"AccessToken":"a"}}}'
    const { text } = await server.call('GetUser', poisoned)
    expect(JSON.parse(text).message).toContain("Value null at 'accessToken'")
    expect('AccessToken' in {}).toBe(false)
  })

  it('is taken up to its limit and not beyond', async () => {
    const padded = (length: number) => {
      const body = JSON.stringify({ Padding: '' })
      return body.replace('""', `"${'x'.repeat(length - body.length)}"`)
    }
    expect(await server.call('GetUser', padded(bodyBytesMax))).toMatchObject({ status: 400 })
    expect(await server.call('GetUser', padded(bodyBytesMax + 1))).toMatchObject({
      status: 413,
      text: '{"__type":"RequestEntityTooLargeException","message":"Request entity too large"}',
    })
  })
})

describe('a page of another origin', () => {
  const asked =
    'content-type,x-amz-target,x-amz-user-agent,cache-control,amz-sdk-invocation-id,amz-sdk-request'

  it('may send what it asks for', async () => {
    const response = await request('/', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://movies.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': asked,
      },
    })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST, GET, OPTIONS',
      'access-control-allow-headers': asked,
      'access-control-max-age': '172800',
    })
  })

  it.each(['GetUser', 'NoSuchThing'])('may read the answer to %s', async (operation) => {
    const { headers } = await server.call(operation, {}, { origin: 'https://movies.example' })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    expect(headers.get('access-control-expose-headers')).toBe(
      'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date',
    )
  })

  it('reads with credentials where it is on the list, and nothing where it is not', async () => {
    const listing = await startTestServer({ allowedOrigins: ['https://movies.example'] })
    const known = await listing.call('GetUser', {}, { origin: 'https://movies.example' })
    expect(Object.fromEntries(known.headers)).toMatchObject({
      'access-control-allow-origin': 'https://movies.example',
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    })
    for (const origin of ['https://evil.example', 'https://movies.example.evil.example', 'null']) {
      const { headers } = await listing.call('GetUser', {}, { origin })
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.get('vary')).toBe('Origin')
    }
    await listing.close()
  })
})

describe('a verifier', () => {
  it('finds two keys of a pool, and may keep them for five minutes', async () => {
    const response = await request(`/${pool.poolId}/.well-known/jwks.json`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    const { keys }: { keys: Record<string, string>[] } = JSON.parse(await response.text())
    expect(keys).toHaveLength(2)
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
      expect(key.kid).toMatch(/^[A-Za-z0-9+/]{43}=$/)
      expect(key).toMatchObject({ alg: 'RS256', e: 'AQAB', kty: 'RSA', use: 'sig' })
    }
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2)
  })

  it('finds the issuer that is configured, whatever the host it asks', async () => {
    const path = `/${pool.poolId}/.well-known/openid-configuration`
    const response = await request(path, { headers: { host: 'evil.example' } })
    expect(await response.json()).toEqual({
      id_token_signing_alg_values_supported: ['RS256'],
      issuer: `${server.url}/${pool.poolId}`,
      jwks_uri: `${server.url}/${pool.poolId}/.well-known/jwks.json`,
      response_types_supported: ['code', 'token'],
      subject_types_supported: ['public'],
    })
  })

  it.each(['jwks.json', 'openid-configuration'])('finds no %s of an unknown pool', async (name) => {
    const response = await request(`/us-east-1_Nowhere00/.well-known/${name}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({
      message: 'User pool us-east-1_Nowhere00 does not exist.',
    })
  })
})

describe('another request', () => {
  it('for the health of the server is answered', async () => {
    const response = await request('/health')
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })

  it.each(['/', '/favicon.ico', '/a%00b/.well-known/jwks.json', '/../etc/.well-known/jwks.json'])(
    'for %s finds nothing',
    async (path) => {
      expect((await request(path)).status).toBe(404)
    },
  )

  it('by another method is refused', async () => {
    const response = await request('/', { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, GET, HEAD, OPTIONS')
  })
})
