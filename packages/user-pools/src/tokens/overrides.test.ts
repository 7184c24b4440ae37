import { describe, expect, it } from 'vitest'
import type { ClaimValue } from './claims.ts'
import { overrideAccessClaims, overrideIdClaims, type TokenOverrides } from './overrides.ts'

const clientId = '4qmr86u7hh5pd5s86l4lhfrubf'
const idClaims = new Map<string, ClaimValue>([
  ['sub', 's'],
  ['aud', clientId],
  ['cognito:username', 'jane'],
  ['cognito:groups', ['a', 'b']],
  ['cognito:roles', ['arn:a']],
  ['cognito:preferred_role', 'arn:a'],
  ['email', 'jane@example.com'],
  ['dev:custom:x', '1'],
])
const accessClaims = new Map<string, ClaimValue>([
  ['sub', 's'],
  ['client_id', clientId],
  ['cognito:groups', ['a', 'b']],
  ['scope', 'aws.cognito.signin.user.admin'],
])

interface Changes {
  readonly add?: Readonly<Record<string, ClaimValue>>
  readonly suppress?: readonly string[]
  readonly scopesToAdd?: readonly string[]
  readonly scopesToSuppress?: readonly string[]
}
const both = ({ add = {}, suppress = [], ...scopes }: Changes): TokenOverrides => {
  const overrides = { addOrOverride: new Map(Object.entries(add)), suppress }
  return {
    id: overrides,
    access: { ...overrides, scopesToAdd: [], scopesToSuppress: [], ...scopes },
  }
}
const id = (changes: Changes) => {
  const { claims, ignored } = overrideIdClaims(idClaims, both(changes))
  return { claims: Object.fromEntries(claims), ignored }
}
const access = (changes: Changes) => {
  const { claims, ignored } = overrideAccessClaims(accessClaims, both(changes))
  return { claims: Object.fromEntries(claims), ignored }
}

describe('overrides', () => {
  it('of nothing change nothing', () => {
    expect(overrideIdClaims(idClaims, {})).toEqual({ claims: idClaims, ignored: [] })
    expect(overrideAccessClaims(accessClaims, {})).toEqual({ claims: accessClaims, ignored: [] })
    expect(id({}).claims).toEqual(Object.fromEntries(idClaims))
    expect(access({}).claims).toEqual(Object.fromEntries(accessClaims))
  })

  it('add, change and suppress; a name in both is suppressed', () => {
    const changes = {
      add: { email: 'new@example.com', plan: 'gold', limits: { rps: 5 }, gone: '1' },
      suppress: ['gone', 'never there'],
    }
    expect(id(changes).claims).toEqual({
      ...Object.fromEntries(idClaims),
      email: 'new@example.com',
      plan: 'gold',
      limits: { rps: 5 },
    })
    // An attribute of the ID token may be a new claim of the access token.
    expect(access(changes).claims).toEqual({
      ...Object.fromEntries(accessClaims),
      email: 'new@example.com',
      plan: 'gold',
      limits: { rps: 5 },
    })
    expect(id({ suppress: ['email', 'dev:custom:x'] }).claims).not.toHaveProperty('email')
    expect(id({ suppress: ['email', 'dev:custom:x'] }).claims).not.toHaveProperty('dev:custom:x')
  })

  const reserved = [
    ...['acr', 'amr', 'at_hash', 'auth_time', 'azp', 'client_id', 'device_key', 'event_id', 'exp'],
    ...['iat', 'identities', 'iss', 'jti', 'nbf', 'nonce', 'origin_jti', 'sub', 'token_use'],
    ...['username', 'version', 'cognito:username', 'cognito:anything', 'aud'],
  ]

  it.each(reserved)('never touch %s', (name) => {
    for (const change of [id, access]) {
      const changed = change({ add: { [name]: 'forged' }, suppress: [name] })
      expect(changed.claims).toEqual(change({}).claims)
      expect(changed.ignored).toEqual([name, name])
    }
  })

  it.each(['cognito:groups', 'cognito:roles', 'cognito:preferred_role'])(
    'do not add %s as a claim: that is what the group configuration is for',
    (name) => {
      expect(id({ add: { [name]: ['root'] } })).toEqual({ ...id({}), ignored: [name] })
      expect(access({ add: { [name]: ['root'] } })).toEqual({ ...access({}), ignored: [name] })
    },
  )

  it('do not add a developer’s attribute, nor a scope as a claim of an access token', () => {
    expect(id({ add: { 'dev:custom:x': '2' } })).toEqual({ ...id({}), ignored: ['dev:custom:x'] })
    const changed = access({ add: { scope: 'root', 'dev:custom:x': '2' }, suppress: ['scope'] })
    expect(changed).toEqual({ ...access({}), ignored: ['scope', 'dev:custom:x', 'scope'] })
  })

  it('add an audience to an access token if it is the client itself', () => {
    expect(access({ add: { aud: clientId } }).claims).toHaveProperty('aud', clientId)
    expect(access({ add: { aud: 'another' } }).ignored).toEqual(['aud'])
    expect(access({ add: { aud: [clientId] } }).ignored).toEqual(['aud'])
  })

  it('of groups change both tokens, and the roles of the ID token', () => {
    const groups = { groups: ['c'], roles: ['arn:c'], preferredRole: 'arn:c' }
    expect(Object.fromEntries(overrideIdClaims(idClaims, { groups }).claims)).toMatchObject({
      'cognito:groups': ['c'],
      'cognito:roles': ['arn:c'],
      'cognito:preferred_role': 'arn:c',
    })
    const claims = Object.fromEntries(overrideAccessClaims(accessClaims, { groups }).claims)
    expect(claims).toMatchObject({ 'cognito:groups': ['c'] })
    expect(claims).not.toHaveProperty('cognito:roles')
  })

  it('of groups with nothing take groups and roles away', () => {
    const groups = { groups: [], roles: [], preferredRole: undefined }
    const names = [...overrideIdClaims(idClaims, { groups }).claims.keys()]
    expect(names.filter((name) => name.startsWith('cognito:'))).toEqual(['cognito:username'])
    expect(overrideAccessClaims(accessClaims, { groups }).claims.has('cognito:groups')).toBe(false)
  })

  it('that suppress the groups take the roles with them', () => {
    const { claims, ignored } = id({ suppress: ['cognito:groups'] })
    expect(Object.keys(claims).filter((name) => name.startsWith('cognito:'))).toEqual([
      'cognito:username',
    ])
    expect(ignored).toEqual([])
    expect(access({ suppress: ['cognito:groups'] }).claims).not.toHaveProperty('cognito:groups')
  })

  it('add scopes once each, then suppress', () => {
    const scope = (changes: Changes) => access(changes).claims.scope
    expect(scope({ scopesToAdd: ['orders/read', 'orders/read'] })).toBe(
      'aws.cognito.signin.user.admin orders/read',
    )
    expect(scope({ scopesToAdd: ['aws.cognito.signin.user.admin'] })).toBe(
      'aws.cognito.signin.user.admin',
    )
    const suppressed = ['aws.cognito.signin.user.admin', 'not there']
    expect(scope({ scopesToAdd: ['a', 'b'], scopesToSuppress: suppressed })).toBe('a b')
    expect(access({ scopesToSuppress: suppressed }).claims).not.toHaveProperty('scope')
    expect(scope({ scopesToAdd: ['a'], scopesToSuppress: ['a'] })).toBe(
      'aws.cognito.signin.user.admin',
    )
  })
})
