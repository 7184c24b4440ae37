import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { CognitoJwtVerifier, JwtVerifier } from 'aws-jwt-verify'
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { groupConfiguration, type TokenSubject } from './claims.ts'
import { discoveryDocument, issuerOf, jwkSet } from './discovery.ts'
import { type IssuedTokens, issueTokens } from './issue-tokens.ts'
import { parseJwt, signatureMatches } from './jwt.ts'
import { tokenLifetimes } from './lifetimes.ts'
import type { TokenOverrides } from './overrides.ts'
import { createSigningKeys, publicJwk, type StoredSigningKey } from './signing-key.ts'
import { issuerInToken, verifyAccessToken } from './verify-access-token.ts'

const poolId = 'us-east-1_AbCdEf123'
const issuer = issuerOf('https://cognito-idp.us-east-1.amazonaws.com/', poolId)
const clientId = '4qmr86u7hh5pd5s86l4lhfrubf'
const nowSeconds = Math.floor(Date.now() / 1000)
const jtis = {
  id: 'b0c9c1b3-60d2-4b0d-8a4b-1f6d0f0f9b11',
  access: '0a4b2b0e-6f6e-4c79-b2f4-1bb1b2a60a6e',
}
const subject: TokenSubject = {
  sub: '3f2b8c1e-7d54-4f0a-9b61-2c8e5a7d9f10',
  username: 'jane',
  attributes: { email: 'jürgen@example.com', email_verified: 'true' },
  groups: groupConfiguration([{ name: 'admins' }]),
  clientId,
  issuer,
  authTimeSeconds: nowSeconds,
  issuedAtSeconds: nowSeconds,
  eventId: '0d9f4c8e-5a2e-4c1d-8b55-58f7f4e1a2b3',
  originJti: '5c0d7a52-1f2f-4b9a-a6a0-0a9f4d3f6f01',
}

let keys: readonly StoredSigningKey[]
let foreignKeys: readonly StoredSigningKey[]
let tokens: IssuedTokens

const issue = (changes: Partial<TokenSubject> = {}, overrides?: TokenOverrides) =>
  issueTokens({ ...subject, ...changes }, { keys, lifetimes: tokenLifetimes({}), jtis, overrides })

beforeAll(async () => {
  ;[keys, foreignKeys] = await Promise.all([createSigningKeys(), createSigningKeys()])
  tokens = issue()
})

describe('keys', () => {
  it('are two, each with a name of its own', () => {
    const set = jwkSet(keys)
    expect(keys.map((key) => key.tokenUse)).toEqual(['id', 'access'])
    expect(new Set(set.keys.map(({ kid }) => kid)).size).toBe(2)
    for (const key of set.keys) {
      expect(key.kid).toMatch(/^[A-Za-z0-9+/]{43}=$/)
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
      expect(key).toMatchObject({ alg: 'RS256', e: 'AQAB', kty: 'RSA', use: 'sig' })
      expect(Buffer.from(key.n, 'base64url')).toHaveLength(256)
    }
  })

  it('show nothing private', () => {
    for (const key of keys) {
      expect(JSON.stringify(jwkSet(keys))).not.toContain(key.privateKey)
    }
  })
})

