import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dump, everyFlow, faultsOf, signIn, type Tokens } from '../testing/people.ts'
import {
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'
import { operations } from './table.ts'

let server: TestServer
let pool: TestPool
let tokens: Tokens

beforeAll(async () => {
  server = await startTestServer()
  pool = await server.createPool({ AliasAttributes: ['email'] }, everyFlow)
  await server.signUp(pool, { username: 'jane', email: 'jane@example.com' })
  tokens = await signIn(server, pool, { username: 'jane' })
})
afterAll(() => server.close())

/** What people call, by name. */
const names = [...operations.values()]
  .filter(({ access }) => access !== 'admin')
  .map(({ name }) => name)

const members = `
  AccessToken AttributeName AuthFlow AuthParameters ChallengeName ChallengeResponses ClientId
  ClientMetadata ClientSecret Code ConfirmationCode ForceAliasCreation MFAOptions Password
  PreviousPassword ProposedPassword RefreshToken SecretHash Session Token UserAttributeNames
  UserAttributes Username
`
  .trim()
  .split(/\s+/)

/** Values that get far, and values that no member takes. */
function value() {
  const { idToken, accessToken, refreshToken } = tokens
  const plausible = fc.constantFrom<unknown>(
    pool.clientId,
    'jane',
    'jane@example.com',
    testPassword,
    '123456',
    idToken,
    `${accessToken.slice(0, -4)}AAAA`,
    `${refreshToken.slice(0, -4)}AAAA`,
    'USER_PASSWORD_AUTH',
    'USER_SRP_AUTH',
    'CUSTOM_AUTH',
    'REFRESH_TOKEN_AUTH',
    'PASSWORD_VERIFIER',
    'NEW_PASSWORD_REQUIRED',
    'SELECT_CHALLENGE',
    'EMAIL_OTP',
    'email',
    { USERNAME: 'jane', PASSWORD: 'Wrong-Horse-7', SRP_A: 'ff', REFRESH_TOKEN: idToken },
    { USERNAME: 'jane', PASSWORD_CLAIM_SECRET_BLOCK: 'AAAA', PASSWORD_CLAIM_SIGNATURE: 'AAAA' },
    [{ Name: 'email', Value: 'x@example.com' }],
    ['email', 'sub'],
    { constructor: 'x', ['__proto__']: 'y' },
    'x'.repeat(5_000),
    null,
  )
  return fc.oneof(
    { weight: 3, arbitrary: plausible },
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
  )
}

/** What a refusal may leave behind: counted attempts, and the mismatches of a code. */
function isCounter(key: string): boolean {
  return key[1] === 'q' || key[1] === 'o'
}

it('every operation answers anything with an error of its own, and keeps nothing', async () => {
  const bodies = fc.record(Object.fromEntries(members.map((name) => [name, value()])), {
    requiredKeys: [],
  })
  const requests = fc.tuple(fc.constantFrom(...names), bodies)
  await fc.assert(
    fc.asyncProperty(requests, async ([name, body]) => {
      const before = await dump(server.store)
      const { status, text } = await server.call(name, body)
      if (status === 200) return
      expect(status).toBe(400)
      expect(JSON.parse(text)).toEqual({
        __type: expect.stringMatching(/^[A-Za-z]+Exception$/),
        message: expect.any(String),
      })
      const after = await dump(server.store)
      for (const [key, kept] of after) {
        if (!isCounter(key)) expect([key, kept]).toEqual([key, before.get(key)])
      }
    }),
    { numRuns: 600 },
  )
  expect(faultsOf(server)).toEqual([])
})

it.each(names)('%s answers a body that is no request', async (name) => {
  for (const body of ['', '{', '[]', '"x"', 'null', '{"ClientId":{"a":[1,2,{"b":null}]}}']) {
    const { status, text } = await server.call(name, body)
    expect(status).toBe(400)
    expect(JSON.parse(text).__type).toMatch(/^(?:Serialization|InvalidParameter)Exception$/)
  }
})
