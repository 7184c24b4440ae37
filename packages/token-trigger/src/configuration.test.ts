import { describe, expect, test } from 'vitest'
import { ConfigurationError, readConfiguration } from './configuration.ts'

const enough = { FAUNA_ENDPOINT: 'https://data.example.com', FAUNA_SERVER_KEY: 'fnAkey' }

/** What is said against an environment that has enough and this besides. */
function faultsOf(environment: Record<string, string | undefined>): string {
  try {
    readConfiguration({ ...enough, ...environment })
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error.message.replace('The token trigger is not configured: ', '')
    }
    throw error
  }
  throw new Error('The configuration was accepted')
}

test('an endpoint and a key are enough', () => {
  expect(readConfiguration(enough)).toEqual({
    endpoint: 'https://data.example.com',
    serverKey: { kind: 'value', secret: 'fnAkey' },
    claims: {
      accessToken: 'fauna_access_token',
      refreshToken: 'fauna_refresh_token',
      userId: 'userId',
    },
    suppressedClaims: ['email'],
    claimsIn: { idToken: true, accessToken: false },
    lifetimes: { accessSeconds: 600, refreshSeconds: 3600, sessionSeconds: 86_400 },
    adoptsByEmail: true,
    withoutTokens: 'refuse',
    timeoutMs: 4500,
  })
})

test('everything can be said otherwise', () => {
  expect(
    readConfiguration({
      FAUNA_ENDPOINT: ' http://127.0.0.1:8443/ ',
      FAUNA_SERVER_KEY_SECRET_ID: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:key-AbCdEf',
      FAUNA_ACCESS_TOKEN_CLAIM: 'access',
      FAUNA_REFRESH_TOKEN_CLAIM: 'none',
      FAUNA_USER_ID_CLAIM: 'custom:account',
      FAUNA_SUPPRESSED_CLAIMS: 'email, phone_number',
      FAUNA_CLAIMS_IN: 'id,access',
      FAUNA_ACCESS_TOKEN_SECONDS: '60',
      FAUNA_SESSION_SECONDS: '3000',
      FAUNA_ADOPT_BY_EMAIL: 'false',
      FAUNA_WITHOUT_TOKENS: 'sign-in',
      FAUNA_TIMEOUT_MS: '1500',
    }),
  ).toEqual({
    endpoint: 'http://127.0.0.1:8443',
    serverKey: {
      kind: 'secrets-manager',
      secretId: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:key-AbCdEf',
    },
    claims: { accessToken: 'access', refreshToken: undefined, userId: 'custom:account' },
    suppressedClaims: ['email', 'phone_number'],
    claimsIn: { idToken: true, accessToken: true },
    lifetimes: { accessSeconds: 60, refreshSeconds: undefined, sessionSeconds: 3000 },
    adoptsByEmail: false,
    withoutTokens: 'sign-in',
    timeoutMs: 1500,
  })
})

test('an empty variable is as good as none', () => {
  const { serverKey, claims } = readConfiguration({
    FAUNA_ENDPOINT: 'https://data.example.com',
    FAUNA_SERVER_KEY: '',
    FAUNA_SERVER_KEY_FILE: '/run/secrets/key',
    FAUNA_USER_ID_CLAIM: ' ',
  })
  expect(serverKey).toEqual({ kind: 'file', path: '/run/secrets/key' })
  expect(claims.userId).toBe('userId')
})

test('no claim need be suppressed', () => {
  expect(
    readConfiguration({ ...enough, FAUNA_SUPPRESSED_CLAIMS: 'none' }).suppressedClaims,
  ).toEqual([])
})

