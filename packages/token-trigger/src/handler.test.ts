/** The handler where the data API fails it; where it does not, the tests stand beside the schema. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readConfiguration } from './configuration.ts'
import { type Answer, fakeServer, faunaError } from './fake-server.test-data.ts'
import { createHandler, type LogLine, SignInRefused } from './handler.ts'

const event = {
  version: '2',
  triggerSource: 'TokenGeneration_Authentication',
  userPoolId: 'us-east-1_AbCdEf123',
  request: {
    userAttributes: { sub: 'ann-sub', email: 'ann@example.com', email_verified: 'true' },
  },
  response: { claimsAndScopeOverrideDetails: null },
}

const signedIn: Answer = {
  status: 201,
  body: {
    resource: {
      account: {
        '@ref': {
          id: '42',
          collection: { '@ref': { id: 'Account', collection: { '@ref': { id: 'collections' } } } },
        },
      },
      outcome: 'known',
      accessToken: 'fnEaccess',
      refreshToken: 'fnErefresh',
    },
  },
}

/** A handler for a server, and what it logs. */
function handlerFor(endpoint: string, environment: Record<string, string> = {}) {
  const log: LogLine[] = []
  const handler = createHandler(
    readConfiguration({ FAUNA_ENDPOINT: endpoint, FAUNA_SERVER_KEY: 'fnAkey', ...environment }),
    (line) => log.push(line),
  )
  return { handler, log }
}

test('a sign-in is answered with its claims', async () => {
  await using server = await fakeServer(() => signedIn)
  const { handler, log } = handlerFor(server.endpoint)
  expect((await handler(event)).response).toEqual({
    claimsAndScopeOverrideDetails: {
      idTokenGeneration: {
        claimsToAddOrOverride: {
          fauna_access_token: 'fnEaccess',
          fauna_refresh_token: 'fnErefresh',
          userId: '42',
        },
        claimsToSuppress: ['email'],
      },
    },
  })
  expect(log).toEqual([
    {
      level: 'info',
      message: 'signed in',
      triggerSource: 'TokenGeneration_Authentication',
      outcome: 'known',
      attempts: 1,
      milliseconds: expect.any(Number),
    },
  ])
})

test('a claim without a name is left out', async () => {
  await using server = await fakeServer(() => signedIn)
  const { handler } = handlerFor(server.endpoint, {
    FAUNA_REFRESH_TOKEN_CLAIM: 'none',
    FAUNA_USER_ID_CLAIM: 'account',
  })
  expect((await handler(event)).response).toMatchObject({
    claimsAndScopeOverrideDetails: {
      idTokenGeneration: {
        claimsToAddOrOverride: { fauna_access_token: 'fnEaccess', account: '42' },
      },
    },
  })
})

test('a machine signs in as it is, and nobody is asked', async () => {
  await using server = await fakeServer(() => signedIn)
  const machine = {
    ...event,
    version: '3',
    triggerSource: 'TokenGeneration_ClientCredentials',
    request: { userAttributes: {} },
  }
  expect(await handlerFor(server.endpoint).handler(machine)).toEqual(machine)
  expect(server.asked).toHaveLength(0)
})

test('an event of another trigger is refused, and nobody is asked', async () => {
  await using server = await fakeServer(() => signedIn)
  const { handler } = handlerFor(server.endpoint, { FAUNA_WITHOUT_TOKENS: 'sign-in' })
  await expect(
    handler({ ...event, triggerSource: 'PreSignUp_SignUp', request: {} }),
  ).rejects.toThrow('This function is for the Pre Token Generation trigger alone')
  expect(server.asked).toHaveLength(0)
})

test('claims meant for the access token alone are refused to a trigger of version V1_0', async () => {
  await using server = await fakeServer(() => signedIn)
  const { handler } = handlerFor(server.endpoint, { FAUNA_CLAIMS_IN: 'access' })
  await expect(handler({ ...event, version: '1' })).rejects.toThrow(
    'Events of version V1_0 cannot change the access token',
  )
  expect(server.asked).toHaveLength(0)
})

