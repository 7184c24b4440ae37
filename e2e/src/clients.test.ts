/** The article's path with every client that programs have, unmodified, against the built command. */
import {
  CognitoIdentityProvider,
  CognitoIdentityProviderClient,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { JwtVerifier } from 'aws-jwt-verify'
import type { Jwks } from 'aws-jwt-verify/jwk'
import faunadb from 'faunadb'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { vivariumFor } from './browser/fixtures.ts'
import { type Configuration, codeFor, configurationOf, Person } from './person.ts'

const { query: q, errors } = faunadb
const titles = q.Map(
  q.Paginate(q.Documents(q.Collection('Movie'))),
  q.Lambda('ref', q.Select(['data', 'title'], q.Get(q.Var('ref')))),
)
type Movie = { readonly ref: faunadb.values.Ref; readonly data: object }
interface Pair {
  readonly access_token: { readonly secret: string }
  readonly refresh_token: { readonly secret: string }
}

/** Node's own; Node 24 takes no signal of the stand-in for AbortController that the driver brings. */
const fetchForDriver: typeof fetch = (input, init) => {
  const { signal: _, ...rest } = { ...init }
  return fetch(input, rest)
}

const vivarium = vivariumFor()
let configuration: Configuration

beforeAll(async () => {
  configuration = await configurationOf(vivarium())
})

function person(email: string): Person {
  return new Person(email, vivarium().userPools, configuration)
}

async function confirmed(email: string): Promise<Person> {
  const somebody = person(email)
  await somebody.signUp()
  await somebody.confirm(await codeFor(vivarium(), email))
  return somebody
}

function database(secret: unknown, options: Partial<faunadb.ClientConfig> = {}): faunadb.Client {
  const endpoint = vivarium().dataApi
  const client = new faunadb.Client({ endpoint, secret: String(secret), ...options })
  onTestFinished(() => client.close({ force: true }))
  return client
}

function administrator(credentials = { accessKeyId: 'local', secretAccessKey: 'local' }) {
  const endpoint = vivarium().userPools
  const client = new CognitoIdentityProvider({ endpoint, region: 'us-east-1', credentials })
  onTestFinished(() => client.destroy())
  return client
}

describe.each([
  ['HTTP/2', {}],
  ['fetch', { fetch: fetchForDriver }],
])('with amazon-cognito-identity-js and faunadb over %s', (transport, options) => {
  test('a person signs up, keeps movies under a role, refreshes, and signs out for good', async () => {
    const ann = person(`ann-${transport.replace('/', '')}@example.com`)
    await ann.signUp()
    await expect(ann.signIn()).rejects.toMatchObject({ name: 'UserNotConfirmedException' })
    const code = await codeFor(vivarium(), ann.email)
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0')
    await expect(ann.confirm(wrong)).rejects.toMatchObject({ name: 'CodeMismatchException' })
    await ann.confirm(code)
    const session = await ann.signIn()

    const claims = session.getIdToken().payload
    expect(claims).toMatchObject({
      fauna_access_token: expect.any(String),
      fauna_refresh_token: expect.any(String),
      userId: expect.stringMatching(/^\d+$/),
    })
    expect(claims).not.toHaveProperty('email')
    expect(session.getAccessToken().payload).not.toHaveProperty('fauna_access_token')

    const own = database(claims.fauna_access_token, options)
    expect(await own.query(titles)).toMatchObject({
      data: expect.arrayContaining(['Metropolis', 'Stalker']),
    })
    const data = { title: 'Alien', director: 'Ridley Scott', year: 1979 }
    const alien = await own.query<Movie>(q.Create(q.Collection('Movie'), { data }))
    expect(await own.query(q.Update(alien.ref, { data: { title: 'Aliens' } }))).toMatchObject({
      data: { ...data, title: 'Aliens' },
    })
    await own.query(q.Delete(alien.ref))
    await expect(own.query(q.Get(alien.ref))).rejects.toBeInstanceOf(errors.NotFound)
    await expect(own.query(q.CreateCollection({ name: 'Mine' }))).rejects.toBeInstanceOf(
      errors.PermissionDenied,
    )
    await expect(own.query(q.Call(q.Function('refresh')))).rejects.toBeInstanceOf(
      errors.PermissionDenied,
    )

    const refreshing = database(claims.fauna_refresh_token, options)
    await expect(refreshing.query(q.Get(q.CurrentIdentity()))).rejects.toBeInstanceOf(
      errors.PermissionDenied,
    )
    const pair = await refreshing.query<Pair>(q.Call(q.Function('refresh')))
    const renewed = database(pair.access_token.secret, options)
    expect(await renewed.query(titles)).toEqual(await own.query(titles))

    const later = await ann.refresh(session)
    const laterClaims = later.getIdToken().payload
    const latest = database(laterClaims.fauna_access_token, options)
    expect(laterClaims.userId).toBe(claims.userId)

    await ann.signOutEverywhere()
    for (const dead of [own, renewed, latest, refreshing]) {
      await expect(dead.query(q.Now())).rejects.toBeInstanceOf(errors.Unauthorized)
    }
    await expect(ann.refresh(later)).rejects.toMatchObject({ name: 'NotAuthorizedException' })
  })

  test('a refresh token that is used twice ends its sign-in', async () => {
    const tom = await confirmed(`tom-${transport.replace('/', '')}@example.com`)
    const claims = (await tom.signIn()).getIdToken().payload
    const refreshing = database(claims.fauna_refresh_token, options)
    const pair = await refreshing.query<Pair>(q.Call(q.Function('refresh')))
    expect(await refreshing.query(q.Call(q.Function('refresh')))).toBeNull()
    for (const secret of [claims.fauna_access_token, pair.access_token.secret]) {
      await expect(database(secret, options).query(1)).rejects.toBeInstanceOf(errors.Unauthorized)
    }
    expect((await tom.signIn()).isValid()).toBe(true)
  })
})

describe('with the AWS SDK', () => {
  test('a person signs in, changes the password, and is disabled with all tokens', async () => {
    const eve = await confirmed('eve@example.com')
    const pools = administrator()
    const signIn = (PASSWORD: string) =>
      pools.initiateAuth({
        ClientId: configuration.clientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: eve.email, PASSWORD },
      })
    const { AccessToken, IdToken = '' } = (await signIn(eve.password)).AuthenticationResult ?? {}
    const { UserAttributes } = await pools.getUser({ AccessToken })
    expect(UserAttributes).toContainEqual({ Name: 'email', Value: eve.email })
    const ProposedPassword = 'Better-Horse-8'
    await pools.changePassword({ AccessToken, PreviousPassword: eve.password, ProposedPassword })
    await expect(signIn(eve.password)).rejects.toMatchObject({ name: 'NotAuthorizedException' })
    await signIn(ProposedPassword)

    const claims: { fauna_access_token: string } = JSON.parse(
      Buffer.from(IdToken.split('.')[1] ?? '', 'base64url').toString(),
    )
    const own = database(claims.fauna_access_token)
    expect(await own.query(1)).toBe(1)
    const named = { UserPoolId: configuration.userPoolId, Username: eve.email }
    await pools.adminDisableUser(named)
    await expect(own.query(1)).rejects.toBeInstanceOf(errors.Unauthorized)
    await expect(signIn(ProposedPassword)).rejects.toThrow('User is disabled.')
    expect(await pools.adminGetUser(named)).toMatchObject({ Enabled: false })
  })

  test('nobody administers without the credentials, nor a web page with well-known ones', async () => {
    const list = { UserPoolId: configuration.userPoolId }
    const stranger = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'local' }
    await expect(administrator(stranger).listUsers(list)).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    })
    const listFrom = (origin: string) => {
      const page = new CognitoIdentityProviderClient({
        endpoint: vivarium().userPools,
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      })
      onTestFinished(() => page.destroy())
      page.middlewareStack.add(
        (next) => (args) => {
          Object.assign(Object(Object(args.request).headers), { origin })
          return next(args)
        },
        { step: 'build' },
      )
      return page.send(new ListUsersCommand(list))
    }
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
      await expect(listFrom(origin)).rejects.toMatchObject({ name: 'UnrecognizedClientException' })
    }
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:3000', 'http://[::1]:3000']) {
      expect((await listFrom(origin)).Users).toBeInstanceOf(Array)
    }
  })
})