describe('the tokens of a sign-in', () => {
  it('have a header of kid and alg alone, and different keys', () => {
    expect(decodeProtectedHeader(tokens.idToken)).toEqual({ kid: keys[0]?.kid, alg: 'RS256' })
    expect(decodeProtectedHeader(tokens.accessToken)).toEqual({ kid: keys[1]?.kid, alg: 'RS256' })
    expect(tokens.expiresInSeconds).toBe(3600)
  })

  it('are verified by jose', async () => {
    const set = createLocalJWKSet({ keys: keys.map((key) => ({ ...publicJwk(key) })) })
    const id = await jwtVerify(tokens.idToken, set, { issuer, audience: clientId })
    expect(id.payload).toMatchObject({
      sub: subject.sub,
      email: 'jürgen@example.com',
      email_verified: true,
      'cognito:groups': ['admins'],
      jti: jtis.id,
      exp: nowSeconds + 3600,
    })
    const access = await jwtVerify(tokens.accessToken, set, { issuer })
    expect(access.payload).toMatchObject({ client_id: clientId, jti: jtis.access })
    expect(access.payload).not.toHaveProperty('aud')
  })

  it('are verified by aws-jwt-verify as Cognito’s own', async () => {
    const verifiers = {
      id: CognitoJwtVerifier.create({ userPoolId: poolId, tokenUse: 'id', clientId }),
      access: CognitoJwtVerifier.create({ userPoolId: poolId, tokenUse: 'access', clientId }),
    }
    verifiers.id.cacheJwks({ keys: keys.map((key) => ({ ...publicJwk(key) })) })
    verifiers.access.cacheJwks({ keys: keys.map((key) => ({ ...publicJwk(key) })) })
    await expect(verifiers.id.verify(tokens.idToken, { groups: 'admins' })).resolves.toMatchObject({
      aud: clientId,
    })
    await expect(verifiers.access.verify(tokens.accessToken)).resolves.toMatchObject({
      username: 'jane',
    })
    await expect(verifiers.access.verify(tokens.idToken)).rejects.toThrow('Token use not allowed')
    const { accessToken } = issue({ clientId: 'another' })
    await expect(verifiers.access.verify(accessToken)).rejects.toThrow('Client ID not allowed')
    const [, payload, signature] = tokens.idToken.split('.')
    const [header] = tokens.accessToken.split('.')
    const mixed = `${header}.${payload}.${signature}`
    await expect(verifiers.id.verify(mixed)).rejects.toThrow('Invalid signature')
  })

  it('are verified by the generic verifier of aws-jwt-verify under an issuer of our own', async () => {
    const own = 'http://127.0.0.1:9229/us-east-1_AbCdEf123'
    const { accessToken } = issue({ issuer: own })
    const verifier = JwtVerifier.create({
      issuer: own,
      audience: null,
      jwksUri: 'https://example.com/jwks.json',
      customJwtCheck: ({ payload }) =>
        validateCognitoJwtFields(payload, { tokenUse: 'access', clientId }),
    })
    verifier.cacheJwks({ keys: keys.map((key) => ({ ...publicJwk(key) })) })
    await expect(verifier.verify(accessToken)).resolves.toMatchObject({ iss: own })
  })

  it('carry what a trigger adds, and name what it may not', async () => {
    const overridden = issue(
      {},
      {
        id: { addOrOverride: new Map([['fauna', 'secret']]), suppress: ['email'] },
        access: {
          addOrOverride: new Map([['sub', 'forged']]),
          suppress: [],
          scopesToAdd: ['movies/write'],
          scopesToSuppress: [],
        },
      },
    )
    expect(parseJwt(overridden.idToken)?.claims).toMatchObject({ fauna: 'secret' })
    expect(parseJwt(overridden.idToken)?.claims).not.toHaveProperty('email')
    expect(parseJwt(overridden.accessToken)?.claims).toMatchObject({
      sub: subject.sub,
      scope: 'aws.cognito.signin.user.admin movies/write',
    })
    expect(overridden.ignoredClaims).toEqual(['sub'])
  })

  it('are signed with the newest key of their kind', async () => {
    const rotated = [...keys, ...foreignKeys]
    const { idToken } = issueTokens(subject, {
      keys: rotated,
      lifetimes: tokenLifetimes({}),
      jtis,
    })
    expect(decodeProtectedHeader(idToken).kid).toBe(foreignKeys[0]?.kid)
  })

  it('are refused when a trigger makes them longer than 16 kB', () => {
    const overrides = (length: number): TokenOverrides => ({
      id: { addOrOverride: new Map([['x', 'x'.repeat(length)]]), suppress: [] },
    })
    expect(issue({}, overrides(11_000))).toBeDefined()
    expect(() => issue({}, overrides(13_000))).toThrow(
      expect.objectContaining({
        code: 'InvalidLambdaResponseException',
        message: 'Unrecognizable lambda output',
      }),
    )
    // Without a trigger it is the user's own doing.
    expect(issue({ attributes: { profile: 'x'.repeat(13_000) } })).toBeDefined()
  })
})

