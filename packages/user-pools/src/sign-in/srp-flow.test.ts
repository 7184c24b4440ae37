import {
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modulus } from '../authentication/modular-power.ts'
import { answerSrp, dump, everyFlow, faultsOf, tokensOf } from '../testing/people.ts'
import { createSrpClient, type SrpClient, srpTimestamp } from '../testing/srp-client.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

const incorrect = ['NotAuthorizedException', 'Incorrect username or password.']

let server: TestServer
let plain: TestPool
let hiding: TestPool
let aliased: TestPool

beforeAll(async () => {
  server = await startTestServer()
  plain = await server.createPool({}, everyFlow)
  hiding = await server.createPool({}, { ...everyFlow, PreventUserExistenceErrors: 'ENABLED' })
  aliased = await server.createPool(
    { UsernameAttributes: ['email'] },
    { ...everyFlow, PreventUserExistenceErrors: 'ENABLED' },
  )
  await server.signUp(plain, { username: 'jane', email: 'jane@example.com' })
  await server.signUp(plain, { username: 'john', email: 'john@example.com' })
  await server.signUp(hiding, { username: 'jane', email: 'jane@example.com' })
  await server.signUp(aliased, { username: 'jane@example.com', email: 'jane@example.com' })
})
afterAll(async () => {
  expect(faultsOf(server)).toEqual([])
  await server.close()
})

async function begin(pool: TestPool, username: string, client: SrpClient) {
  const answer = await server.sdk.send(
    new InitiateAuthCommand({
      ClientId: pool.clientId,
      AuthFlow: 'USER_SRP_AUTH',
      AuthParameters: { USERNAME: username, SRP_A: client.srpA },
    }),
  )
  return answer
}

function respond(pool: TestPool, ChallengeResponses: Record<string, string>) {
  return server.sdk.send(
    new RespondToAuthChallengeCommand({
      ClientId: pool.clientId,
      ChallengeName: 'PASSWORD_VERIFIER',
      ChallengeResponses,
    }),
  )
}

const now = () => srpTimestamp(server.clock.nowMs())

/** A right answer, not sent yet. */
async function rightAnswer(pool: TestPool, username = 'jane') {
  const client = createSrpClient(pool.poolId)
  const { ChallengeParameters = {} } = await begin(pool, username, client)
  return client.answer(ChallengeParameters, testPassword, now())
}

describe('USER_SRP_AUTH', () => {
  it('answers the first step with a challenge, no session, and writes nothing', async () => {
    const before = await dump(server.store)
    const { $metadata, ...answer } = await begin(plain, 'jane', createSrpClient(plain.poolId))
    expect(answer).toEqual({
      ChallengeName: 'PASSWORD_VERIFIER',
      ChallengeParameters: {
        SALT: expect.stringMatching(/^[0-9a-f]{1,32}$/),
        SECRET_BLOCK: expect.stringMatching(/^[A-Za-z0-9+/]+={0,2}$/),
        SRP_B: expect.stringMatching(/^[0-9a-f]{1,768}$/),
        USERNAME: 'jane',
        USER_ID_FOR_SRP: 'jane',
      },
    })
    expect(await dump(server.store)).toEqual(before)
  })

  it('gives tokens for the right proof', async () => {
    const { AuthenticationResult, ChallengeParameters } = await answerSrp(server, plain, {
      username: 'jane',
    })
    tokensOf(AuthenticationResult)
    expect(ChallengeParameters).toEqual({})
  })

  it('names the canonical user where an address was typed', async () => {
    const client = createSrpClient(aliased.poolId)
    const { ChallengeParameters = {} } = await begin(aliased, 'jane@example.com', client)
    expect(ChallengeParameters.USER_ID_FOR_SRP).toMatch(/^[0-9a-f-]{36}$/)
    const answer = client.answer(ChallengeParameters, testPassword, now())
    tokensOf((await respond(aliased, answer)).AuthenticationResult)
  })

  it.each([
    ['no digits', ''],
    ['zero', '0'],
    ['zeros', '0000'],
    ['N', modulus.toString(16)],
    ['2N', (2n * modulus).toString(16)],
    ['no number', 'xyz'],
    ['10 kB', 'f'.repeat(10_000)],
    ['a number longer than N', `1${'0'.repeat(768)}`],
  ])('refuses an SRP_A that is %s', async (_what, SRP_A) => {
    const before = await dump(server.store)
    const call = server.sdk.send(
      new InitiateAuthCommand({
        ClientId: plain.clientId,
        AuthFlow: 'USER_SRP_AUTH',
        AuthParameters: { USERNAME: 'jane', SRP_A },
      }),
    )
    const [name, message] = await refusalOf(call)
    expect(name).toBe('InvalidParameterException')
    expect(message).toBe(
      SRP_A === '' ? 'Missing required parameter SRP_A' : 'SRP_A is not a valid hexadecimal number',
    )
    expect(await dump(server.store)).toEqual(before)
  })

  it('is refused to clients that do not allow it', async () => {
    const pool = await server.createPool({}, { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'] })
    expect(await refusalOf(begin(pool, 'jane', createSrpClient(pool.poolId)))).toEqual([
      'InvalidParameterException',
      'USER_SRP_AUTH is not enabled for the client.',
    ])
  })

  it('locks like the other flows', async () => {
    await server.signUp(plain, { username: 'lock', email: 'lock@example.com' })
    const wrong = { username: 'lock', password: 'Wrong-Horse-7' }
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await refusalOf(answerSrp(server, plain, wrong))).toEqual(incorrect)
    }
    expect(await refusalOf(answerSrp(server, plain, { username: 'lock' }))).toEqual([
      'NotAuthorizedException',
      'Password attempts exceeded',
    ])
    server.clock.advanceSeconds(1)
    tokensOf((await answerSrp(server, plain, { username: 'lock' })).AuthenticationResult)
  })
})