test('tokens are verified by aws-jwt-verify and jose with the keys that are shown', async () => {
  const session = await (await confirmed('zoe@example.com')).signIn()
  const { userPoolId, clientId } = configuration
  const issuer = `${vivarium().userPools}/${userPoolId}`
  const discovered = await fetch(`${issuer}/.well-known/openid-configuration`)
  const { issuer: named, jwks_uri: uri }: { issuer: string; jwks_uri: string } =
    await discovered.json()
  expect([named, uri]).toEqual([issuer, `${issuer}/.well-known/jwks.json`])

  const [id, access] = [session.getIdToken().getJwtToken(), session.getAccessToken().getJwtToken()]
  // The verifiers of aws-jwt-verify fetch keys over https alone: they are handed over.
  const jwks: Jwks = await (await fetch(uri)).json()
  const verifier = JwtVerifier.create({ issuer, jwksUri: uri, audience: clientId })
  verifier.cacheJwks(jwks)
  expect(await verifier.verify(id)).toMatchObject({ token_use: 'id', sub: expect.any(String) })
  const { payload } = await jwtVerify(access, createRemoteJWKSet(new URL(uri)), { issuer })
  expect(payload).toMatchObject({ token_use: 'access', client_id: clientId })
  await expect(verifier.verify(`${id.slice(0, -8)}AAAAAAAA`)).rejects.toThrow('Invalid signature')
})

test('kill -9 in the middle of the path costs nothing that was acknowledged', async () => {
  const max = person('max@example.com')
  await max.signUp()
  const code = await codeFor(vivarium(), max.email)
  await vivarium().kill()
  await vivarium().startAgain()
  await max.confirm(code)
  await vivarium().kill()
  await vivarium().startAgain()
  const session = await max.signIn()
  const claims = session.getIdToken().payload
  const data = { title: 'Ran', director: 'Akira Kurosawa', year: 1985 }
  const own = database(claims.fauna_access_token)
  const { ref } = await own.query<Movie>(q.Create(q.Collection('Movie'), { data }))
  await vivarium().kill()
  await vivarium().startAgain()

  const again = database(claims.fauna_access_token)
  expect(await again.query(q.Get(ref))).toMatchObject({ data })
  expect((await max.refresh(session)).getIdToken().payload.userId).toBe(claims.userId)
  const anew = (await max.signIn()).getIdToken().payload
  expect(anew.userId).toBe(claims.userId)
  expect(await database(anew.fauna_access_token).query(titles)).toMatchObject({
    data: expect.arrayContaining(['Metropolis', 'Stalker', 'Ran']),
  })
})
