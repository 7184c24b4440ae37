import { describe, expect, it } from 'vitest'
import {
  accessTokenClaims,
  groupConfiguration,
  idTokenClaims,
  type TokenSubject,
} from './claims.ts'

const subject: TokenSubject = {
  sub: '3f2b8c1e-7d54-4f0a-9b61-2c8e5a7d9f10',
  username: 'jane',
  attributes: {
    sub: '3f2b8c1e-7d54-4f0a-9b61-2c8e5a7d9f10',
    email: 'jane@example.com',
    email_verified: 'true',
    'custom:tenant': '42',
  },
  groups: { groups: [], roles: [], preferredRole: undefined },
  clientId: '4qmr86u7hh5pd5s86l4lhfrubf',
  issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123',
  authTimeSeconds: 1_700_000_000,
  issuedAtSeconds: 1_700_000_100,
  eventId: '0d9f4c8e-5a2e-4c1d-8b55-58f7f4e1a2b3',
  originJti: '5c0d7a52-1f2f-4b9a-a6a0-0a9f4d3f6f01',
}
const jti = 'b0c9c1b3-60d2-4b0d-8a4b-1f6d0f0f9b11'
const id = (changes: Partial<TokenSubject> = {}) =>
  Object.fromEntries(idTokenClaims({ ...subject, ...changes }, { jti, lifetimeSeconds: 3600 }))
const access = (changes: Partial<TokenSubject> = {}) =>
  Object.fromEntries(accessTokenClaims({ ...subject, ...changes }, { jti, lifetimeSeconds: 300 }))

describe('an ID token', () => {
  it('says who, for whom, since when and everything readable', () => {
    expect(id()).toEqual({
      sub: subject.sub,
      iss: subject.issuer,
      'cognito:username': 'jane',
      origin_jti: subject.originJti,
      aud: subject.clientId,
      event_id: subject.eventId,
      token_use: 'id',
      auth_time: 1_700_000_000,
      iat: 1_700_000_100,
      exp: 1_700_003_700,
      jti,
      email: 'jane@example.com',
      email_verified: true,
      'custom:tenant': '42',
    })
  })

  it('names groups and roles if there are any', () => {
    const groups = { groups: ['admins'], roles: ['arn:a'], preferredRole: 'arn:a' }
    expect(id({ groups })).toMatchObject({
      'cognito:groups': ['admins'],
      'cognito:roles': ['arn:a'],
      'cognito:preferred_role': 'arn:a',
    })
    expect(Object.keys(id()).filter((name) => name.startsWith('cognito:'))).toEqual([
      'cognito:username',
    ])
  })

  it.each([
    ['true', true],
    ['True', true],
    ['false', false],
    ['', false],
  ])('tells a flag of %j as %s', (stored, told) => {
    expect(
      id({ attributes: { email_verified: stored, phone_number_verified: stored } }),
    ).toMatchObject({ email_verified: told, phone_number_verified: told })
  })

  it('says of an address that was never verified that it is not', () => {
    expect(id({ attributes: { email: 'e@x', phone_number: '+1' } })).toMatchObject({
      email_verified: false,
      phone_number_verified: false,
    })
    expect(id({ attributes: {} })).not.toHaveProperty('email_verified')
  })

  it('tells a few attributes as what they mean, custom ones as text', () => {
    const attributes = {
      updated_at: '1700000000',
      address: '1 Main St',
      identities: '[{"userId":"1"}]',
      'custom:number': '7',
      'custom:flag': 'true',
    }
    expect(id({ attributes })).toMatchObject({
      updated_at: 1_700_000_000,
      address: { formatted: '1 Main St' },
      identities: [{ userId: '1' }],
      'custom:number': '7',
      'custom:flag': 'true',
    })
    expect(id({ attributes: { updated_at: 'today', identities: '{' } })).toMatchObject({
      updated_at: 'today',
      identities: '{',
    })
  })

  it('hides what the client may not read, but never the subject', () => {
    const hidden = id({ readAttributes: ['email'] })
    expect(hidden).toMatchObject({ sub: subject.sub, email: 'jane@example.com' })
    expect(hidden).not.toHaveProperty('email_verified')
    expect(hidden).not.toHaveProperty('custom:tenant')
    expect(id({ readAttributes: [], attributes: { email: 'e@x' } })).not.toHaveProperty(
      'email_verified',
    )
  })

  it('never tells the status of the user', () => {
    const attributes = { 'cognito:user_status': 'CONFIRMED' }
    expect(id({ attributes })).not.toHaveProperty('cognito:user_status')
  })

  it('has no ids to revoke by if the client has no revocation', () => {
    const claims = id({ originJti: undefined })
    expect(claims).not.toHaveProperty('jti')
    expect(claims).not.toHaveProperty('origin_jti')
  })
})

describe('an access token', () => {
  it('says who, by which client and for what, and no attribute', () => {
    expect(access()).toEqual({
      sub: subject.sub,
      iss: subject.issuer,
      client_id: subject.clientId,
      origin_jti: subject.originJti,
      event_id: subject.eventId,
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      auth_time: 1_700_000_000,
      iat: 1_700_000_100,
      exp: 1_700_000_400,
      jti,
      username: 'jane',
    })
  })

  it('names the groups but no roles, and the device', () => {
    const groups = { groups: ['admins'], roles: ['arn:a'], preferredRole: 'arn:a' }
    const claims = access({ groups, deviceKey: 'us-east-1_d' })
    expect(claims).toMatchObject({ 'cognito:groups': ['admins'], device_key: 'us-east-1_d' })
    expect(claims).not.toHaveProperty('cognito:roles')
    expect(claims).not.toHaveProperty('cognito:preferred_role')
  })

  it('has no ids to revoke by if the client has no revocation', () => {
    expect(access({ originJti: undefined })).not.toHaveProperty('jti')
    expect(access({ originJti: undefined })).not.toHaveProperty('origin_jti')
  })
})

describe('groupConfiguration', () => {
  it('orders by precedence, then by name; none is the weakest', () => {
    const memberships = [
      { name: 'none' },
      { name: 'b', precedence: 1 },
      { name: 'a', precedence: 1 },
      { name: 'zero', precedence: 0 },
    ]
    expect(groupConfiguration(memberships).groups).toEqual(['zero', 'a', 'b', 'none'])
  })

  it('prefers the role of the strongest group', () => {
    expect(
      groupConfiguration([
        { name: 'weak', precedence: 5, roleArn: 'arn:weak' },
        { name: 'strong', precedence: 0, roleArn: 'arn:strong' },
      ]),
    ).toEqual({
      groups: ['strong', 'weak'],
      roles: ['arn:strong', 'arn:weak'],
      preferredRole: 'arn:strong',
    })
  })

  it('prefers none if the strongest has none, or the strongest tie with different roles', () => {
    const preferred = (...roles: (string | undefined)[]) =>
      groupConfiguration([
        ...roles.map((roleArn, index) => ({ name: `g${index}`, precedence: 1, roleArn })),
        { name: 'weak', precedence: 2, roleArn: 'arn:weak' },
      ]).preferredRole
    expect(preferred(undefined)).toBeUndefined()
    expect(preferred('arn:a', 'arn:b')).toBeUndefined()
    expect(preferred('arn:a', 'arn:a')).toBe('arn:a')
  })

  it('is empty without groups', () => {
    expect(groupConfiguration([])).toEqual({ groups: [], roles: [], preferredRole: undefined })
  })
})