describe('PASSWORD_VERIFIER', () => {
  it('takes an answer once, right or wrong', async () => {
    const right = await rightAnswer(plain)
    tokensOf((await respond(plain, right)).AuthenticationResult)
    expect(await refusalOf(respond(plain, right))).toEqual(incorrect)

    const client = createSrpClient(plain.poolId)
    const { ChallengeParameters = {} } = await begin(plain, 'john', client)
    const wrong = client.answer(ChallengeParameters, 'Wrong-Horse-7', now())
    expect(await refusalOf(respond(plain, wrong))).toEqual(incorrect)
    const late = client.answer(ChallengeParameters, testPassword, now())
    expect(await refusalOf(respond(plain, late))).toEqual(incorrect)
  })

  it('gives tokens to one of many that send the same answer at once', async () => {
    const right = await rightAnswer(plain)
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => respond(plain, right)))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it("does not take another user's secret block, nor another client's", async () => {
    const right = await rightAnswer(plain)
    expect(await refusalOf(respond(plain, { ...right, USERNAME: 'john' }))).toEqual(incorrect)
    expect(await refusalOf(respond(hiding, right))).toEqual(incorrect)
    tokensOf((await respond(plain, right)).AuthenticationResult)
  })

  it.each([
    ['empty of meaning', () => Buffer.from('anything').toString('base64')],
    ['changed in a bit', (block: string) => changed(block)],
    ['cut', (block: string) => block.slice(0, -8)],
    ['in another spelling', (block: string) => block.replaceAll('=', '')],
  ])('refuses a secret block that is %s', async (_what, forge) => {
    const right = await rightAnswer(plain)
    const block = forge(right.PASSWORD_CLAIM_SECRET_BLOCK ?? '')
    const forged = { ...right, PASSWORD_CLAIM_SECRET_BLOCK: block }
    if (forged.PASSWORD_CLAIM_SECRET_BLOCK === right.PASSWORD_CLAIM_SECRET_BLOCK) return
    expect(await refusalOf(respond(plain, forged))).toEqual(incorrect)
  })

  it('ends with the auth session of the client', async () => {
    const inTime = await rightAnswer(plain)
    server.clock.advanceSeconds(180)
    tokensOf((await respond(plain, inTime)).AuthenticationResult)
    const late = await rightAnswer(plain)
    server.clock.advanceSeconds(181)
    expect(await refusalOf(respond(plain, late))).toEqual(incorrect)
  })

  it('refuses a time that is no time or far away', async () => {
    for (const timestamp of ['', 'now', srpTimestamp(server.clock.nowMs() + 6 * 60_000)]) {
      const client = createSrpClient(plain.poolId)
      const { ChallengeParameters = {} } = await begin(plain, 'jane', client)
      const answer = client.answer(ChallengeParameters, testPassword, timestamp)
      const expected =
        timestamp === ''
          ? ['InvalidParameterException', 'Missing required parameter TIMESTAMP']
          : incorrect
      expect(await refusalOf(respond(plain, answer))).toEqual(expected)
    }
    tokensOf((await answerSrp(server, plain, { username: 'jane' })).AuthenticationResult)
  })

  it.each(['USERNAME', 'PASSWORD_CLAIM_SECRET_BLOCK', 'PASSWORD_CLAIM_SIGNATURE', 'TIMESTAMP'])(
    'needs %s',
    async (key) => {
      const { [key]: _, ...rest } = await rightAnswer(plain)
      expect(await refusalOf(respond(plain, rest))).toEqual([
        'InvalidParameterException',
        `Missing required parameter ${key}`,
      ])
    },
  )
})

describe('where the client hides who exists', () => {
  it('is challenged the same way by a name that nobody has', async () => {
    const first = await begin(hiding, 'nobody', createSrpClient(hiding.poolId))
    const again = await begin(hiding, 'nobody', createSrpClient(hiding.poolId))
    const known = await begin(hiding, 'jane', createSrpClient(hiding.poolId))
    expect(Object.keys(first.ChallengeParameters ?? {})).toEqual(
      Object.keys(known.ChallengeParameters ?? {}),
    )
    expect(again.ChallengeParameters?.SALT).toBe(first.ChallengeParameters?.SALT)
    expect(first.ChallengeParameters?.USER_ID_FOR_SRP).toBe('nobody')
  })

  it('gets a made-up sub for an address, the same each time', async () => {
    const first = await begin(aliased, 'who@example.com', createSrpClient(aliased.poolId))
    const again = await begin(aliased, 'who@example.com', createSrpClient(aliased.poolId))
    const id = first.ChallengeParameters?.USER_ID_FOR_SRP
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(again.ChallengeParameters?.USER_ID_FOR_SRP).toBe(id)
  })

  it('is refused in the second step, as with a wrong password, and locked as long', async () => {
    for (const username of ['ghost', 'jane']) {
      const wrong = { username, password: 'Wrong-Horse-7' }
      for (let attempt = 0; attempt < 5; attempt += 1) {
        expect(await refusalOf(answerSrp(server, hiding, wrong))).toEqual(incorrect)
      }
      expect((await refusalOf(answerSrp(server, hiding, wrong)))[1]).toBe(
        'Password attempts exceeded',
      )
    }
  })

  it('is told at once where the client may know', async () => {
    expect(await refusalOf(begin(plain, 'nobody', createSrpClient(plain.poolId)))).toEqual([
      'UserNotFoundException',
      'User does not exist.',
    ])
  })
})

function changed(block: string): string {
  const bytes = Buffer.from(block, 'base64')
  bytes[40] = (bytes[40] ?? 0) ^ 1
  return bytes.toString('base64')
}
