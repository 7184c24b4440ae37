/** The trigger as it is deployed: its bundle, in the function host, called by the user pools. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { createFunctionHost } from '@vivarium/function-host'
import { listen } from '@vivarium/http'
import { openMemoryStore } from '@vivarium/store'
import * as userPools from '@vivarium/user-pools'
import faunadb, { type Client } from 'faunadb'
import { beforeAll, describe, expect, test } from 'vitest'
import { triggerBundle } from '../package-files.ts'
import { createSignOutHandler } from '../sign-out/sign-out-handler.ts'
import { seed } from './seed.ts'
import { codeOf, seededDataApi } from './seeded-data-api.test-data.ts'
import { claimsIn, tokenGenerationEvent } from './sign-in.test-data.ts'

const { query: q } = faunadb

const region = 'us-east-1'
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const ann = { sub: 'ann-sub', email: 'ann@example.com', email_verified: 'true' } as const

/** Built afresh, beside the bundle that other tests may be using. */
let bundle: string

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'token-trigger-'))
  bundle = join(directory, 'index.mjs')
  const cwd = join(dirname(triggerBundle), '../..')
  execFileSync('npm', ['run', '--silent', 'build', '--', `--outfile=${bundle}`], { cwd })
  return () => rm(directory, { recursive: true })
})

/** A seeded data API and the bundle in a function host, with what it prints. */
async function hosted(environment: Record<string, string> = {}) {
  const api = await seededDataApi()
  const printed: string[] = []
  const host = createFunctionHost({
    functions: [
      {
        name: 'token-trigger',
        module: bundle,
        timeoutMs: 5_000,
        environment: {
          FAUNA_ENDPOINT: api.endpoint,
          FAUNA_SERVER_KEY: api.serverKey,
          ...environment,
        },
      },
    ],
    onLog: ({ text }) => printed.push(text),
  })
  const invoke = async (event: unknown) =>
    host.invoke({
      functionName: 'token-trigger',
      qualifier: undefined,
      payload: JSON.stringify(event),
      signal: AbortSignal.timeout(30_000),
    })
  return {
    api,
    host,
    printed,
    invoke,
    /** The event that the function returns. */
    async answer(event: unknown): Promise<Record<string, unknown>> {
      const outcome = await invoke(event)
      if (outcome.kind !== 'returned') throw new Error(JSON.stringify(outcome))
      return JSON.parse(outcome.payload)
    },
    async [Symbol.asyncDispose]() {
      await host.close()
      await api[Symbol.asyncDispose]()
    },
  }
}

