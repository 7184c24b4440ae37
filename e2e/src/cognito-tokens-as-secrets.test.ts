/** Tokens of a user pool, as they are, for secrets of the data API: no trigger has a part in it. */
import {
  type AuthenticationResultType,
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import * as dataApi from '@vivarium/data-api'
import { listen } from '@vivarium/http'
import { openMemoryStore } from '@vivarium/store'
import * as userPools from '@vivarium/user-pools'
import faunadb, { type ExprArg } from 'faunadb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const { Client, query: q } = faunadb
const credentials = { accessKeyId: 'local', secretAccessKey: 'local-secret' }
const region = 'us-east-1'
const password = 'Correct-Horse-7'
const host = '127.0.0.1'

/** A user pool with two app clients and a database that accepts the tokens of the first. */
async function start() {
  let laterMs = 0
  const store = openMemoryStore({ now: () => BigInt(Date.now() + laterMs) * 1000n })
  const mailbox = userPools.createMailbox({ now: Date.now })
  // The issuer is the server's address, which is known when it listens.
  let base = ''
  const pools = userPools.createUserPools({
    store: openMemoryStore(),
    region,
    issuerOf: (poolId) => userPools.issuerOf(base, poolId),
    credentials: [credentials],
    invoke: async () => {
      throw new Error('a trigger was called')
    },
    messenger: mailbox,
  })
  const { bodyBytesMax, faults } = userPools
  const poolsServer = await listen(pools.handler, { host, port: 0, bodyBytesMax, faults })
  base = poolsServer.url
  const api = dataApi.createDataApi({ store, rootSecrets: ['root-secret'] })
  const apiServer = await listen(api, {
    host,
    port: 0,
    bodyBytesMax: dataApi.bodyBytesMax,
    faults: dataApi.faults,
  })
  const sdk = new CognitoIdentityProviderClient({ region, endpoint: base, credentials })
  const { UserPool } = await sdk.send(
    new CreateUserPoolCommand({ PoolName: 'people', AutoVerifiedAttributes: ['email'] }),
  )
  const UserPoolId = UserPool?.Id ?? ''
  const newClient = async (ClientName: string) => {
    const made = await sdk.send(
      new CreateUserPoolClientCommand({
        UserPoolId,
        ClientName,
        ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      }),
    )
    return made.UserPoolClient?.ClientId ?? ''
  }
  return {
    sdk,
    mailbox,
    UserPoolId,
    issuer: userPools.issuerOf(base, UserPoolId),
    app: await newClient('app'),
    stranger: await newClient('stranger'),
    /** Moves the clock of the database ahead. */
    later(ms: number) {
      laterMs += ms
    },
    async run(secret: string, expression: ExprArg): Promise<unknown> {
      const client = new Client({ secret, endpoint: apiServer.url })
      try {
        return await client.query(expression)
      } finally {
        await client.close()
      }
    },
    async close() {
      await apiServer.close()
      await poolsServer.close()
      await pools.close()
      await store.close()
    },
  }
}

type Started = Awaited<ReturnType<typeof start>>

/** Signs a new person up and in, at one of the clients. */
async function signedIn({ sdk, mailbox, app }: Started, email: string, ClientId = app) {
  await sdk.send(
    new SignUpCommand({
      ClientId: app,
      Username: email,
      Password: password,
      UserAttributes: [{ Name: 'email', Value: email }],
    }),
  )
  const ConfirmationCode = mailbox.list().find(({ to }) => to === email)?.code
  await sdk.send(new ConfirmSignUpCommand({ ClientId: app, Username: email, ConfirmationCode }))
  return tokensOf(sdk, email, ClientId)
}

async function tokensOf(
  sdk: CognitoIdentityProviderClient,
  USERNAME: string,
  ClientId: string,
): Promise<Record<'id' | 'access' | 'refresh', string>> {
  const { AuthenticationResult = {} } = await sdk.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME, PASSWORD: password },
    }),
  )
  const { IdToken, AccessToken, RefreshToken }: AuthenticationResultType = AuthenticationResult
  return { id: IdToken ?? '', access: AccessToken ?? '', refresh: RefreshToken ?? '' }
}