describe('without tokens', () => {
  const failures: readonly (readonly [string, Answer, string, string])[] = [
    [
      'because the key is refused',
      faunaError(401, 'unauthorized'),
      'key-refused',
      'The data API refuses the server key',
    ],
    [
      'because the schema is missing',
      faunaError(400, 'invalid ref'),
      'query-refused',
      'The data API refuses: 400 invalid ref',
    ],
    [
      'because something else answers',
      { status: 200, body: { resource: { account: 'x' } } },
      'query-refused',
      'The data API answers something else than was asked',
    ],
    ['because nobody answers', undefined, 'unavailable', 'The data API does not answer: timed out'],
  ]

  /** Short where nobody answers. */
  const timeoutFor = (answer: Answer) => (answer === undefined ? '200' : '4500')

  test.each(failures)('%s, the sign-in is refused in words that tell nothing', async (...row) => {
    const [, answer, reason, why] = row
    await using server = await fakeServer(() => answer)
    const { handler, log } = handlerFor(server.endpoint, { FAUNA_TIMEOUT_MS: timeoutFor(answer) })
    await expect(handler(event)).rejects.toThrow(new SignInRefused())
    expect(log).toEqual([
      {
        level: 'error',
        message: 'no Fauna tokens',
        triggerSource: 'TokenGeneration_Authentication',
        reason,
        why,
        milliseconds: expect.any(Number),
      },
    ])
  })

  test.each(failures)('%s, the user signs in where that is wanted', async (_, answer, reason) => {
    await using server = await fakeServer(() => answer)
    const { handler, log } = handlerFor(server.endpoint, {
      FAUNA_TIMEOUT_MS: timeoutFor(answer),
      FAUNA_WITHOUT_TOKENS: 'sign-in',
    })
    expect((await handler(event)).response).toEqual({
      claimsAndScopeOverrideDetails: {
        idTokenGeneration: { claimsToAddOrOverride: {}, claimsToSuppress: ['email'] },
      },
    })
    expect(log).toMatchObject([{ level: 'error', reason }])
  })

  test('because the key cannot be read, the sign-in is refused', async () => {
    const log: LogLine[] = []
    const handler = createHandler(
      readConfiguration({
        FAUNA_ENDPOINT: 'http://127.0.0.1:1',
        FAUNA_SERVER_KEY_FILE: '/nowhere/key',
      }),
      (line) => log.push(line),
    )
    await expect(handler(event)).rejects.toThrow(SignInRefused)
    expect(log).toMatchObject([
      { reason: 'no-key', why: 'The file FAUNA_SERVER_KEY_FILE cannot be read: ENOENT' },
    ])
  })

  test('the platform’s own limit is kept, with time to answer', async () => {
    await using server = await fakeServer(() => undefined)
    const { handler, log } = handlerFor(server.endpoint, { FAUNA_TIMEOUT_MS: '60000' })
    await expect(handler(event, { getRemainingTimeInMillis: () => 500 })).rejects.toThrow(
      SignInRefused,
    )
    expect(log).toMatchObject([{ reason: 'unavailable' }])
  })
})

describe('the console', () => {
  let printed: string
  beforeEach(() => {
    printed = ''
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, method).mockImplementation((...parts) => {
        printed += `${parts.map(String).join(' ')}\n`
      })
    }
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test.each([
    ['a success', signedIn],
    ['a refusal', faunaError(400, 'invalid ref')],
    ['a refused key', faunaError(401, 'unauthorized')],
    ['nonsense', { status: 200, body: 'fnEaccess ann@example.com' }],
  ])('is told of %s in one line without token, secret or address', async (_, answer) => {
    await using server = await fakeServer(() => answer)
    const handler = createHandler(
      readConfiguration({
        FAUNA_ENDPOINT: server.endpoint,
        FAUNA_SERVER_KEY: 'fnAkey',
      }),
    )
    const thrown: unknown = await handler(event).then(
      () => undefined,
      (error) => error,
    )
    expect(JSON.parse(printed)).toMatchObject({ triggerSource: event.triggerSource })
    // What is thrown is logged by the platform, with all that hangs on it.
    const seen = printed + (thrown instanceof Error ? inspected(thrown) : '')
    for (const secret of ['fnA', 'fnE', 'example.com', 'ann-sub']) {
      expect(seen).not.toContain(secret)
    }
  })
})

function inspected(error: Error): string {
  const members = Object.getOwnPropertyNames(error).map((name) => Reflect.get(error, name))
  return [error.message, ...members].map(String).join('\n')
}
