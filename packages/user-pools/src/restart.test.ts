import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AdminAddUserToGroupCommand,
  AdminGetUserCommand,
  ConfirmForgotPasswordCommand,
  CreateGroupCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  InitiateAuthCommand,
  ListUsersInGroupCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { openLmdbStore } from '@vivarium/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestClock } from './testing/clock.ts'
import { answerSrp, everyFlow, refusalOfToken, signIn, tokensOf } from './testing/people.ts'
import { startTestServer, type TestServer } from './testing/test-server.ts'

let path: string
const clock = createTestClock()
const issuer = 'https://pools.example'

beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'user-pools-'))
})

afterAll(() => rm(path, { recursive: true }))

/** Runs `use` on a server over the same data, and stops it. */
async function run<T>(use: (server: TestServer) => Promise<T>): Promise<T> {
  const store = await openLmdbStore({ path })
  const server = await startTestServer({ store, clock, issuer })
  try {
    return await use(server)
  } finally {
    await server.close()
    await store.close()
  }
}

const keysOf = async (server: TestServer, poolId: string) =>
  (await fetch(`${server.url}/${poolId}/.well-known/jwks.json`)).json()

describe('after a restart', () => {
  it('everything is as it was: pools, keys, users, groups, sign-ins, what ended, and codes', async () => {
    const before = await run(async (server) => {
      const pool = await server.createPool({}, { ...everyFlow, GenerateSecret: false })
      const { poolId: UserPoolId, clientId: ClientId } = pool
      await server.signUp(pool, { username: 'jane', email: 'jane@example.com' })
      await server.sdk.send(new CreateGroupCommand({ UserPoolId, GroupName: 'admins' }))
      await server.sdk.send(
        new AdminAddUserToGroupCommand({ UserPoolId, GroupName: 'admins', Username: 'jane' }),
      )
      const tokens = await signIn(server, pool, { username: 'jane' })
      const ended = await signIn(server, pool, { username: 'jane' })
      await server.sdk.send(new RevokeTokenCommand({ ClientId, Token: ended.refreshToken }))
      await server.sdk.send(new ForgotPasswordCommand({ ClientId, Username: 'jane' }))
      return {
        pool,
        tokens,
        ended,
        code: server.codeSentTo('jane@example.com'),
        keys: await keysOf(server, UserPoolId),
        described: await described(server, pool),
      }
    })

    await run(async (server) => {
      const { pool, tokens, ended, code, keys } = before
      const { poolId: UserPoolId, clientId: ClientId } = pool
      expect(await keysOf(server, UserPoolId)).toEqual(keys)
      expect(await described(server, pool)).toEqual(before.described)
      const { Users } = await server.sdk.send(
        new ListUsersInGroupCommand({ UserPoolId, GroupName: 'admins' }),
      )
      expect(Users?.map(({ Username }) => Username)).toEqual(['jane'])

      const me = await server.sdk.send(new GetUserCommand({ AccessToken: tokens.accessToken }))
      expect(me.Username).toBe('jane')
      const refreshed = await server.sdk.send(
        new InitiateAuthCommand({
          ClientId,
          AuthFlow: 'REFRESH_TOKEN_AUTH',
          AuthParameters: { REFRESH_TOKEN: tokens.refreshToken },
        }),
      )
      expect(refreshed.AuthenticationResult?.AccessToken).toBeDefined()
      expect(await refusalOfToken(server, ended.accessToken)).toEqual([
        'NotAuthorizedException',
        'Access Token has been revoked',
      ])

      const { AuthenticationResult } = await answerSrp(server, pool, { username: 'jane' })
      tokensOf(AuthenticationResult)
      await server.sdk.send(
        new ConfirmForgotPasswordCommand({
          ClientId,
          Username: 'jane',
          ConfirmationCode: code,
          Password: 'Another-Horse-8',
        }),
      )
      await signIn(server, pool, { username: 'jane', password: 'Another-Horse-8' })
    })
  })
})

async function described(
  { sdk }: TestServer,
  { poolId: UserPoolId, clientId: ClientId }: { poolId: string; clientId: string },
) {
  const { UserPool } = await sdk.send(new DescribeUserPoolCommand({ UserPoolId }))
  const { UserPoolClient } = await sdk.send(
    new DescribeUserPoolClientCommand({ UserPoolId, ClientId }),
  )
  const { $metadata: _, ...user } = await sdk.send(
    new AdminGetUserCommand({ UserPoolId, Username: 'jane' }),
  )
  return { UserPool, UserPoolClient, user }
}
