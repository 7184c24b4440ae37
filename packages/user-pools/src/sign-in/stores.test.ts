import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ConfirmForgotPasswordCommand,
  ForgotPasswordCommand,
  GetTokensFromRefreshTokenCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { openLmdbStore, openMemoryStore } from '@vivarium/store'
import { expect, it } from 'vitest'
import { createTestClock } from '../testing/clock.ts'
import { answerSrp, everyFlow, signIn, tokensOf } from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
} from '../testing/test-server.ts'

const person = { username: 'jane', email: 'jane@example.com' }
const rotating = {
  ...everyFlow,
  RefreshTokenRotation: { Feature: 'ENABLED' },
} satisfies Parameters<TestServer['createPool']>[1]

function trade({ sdk }: TestServer, { clientId }: TestPool, RefreshToken: string) {
  return sdk.send(new GetTokensFromRefreshTokenCommand({ ClientId: clientId, RefreshToken }))
}

it('users, sign-ins, codes, locks and revocations outlive the process', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'vivarium-'))
  const clock = createTestClock()
  const start = async () => {
    const store = await openLmdbStore({ path: join(directory, 'store') })
    const server = await startTestServer({ store, clock })
    return {
      server,
      async stop() {
        await server.close()
        await store.close()
      },
    }
  }
  const first = await start()
  const pool = await first.server.createPool({}, rotating)
  await first.server.signUp(pool, person)
  await first.server.signUp(pool, { username: 'john', email: 'john@example.com' })
  const used = await signIn(first.server, pool, person)
  const current = tokensOf(
    (await trade(first.server, pool, used.refreshToken)).AuthenticationResult,
  )
  const revoked = await signIn(first.server, pool, person)
  await first.server.sdk.send(
    new RevokeTokenCommand({ ClientId: pool.clientId, Token: revoked.refreshToken }),
  )
  const Username = person.username
  await first.server.sdk.send(new ForgotPasswordCommand({ ClientId: pool.clientId, Username }))
  const code = first.server.codeSentTo(person.email)
  const wrong = { username: 'john', password: 'Wrong-Horse-7' }
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await refusalOf(signIn(first.server, pool, wrong))
  }
  await first.stop()

  const second = await start()
  const { server } = second
  expect((await refusalOf(signIn(server, pool, { username: 'john' })))[1]).toBe(
    'Password attempts exceeded',
  )
  expect((await refusalOf(trade(server, pool, revoked.refreshToken)))[1]).toBe(
    'Refresh Token has been revoked',
  )
  const next = tokensOf((await trade(server, pool, current.refreshToken)).AuthenticationResult)
  expect((await refusalOf(trade(server, pool, used.refreshToken)))[0]).toBe(
    'RefreshTokenReuseException',
  )
  expect((await refusalOf(trade(server, pool, next.refreshToken)))[1]).toBe(
    'Refresh Token has been revoked',
  )
  await server.sdk.send(
    new ConfirmForgotPasswordCommand({
      ClientId: pool.clientId,
      Username,
      ConfirmationCode: code,
      Password: 'Another-Horse-8',
    }),
  )
  tokensOf(
    (await answerSrp(server, pool, { username: Username, password: 'Another-Horse-8' }))
      .AuthenticationResult,
  )
  await second.stop()
  await rm(directory, { recursive: true })
})

it('everything goes the same on a store whose reads suspend', async () => {
  const store = openMemoryStore({ suspendReads: true })
  const server = await startTestServer({ store })
  const pool = await server.createPool({ AliasAttributes: ['email'] }, rotating)
  await server.signUp(pool, person)
  const tokens = tokensOf(
    (await answerSrp(server, pool, { username: person.email })).AuthenticationResult,
  )
  const next = tokensOf((await trade(server, pool, tokens.refreshToken)).AuthenticationResult)
  const wrong = { username: person.username, password: 'Wrong-Horse-7' }
  const guesses = await Promise.all(
    Array.from({ length: 10 }, () => refusalOf(signIn(server, pool, wrong))),
  )
  const judged = guesses.filter(([, text]) => text === 'Incorrect username or password.')
  expect(judged).toHaveLength(5)
  const answer = await server.call('DeleteUser', { AccessToken: next.accessToken })
  expect(answer.status).toBe(200)
  expect((await refusalOf(trade(server, pool, next.refreshToken)))[1]).toBe('Invalid Refresh Token')
  await server.close()
  await store.close()
})