const create = (title: string) => q.Create(q.Collection('Movie'), { data: { title } })
const unauthorized = { name: 'Unauthorized' }

describe('tokens of a user pool as secrets', () => {
  let all: Started
  const root = (expression: ExprArg) => all.run('root-secret', expression)

  beforeAll(async () => {
    all = await start()
    await root(q.CreateCollection({ name: 'Movie' }))
    const actions = { read: true, create: true }
    const privileges = [{ resource: q.Collection('Movie'), actions }]
    await root(q.CreateRole({ name: 'Viewer', privileges }))
    const verified = q.Query(
      q.Lambda('claims', q.Equals(q.Select('email_verified', q.Var('claims')), true)),
    )
    await root(
      q.CreateAccessProvider({
        name: 'people',
        issuer: all.issuer,
        jwks_uri: `${all.issuer}/.well-known/jwks.json`,
        audiences: [all.app],
        token_use: 'id',
        roles: [{ role: q.Role('Viewer'), predicate: verified }],
      }),
    )
  })
  afterAll(() => all.close())

  test('an ID token reads and writes, as its user', async () => {
    const { id } = await signedIn(all, 'ged@example.com')
    await expect(all.run(id, create('Alien'))).resolves.toMatchObject({ data: { title: 'Alien' } })
    const claims = await all.run(id, q.CurrentToken())
    expect(claims).toMatchObject({ email: 'ged@example.com', token_use: 'id', aud: all.app })
    expect(await all.run(id, q.CurrentIdentity())).toBe((claims as { sub: string }).sub)
    await expect(all.run(id, q.CreateCollection({ name: 'Other' }))).rejects.toThrow(
      'permission denied',
    )
  })

  test('an access token does, once the provider takes that kind', async () => {
    const { id, access } = await signedIn(all, 'arha@example.com')
    await expect(all.run(access, create('Stalker'))).rejects.toMatchObject(unauthorized)
    const people = q.AccessProvider('people')
    await root(q.Update(people, { token_use: ['id', 'access'], roles: ['Viewer'] }))
    await expect(all.run(access, create('Stalker'))).resolves.toMatchObject({
      data: { title: 'Stalker' },
    })
    const claims = await all.run(access, q.CurrentToken())
    expect(claims).toMatchObject({ token_use: 'access', client_id: all.app })
    await root(q.Update(people, { token_use: 'access' }))
    await expect(all.run(id, create('Stalker'))).rejects.toMatchObject(unauthorized)
    await root(q.Update(people, { token_use: ['id', 'access'] }))
  })

  test('neither does, of the same user at another client of the pool', async () => {
    const { id, access } = await signedIn(all, 'kest@example.com', all.stranger)
    await expect(all.run(id, 1)).rejects.toMatchObject(unauthorized)
    await expect(all.run(access, 1)).rejects.toMatchObject(unauthorized)
  })

  test('a refresh token does not', async () => {
    const { refresh } = await signedIn(all, 'vetch@example.com')
    await expect(all.run(refresh, 1)).rejects.toMatchObject(unauthorized)
  })

  test('they outlive a sign-out, which ends what makes new ones, and end by their time', async () => {
    const { id, access, refresh } = await signedIn(all, 'ogion@example.com')
    await all.sdk.send(new GlobalSignOutCommand({ AccessToken: access }))
    await expect(all.run(id, 1)).resolves.toBe(1)
    const again = new InitiateAuthCommand({
      ClientId: all.app,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: refresh },
    })
    await expect(all.sdk.send(again)).rejects.toMatchObject({ name: 'NotAuthorizedException' })
    all.later(3600 * 1000)
    await expect(all.run(id, 1)).rejects.toMatchObject(unauthorized)
    await expect(all.run(access, 1)).rejects.toMatchObject(unauthorized)
  })

  test('they end with their provider, at once', async () => {
    all.later(-3600 * 1000)
    const { id } = await signedIn(all, 'tenar@example.com')
    await expect(all.run(id, 1)).resolves.toBe(1)
    await root(q.Delete(q.AccessProvider('people')))
    await expect(all.run(id, 1)).rejects.toMatchObject(unauthorized)
  })
})