describe('the endpoint', () => {
  test.each([
    'https://db.fauna.com',
    'https://db.us.fauna.com:443',
    'https://FAUNA.com',
    'https://db.fauna.com.',
  ])('is refused as %s', (endpoint) => {
    expect(faultsOf({ FAUNA_ENDPOINT: endpoint })).toBe(
      'FAUNA_ENDPOINT is an address of fauna.com, whose names belong to strangers now',
    )
  })

  test.each(['https://notfauna.com', 'https://fauna.com.example.com'])('may be %s', (endpoint) => {
    expect(readConfiguration({ ...enough, FAUNA_ENDPOINT: endpoint }).endpoint).toBe(endpoint)
  })

  test.each([
    ['', 'is not set'],
    ['data.example.com', 'is not an http:// or https:// address'],
    ['ftp://data.example.com', 'is not an http:// or https:// address'],
    ['https://data.example.com/db', 'has more than a scheme, a host and a port'],
    ['https://key@data.example.com', 'has more than a scheme, a host and a port'],
  ])('%j %s', (endpoint, fault) => {
    expect(faultsOf({ FAUNA_ENDPOINT: endpoint })).toBe(`FAUNA_ENDPOINT ${fault}`)
  })
})

describe('the server key', () => {
  const onlyOne =
    'of FAUNA_SERVER_KEY, FAUNA_SERVER_KEY_FILE, FAUNA_SERVER_KEY_SECRET_ID exactly one must be set'

  test('is somewhere', () => {
    expect(faultsOf({ FAUNA_SERVER_KEY: undefined })).toBe(onlyOne)
  })

  test('is in one place', () => {
    expect(faultsOf({ FAUNA_SERVER_KEY_SECRET_ID: 'key' })).toBe(onlyOne)
  })
})

test.each([
  ['FAUNA_ACCESS_TOKEN_SECONDS', '0', 'is not a whole number of seconds from 1 to 315360000'],
  ['FAUNA_REFRESH_TOKEN_SECONDS', '1.5', 'is not a whole number of seconds from 1 to 315360000'],
  ['FAUNA_SESSION_SECONDS', '1e3', 'is not a whole number of seconds from 1 to 315360000'],
  ['FAUNA_TIMEOUT_MS', '99', 'is not a whole number of milliseconds from 100 to 900000'],
  ['FAUNA_ADOPT_BY_EMAIL', 'yes', 'is neither true nor false'],
  ['FAUNA_WITHOUT_TOKENS', 'allow', 'is none of refuse, sign-in'],
  ['FAUNA_CLAIMS_IN', 'id,refresh', 'is not id, access, or both with a comma between'],
  ['FAUNA_USER_ID_CLAIM', 'user id', 'is not the name of a claim'],
  ['FAUNA_USER_ID_CLAIM', 'constructor', 'is not the name of a claim'],
  ['FAUNA_USER_ID_CLAIM', 'sub', 'is a claim that the user pool keeps to itself'],
  ['FAUNA_ACCESS_TOKEN_CLAIM', 'cognito:token', 'is a claim that the user pool keeps to itself'],
  ['FAUNA_SUPPRESSED_CLAIMS', 'email,iss', 'is a claim that the user pool keeps to itself'],
])('%s cannot be %s', (name, value, fault) => {
  expect(faultsOf({ [name]: value })).toBe(`${name} ${fault}`)
})

test.each([
  [{ FAUNA_USER_ID_CLAIM: 'fauna_access_token' }, 'two claims have the same name'],
  [{ FAUNA_USER_ID_CLAIM: 'email' }, 'FAUNA_SUPPRESSED_CLAIMS takes out email'],
  [{ FAUNA_SESSION_SECONDS: '3599' }, 'FAUNA_SESSION_SECONDS is less than the lifetime of a token'],
])('%o contradicts itself', (environment, fault) => {
  expect(faultsOf(environment)).toBe(fault)
})

test('all faults are told at once, and no value', () => {
  expect(() =>
    readConfiguration({
      FAUNA_ENDPOINT: 'secret-in-the-wrong-place',
      FAUNA_SERVER_KEY: 'fnAkey',
      FAUNA_SERVER_KEY_FILE: '/key',
      FAUNA_TIMEOUT_MS: 'soon',
    }),
  ).toThrow(
    new ConfigurationError(
      'The token trigger is not configured: ' +
        'FAUNA_ENDPOINT is not an http:// or https:// address; ' +
        'of FAUNA_SERVER_KEY, FAUNA_SERVER_KEY_FILE, FAUNA_SERVER_KEY_SECRET_ID exactly one must be set; ' +
        'FAUNA_TIMEOUT_MS is not a whole number of milliseconds from 100 to 900000',
    ),
  )
})