describe('verifyAccessToken', () => {
  const verdict = (
    token: string,
    options: Partial<Parameters<typeof verifyAccessToken>[1]> = {},
  ) => {
    const result = verifyAccessToken(token, { keys, issuer, nowSeconds, ...options })
    return result.kind === 'valid' ? result.token : result.refusal
  }
  const part = (object: object) => Buffer.from(JSON.stringify(object)).toString('base64url')

  it('tells what a good token says', () => {
    expect(verdict(tokens.accessToken)).toEqual({
      sub: subject.sub,
      username: 'jane',
      clientId,
      originJti: subject.originJti,
      issuedAtSeconds: nowSeconds,
      expiresAtSeconds: nowSeconds + 3600,
      scopes: ['aws.cognito.signin.user.admin'],
      deviceKey: undefined,
    })
  })

  it('refuses what is no token', () => {
    for (const token of ['', 'a', 'a.b', 'a.b.c', '..', `${tokens.accessToken}.x`, 'é.é.é']) {
      expect(verdict(token)).toBe('Invalid Access Token')
      expect(issuerInToken(token === `${tokens.accessToken}.x` ? '' : token)).toBeUndefined()
    }
  })

  it('refuses ID tokens, and tokens of another issuer', async () => {
    expect(verdict(tokens.idToken)).toBe('Invalid Access Token')
    const { accessToken } = issue({ issuer: `${issuer}x` })
    expect(verdict(accessToken)).toBe('Invalid Access Token')
    expect(issuerInToken(accessToken)).toBe(`${issuer}x`)
  })

  it('refuses an access token that was signed with the key for ID tokens', async () => {
    const swapped = keys.map(
      (key): StoredSigningKey => ({ ...key, tokenUse: key.tokenUse === 'id' ? 'access' : 'id' }),
    )
    const { accessToken } = issueTokens(subject, {
      keys: swapped,
      lifetimes: tokenLifetimes({}),
      jtis,
    })
    expect(verdict(accessToken)).toBe('Could not verify signature for Access Token')
  })

  it('refuses a changed token, one of other keys, and one whose signature is bad', async () => {
    const [header, payload, signature] = tokens.accessToken.split('.')
    const claims = parseJwt(tokens.accessToken)?.claims
    const forged = `${header}.${part({ ...claims, sub: 'another' })}.${signature}`
    expect(verdict(forged)).toBe('Could not verify signature for Access Token')
    expect(verdict(`${header}.${payload}.AAAA`)).toBe('Could not verify signature for Access Token')
    const foreign = issueTokens(subject, {
      keys: foreignKeys,
      lifetimes: tokenLifetimes({}),
      jtis,
    })
    expect(verdict(foreign.accessToken)).toBe('Could not verify signature for Access Token')
  })

  it('refuses every algorithm but the key’s', () => {
    const [, payload] = tokens.accessToken.split('.')
    const kid = keys[1]?.kid
    const none = `${part({ kid, alg: 'none' })}.${payload}.`
    expect(verdict(none)).toBe('Invalid Access Token')
    expect(verdict(`${none}AAAA`)).toBe('Could not verify signature for Access Token')
    // The public key as the secret of an HMAC: what a verifier that trusts the header would accept.
    const content = `${part({ kid, alg: 'HS256' })}.${payload}`
    const mac = createHmac('sha256', keys[1]?.modulus ?? '')
      .update(content)
      .digest('base64url')
    expect(verdict(`${content}.${mac}`)).toBe('Could not verify signature for Access Token')
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const signed = `${part({ kid, alg: 'RS256' })}.${payload}`
    const signature = sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')
    expect(verdict(`${signed}.${signature}`)).toBe('Could not verify signature for Access Token')
  })

  it('refuses an expired token, to the second', () => {
    expect(verdict(tokens.accessToken, { nowSeconds: nowSeconds + 3599 })).toHaveProperty('sub')
    expect(verdict(tokens.accessToken, { nowSeconds: nowSeconds + 3600 })).toBe(
      'Access Token has expired',
    )
  })

  it('refuses a token whose scope a trigger took away', async () => {
    const { accessToken } = issue(
      {},
      {
        access: {
          addOrOverride: new Map(),
          suppress: [],
          scopesToAdd: [],
          scopesToSuppress: ['aws.cognito.signin.user.admin'],
        },
      },
    )
    expect(verdict(accessToken)).toBe('Access Token does not have required scopes')
  })

  it('takes tokens of a key that has since been followed by another', () => {
    expect(verdict(tokens.accessToken, { keys: [...keys, ...foreignKeys] })).toHaveProperty('sub')
    const parsed = parseJwt(tokens.accessToken)
    const [, accessKey] = foreignKeys
    expect(parsed && accessKey && signatureMatches(parsed, accessKey)).toBe(false)
  })
})

describe('discovery', () => {
  it('repeats the issuer byte for byte', () => {
    expect(discoveryDocument(issuer)).toEqual({
      id_token_signing_alg_values_supported: ['RS256'],
      issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123',
      jwks_uri:
        'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123/.well-known/jwks.json',
      response_types_supported: ['code', 'token'],
      subject_types_supported: ['public'],
    })
  })

  it('has no final slash, and may point to keys elsewhere', () => {
    expect(issuerOf('http://127.0.0.1:9229///', poolId)).toBe(`http://127.0.0.1:9229/${poolId}`)
    expect(discoveryDocument(issuer, `http://127.0.0.1:9229/${poolId}`)).toMatchObject({
      issuer,
      jwks_uri: `http://127.0.0.1:9229/${poolId}/.well-known/jwks.json`,
    })
  })
})