describe('the bundle', () => {
  const claims = {
    fauna_access_token: expect.stringMatching(/^fnE[\w-]{48}$/),
    fauna_refresh_token: expect.stringMatching(/^fnE[\w-]{48}$/),
    userId: expect.stringMatching(/^\d+$/),
  }

  test.each(['2', '3'])('answers an event of version V%s_0', async (version) => {
    await using trigger = await hosted()
    const event = { ...tokenGenerationEvent(ann, { originJti: 'one' }), version }
    expect(await trigger.answer(event)).toEqual({
      ...event,
      response: {
        claimsAndScopeOverrideDetails: {
          idTokenGeneration: { claimsToAddOrOverride: claims, claimsToSuppress: ['email'] },
          groupOverrideDetails: {
            groupsToOverride: [],
            iamRolesToOverride: [],
            preferredRole: null,
          },
        },
      },
    })
  })

  test('answers an event of version V1_0', async () => {
    await using trigger = await hosted()
    const event = {
      ...tokenGenerationEvent(ann),
      version: '1',
      response: { claimsOverrideDetails: null },
    }
    expect(await trigger.answer(event)).toEqual({
      ...event,
      response: {
        claimsOverrideDetails: {
          claimsToAddOrOverride: claims,
          claimsToSuppress: ['email'],
          groupOverrideDetails: {
            groupsToOverride: [],
            iamRolesToOverride: [],
            preferredRole: null,
          },
        },
      },
    })
  })

  test('gives tokens that work, and makes one account for ten first sign-ins at once', async () => {
    await using trigger = await hosted()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => trigger.answer(tokenGenerationEvent(ann))),
    )
    const given = answers.map(claimsIn)
    expect(new Set(given.map(({ userId }) => userId)).size).toBe(1)
    for (const { fauna_access_token = '' } of given) {
      const access = trigger.api.as(fauna_access_token)
      expect(await access.query(q.Count(q.Documents(q.Collection('Movie'))))).toBe(2)
    }
    expect(await trigger.api.root.query(q.Count(q.Documents(q.Collection('Account'))))).toBe(1)
  })

  test('prints neither tokens nor secrets nor addresses, whether it succeeds or fails', async () => {
    await using trigger = await hosted()
    const given = claimsIn(await trigger.answer(tokenGenerationEvent(ann)))
    await trigger.api.root.query(q.Delete(q.Index('accounts_by_subject')))
    expect(await trigger.invoke(tokenGenerationEvent(ann))).toMatchObject({ kind: 'threw' })
    await trigger.host.close()
    const all = trigger.printed.join('')
    expect(all).toContain('"message":"signed in"')
    expect(all).toContain('"reason":"query-refused"')
    expect(all).not.toContain(trigger.api.serverKey)
    expect(all).not.toContain(given.fauna_access_token)
    expect(all).not.toContain(given.fauna_refresh_token)
    expect(all).not.toContain('example.com')
    expect(all).not.toContain('ann-sub')
  })

  test('fails with its faults where it is not configured', async () => {
    await using trigger = await hosted({ FAUNA_ENDPOINT: 'https://db.fauna.com' })
    const outcome = await trigger.invoke(tokenGenerationEvent(ann))
    expect(outcome).toMatchObject({ kind: 'threw' })
    expect(JSON.stringify(outcome)).toContain(
      'The token trigger is not configured: FAUNA_ENDPOINT is an address of fauna.com',
    )
  })
})

const password = 'Correct-horse-7'

/** User pools that call the bundle, seeded through their API, with a user who has confirmed. */
async function withUserPools() {
  const trigger = await hosted()
  const { api, host } = trigger
  const store = openMemoryStore()
  const mailbox = userPools.createMailbox()
  const signOut = createSignOutHandler({ endpoint: api.endpoint, serverKey: api.serverKey })
  const pools = userPools.createUserPools({
    store,
    region,
    issuerOf: (poolId) => `http://issuer.example/${poolId}`,
    credentials: [credentials],
    invoke: host.invoke,
    messenger: mailbox,
    sessionsEnded: signOut,
  })
  const { bodyBytesMax, faults } = userPools
  const limits = { bodyBytesMax, faults }
  const listener = await listen(pools.handler, { host: '127.0.0.1', port: 0, ...limits })
  const endpoint = listener.url
  const cognito = new CognitoIdentityProvider({ endpoint, region, credentials })
  const seeded = await seed({ userPools: { endpoint, region, credentials } })
  const { userPoolId: UserPoolId = '', clientId: ClientId = '' } = seeded.userPools ?? {}
  const Username = 'Ann@Example.com'
  await cognito.signUp({ ClientId, Username, Password: password })
  const ConfirmationCode = mailbox.list()[0]?.code
  await cognito.confirmSignUp({ ClientId, Username, ConfirmationCode })
  const tokensOf = (idToken: string | undefined) => {
    const claims = JSON.parse(Buffer.from(idToken?.split('.')[1] ?? '', 'base64url').toString())
    return {
      claims,
      access: api.as(String(claims.fauna_access_token)),
      refresh: api.as(String(claims.fauna_refresh_token)),
    }
  }
  return {
    api,
    cognito,
    ClientId,
    user: { UserPoolId, Username },
    async signIn() {
      const { AuthenticationResult } = await cognito.initiateAuth({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: Username, PASSWORD: password },
      })
      return { ...tokensOf(AuthenticationResult?.IdToken), result: AuthenticationResult }
    },
    async refresh(refreshToken = '') {
      const { AuthenticationResult } = await cognito.initiateAuth({
        ClientId,
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN: refreshToken },
      })
      return tokensOf(AuthenticationResult?.IdToken)
    },
    async [Symbol.asyncDispose]() {
      cognito.destroy()
      await listener.close({ drainMs: 0 })
      await pools.close()
      await signOut.close()
      await trigger[Symbol.asyncDispose]()
      await store.close()
    },
  }
}

