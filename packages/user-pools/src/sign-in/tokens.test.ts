import { generateKeyPairSync } from 'node:crypto'
import {
  AdminAddUserToGroupCommand,
  CreateGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { CognitoJwtVerifier, JwtVerifier } from 'aws-jwt-verify'
import type { Jwks } from 'aws-jwt-verify/jwk'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { everyFlow, faultsOf, refusalOfToken, signIn, type Tokens } from '../testing/people.ts'
import { startTestServer, type TestPool, type TestServer } from '../testing/test-server.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

let server: TestServer
let plain: TestPool
let count = 0
let username = ''
let email = ''

beforeAll(async () => {
  server = await startTestServer({ triggers: { timeoutMs: 50 } })
  plain = await server.createPool({}, everyFlow)
})
afterAll(async () => {
  expect(faultsOf(server)).toEqual([])
  await server.close()
})
beforeEach(() => {
  count += 1
  username = `user${count}`
  email = `${username}@example.com`
})

const nowSeconds = () => Math.floor(server.clock.nowMs() / 1000)

async function signedUp(pool: TestPool): Promise<Tokens & { readonly sub: string }> {
  const sub = await server.signUp(pool, { username, email })
  return { ...(await signIn(server, pool, { username })), sub }
}

describe('the tokens of a sign-in', () => {
  it('say exactly what they say', async () => {
    const { idToken, accessToken, sub } = await signedUp(plain)
    const id = decodeJwt(idToken)
    const now = nowSeconds()
    expect(id).toEqual({
      sub,
      email,
      email_verified: true,
      iss: `${server.url}/${plain.poolId}`,
      'cognito:username': username,
      origin_jti: expect.stringMatching(uuid),
      aud: plain.clientId,
      event_id: expect.stringMatching(uuid),
      token_use: 'id',
      auth_time: now,
      exp: now + 3600,
      iat: now,
      jti: expect.stringMatching(uuid),
    })
    expect(decodeJwt(accessToken)).toEqual({
      sub,
      iss: `${server.url}/${plain.poolId}`,
      client_id: plain.clientId,
      origin_jti: id.origin_jti,
      event_id: id.event_id,
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      auth_time: now,
      exp: now + 3600,
      iat: now,
      jti: expect.stringMatching(uuid),
      username,
    })
    expect(Object.keys(decodeProtectedHeader(idToken))).toEqual(['kid', 'alg'])
    expect(decodeProtectedHeader(idToken).kid).not.toBe(decodeProtectedHeader(accessToken).kid)
  })

  it('are verified by jose and aws-jwt-verify with the keys that the server shows', async () => {
    const { idToken, accessToken } = await signedUp(plain)
    const issuer = `${server.url}/${plain.poolId}`
    const address = new URL(`${issuer}/.well-known/jwks.json`)
    const currentDate = new Date(server.clock.nowMs())
    const keys = createRemoteJWKSet(address)
    await jwtVerify(idToken, keys, { issuer, audience: plain.clientId, currentDate })
    await jwtVerify(accessToken, keys, { issuer, currentDate })

    const jwks: Jwks = JSON.parse(await (await fetch(address)).text())
    const verifier = JwtVerifier.create({
      issuer,
      audience: null,
      // The clock of the test stands elsewhere.
      graceSeconds: Number.MAX_SAFE_INTEGER,
    })
    verifier.cacheJwks(jwks)
    expect(await verifier.verify(accessToken)).toMatchObject({ username })
    const cognito = CognitoJwtVerifier.create({
      userPoolId: plain.poolId,
      tokenUse: 'access',
      clientId: plain.clientId,
    })
    cognito.cacheJwks(jwks)
    // The issuer of this verifier is fixed to the real service's.
    await expect(cognito.verify(accessToken)).rejects.toThrow('issuer')
  })

  it('tell the groups, strongest first, and their roles', async () => {
    await server.signUp(plain, { username, email })
    const UserPoolId = plain.poolId
    const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`
    for (const [GroupName, Precedence] of [
      [`readers${count}`, 5],
      [`admins${count}`, 1],
    ] as const) {
      const RoleArn = role(GroupName)
      await server.sdk.send(new CreateGroupCommand({ UserPoolId, GroupName, Precedence, RoleArn }))
      await server.sdk.send(
        new AdminAddUserToGroupCommand({ UserPoolId, GroupName, Username: username }),
      )
    }
    const { idToken, accessToken } = await signIn(server, plain, { username })
    const groups = [`admins${count}`, `readers${count}`]
    expect(decodeJwt(idToken)).toMatchObject({
      'cognito:groups': groups,
      'cognito:roles': groups.map(role),
      'cognito:preferred_role': role(`admins${count}`),
    })
    const access = decodeJwt(accessToken)
    expect(access['cognito:groups']).toEqual(groups)
    expect(access['cognito:roles']).toBeUndefined()
  })

  it('tell only what the client may read', async () => {
    const pool = await server.createPool({}, { ...everyFlow, ReadAttributes: ['name'] })
    const sub = await server.signUp(pool, { username, email, attributes: { name: 'Jane' } })
    const { idToken } = await signIn(server, pool, { username })
    const claims = decodeJwt(idToken)
    expect(claims).toMatchObject({ sub, name: 'Jane' })
    expect(claims).not.toHaveProperty('email')
    expect(claims).not.toHaveProperty('email_verified')
  })
})

describe('an access token is refused', () => {
  it.each([
    ['no token', 'x'],
    ['no signature', 'e30.e30.'],
    ['three empty parts', '..'],
  ])('if it is %s', async (_what, token) => {
    expect(await refusalOfToken(server, token)).toEqual([
      'NotAuthorizedException',
      'Invalid Access Token',
    ])
  })

  it('if it is an ID token, a refresh token, or of a pool that is gone', async () => {
    const { idToken, refreshToken } = await signedUp(plain)
    for (const token of [idToken, refreshToken]) {
      expect(await refusalOfToken(server, token)).toEqual([
        'NotAuthorizedException',
        'Invalid Access Token',
      ])
    }
  })

  it('if another key signed it, nobody, or a secret', async () => {
    const { accessToken } = await signedUp(plain)
    const claims = decodeJwt(accessToken)
    const { kid = '' } = decodeProtectedHeader(accessToken)
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const foreign = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(privateKey)
    const jwks = await (await fetch(`${server.url}/${plain.poolId}/.well-known/jwks.json`)).text()
    const symmetric = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(Buffer.from(jwks))
    const [, payload = '', signature = ''] = accessToken.split('.')
    const none = Buffer.from(JSON.stringify({ kid, alg: 'none' })).toString('base64url')
    const changed = Buffer.from(JSON.stringify({ ...claims, username: 'admin' })).toString(
      'base64url',
    )
    const [header = ''] = accessToken.split('.')
    for (const token of [
      foreign,
      symmetric,
      `${none}.${payload}.${signature}`,
      `${header}.${changed}.${signature}`,
    ]) {
      expect(await refusalOfToken(server, token)).toEqual([
        'NotAuthorizedException',
        'Could not verify signature for Access Token',
      ])
    }
  })

  it("if it is another pool's under this pool's name", async () => {
    const other = await server.createPool({}, everyFlow)
    const { accessToken } = await signedUp(other)
    const claims = { ...decodeJwt(accessToken), iss: `${server.url}/${plain.poolId}` }
    const [header, , signature] = accessToken.split('.')
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
    expect((await refusalOfToken(server, `${header}.${payload}.${signature}`))[1]).toBe(
      'Could not verify signature for Access Token',
    )
  })
})