const isAlive = async (client: Client) => (await codeOf(client, q.Now())) === undefined

describe('a user of the pool', () => {
  test('has an account and both tokens in the ID token, and no address', async () => {
    await using pools = await withUserPools()
    const { claims, access, refresh } = await pools.signIn()
    expect(claims).not.toHaveProperty('email')
    const account = await access.query<{ ref: { id: string }; data: object }>(
      q.Get(q.CurrentIdentity()),
    )
    expect(account.ref.id).toBe(claims.userId)
    expect(account.data).toEqual({
      subject: `${pools.user.UserPoolId}/${claims.sub}`,
      email: expect.stringMatching(/^ann@example\.com$/i),
    })
    expect(await refresh.query(q.Select(['data', 'session'], q.Get(q.CurrentToken())))).toBe(
      claims.origin_jti,
    )
  })

  test('keeps account and session when the pool’s tokens are refreshed', async () => {
    await using pools = await withUserPools()
    const first = await pools.signIn()
    const second = await pools.refresh(first.result?.RefreshToken)
    expect(second.claims.userId).toBe(first.claims.userId)
    expect(second.claims.origin_jti).toBe(first.claims.origin_jti)
    expect(await isAlive(second.access)).toBe(true)
  })

  type Ending = (
    pools: Awaited<ReturnType<typeof withUserPools>>,
    session: { AccessToken?: string | undefined; RefreshToken?: string | undefined },
  ) => Promise<unknown>
  const endings: readonly (readonly [string, Ending, 'one' | 'all'])[] = [
    [
      'revokes a refresh token',
      ({ cognito, ClientId }, { RefreshToken }) =>
        cognito.revokeToken({ ClientId, Token: RefreshToken }),
      'one',
    ],
    [
      'signs out everywhere',
      ({ cognito }, { AccessToken }) => cognito.globalSignOut({ AccessToken }),
      'all',
    ],
    [
      'is signed out by an administrator',
      ({ cognito, user }) => cognito.adminUserGlobalSignOut(user),
      'all',
    ],
    ['is disabled', ({ cognito, user }) => cognito.adminDisableUser(user), 'all'],
    [
      'deletes themself',
      ({ cognito }, { AccessToken }) => cognito.deleteUser({ AccessToken }),
      'all',
    ],
  ]

  test.each(endings)('who %s loses the Fauna tokens with it', async (_, end, which) => {
    await using pools = await withUserPools()
    const ended = await pools.signIn()
    const other = await pools.signIn()
    await end(pools, { ...ended.result })
    expect(await isAlive(ended.access)).toBe(false)
    expect(await codeOf(ended.refresh, q.Call('refresh'))).toBe('unauthorized')
    expect(await isAlive(other.access)).toBe(which === 'one')
  })

  test('who has no Fauna tokens does not sign in', async () => {
    await using pools = await withUserPools()
    await pools.api.root.query(q.Delete(q.Collection('Account')))
    await expect(pools.signIn()).rejects.toMatchObject({
      name: 'UserLambdaValidationException',
      message: 'PreTokenGeneration failed with error Sign-in is not possible at the moment.',
    })
  })
})
