import { describe, expect, it } from 'vitest'
import {
  checkPreTokenGeneration,
  type PreTokenGenerationVersion,
  preTokenGenerationEvent,
  preTokenGenerationFunction,
} from './pre-token-generation.ts'

const context = {
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_XXXXXXXXX',
  username: '76c46c18',
  clientId: '5og3ldap1sh',
}
const user = {
  attributes: { sub: '76c46c18', email_verified: 'true', email: 'a@example.com' },
  status: 'CONFIRMED',
}
const noGroups = { groups: [], roles: [], preferredRole: undefined }
const scopes = ['aws.cognito.signin.user.admin']
const originJti = '5c0d7a52-1f2f-4b9a-a6a0-0a9f4d3f6f01'
const versions: PreTokenGenerationVersion[] = ['V1_0', 'V2_0', 'V3_0']
const unrecognizable = expect.objectContaining({
  code: 'InvalidLambdaResponseException',
  message: 'Unrecognizable lambda output',
})

/** What `run` throws. */
function thrownBy(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

describe('the event', () => {
  it('of V1_0 is Cognito’s, and ours is the id of the sign-in', () => {
    const event = preTokenGenerationEvent('TokenGeneration_Authentication', context, {
      version: 'V1_0',
      user,
      groups: noGroups,
      scopes,
      originJti,
    })
    expect(event).toEqual({
      version: '1',
      triggerSource: 'TokenGeneration_Authentication',
      region: 'eu-west-1',
      userPoolId: 'eu-west-1_XXXXXXXXX',
      userName: '76c46c18',
      callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '5og3ldap1sh' },
      request: {
        userAttributes: {
          sub: '76c46c18',
          email_verified: 'true',
          'cognito:user_status': 'CONFIRMED',
          email: 'a@example.com',
        },
        groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null },
      },
      response: { claimsOverrideDetails: null },
      vivarium: { originJti },
    })
    expect(Object.keys(event.request)).not.toContain('clientMetadata')
  })

  it.each([
    ['V2_0', '2'],
    ['V3_0', '3'],
  ] as const)('of %s tells the scopes', (version, eventVersion) => {
    expect(
      preTokenGenerationEvent('TokenGeneration_RefreshTokens', context, {
        version,
        user,
        groups: { groups: ['admins'], roles: ['arn:a'], preferredRole: 'arn:a' },
        scopes,
        originJti,
        clientMetadata: { k: 'v' },
      }),
    ).toMatchObject({
      version: eventVersion,
      triggerSource: 'TokenGeneration_RefreshTokens',
      request: {
        scopes,
        clientMetadata: { k: 'v' },
        groupConfiguration: {
          groupsToOverride: ['admins'],
          iamRolesToOverride: ['arn:a'],
          preferredRole: 'arn:a',
        },
      },
      response: { claimsAndScopeOverrideDetails: null },
    })
  })
})

describe('the function of a pool', () => {
  it('is of V1_0 under the older key alone', () => {
    expect(preTokenGenerationFunction({})).toBeUndefined()
    expect(preTokenGenerationFunction({ PreTokenGeneration: 'arn:f' })).toEqual({
      functionArn: 'arn:f',
      version: 'V1_0',
    })
    expect(
      preTokenGenerationFunction({
        PreTokenGeneration: 'arn:f',
        PreTokenGenerationConfig: { LambdaArn: 'arn:f', LambdaVersion: 'V2_0' },
      }),
    ).toEqual({ functionArn: 'arn:f', version: 'V2_0' })
  })
})

describe.each(versions)('an answer of %s', (version) => {
  const key = version === 'V1_0' ? 'claimsOverrideDetails' : 'claimsAndScopeOverrideDetails'
  const check = (details: unknown) =>
    checkPreTokenGeneration(version, { response: { [key]: details } }).overrides

  it.each([
    ['no response', {}],
    ['a response of null', { response: null }],
    ['an empty response', { response: {} }],
    ['details of null', { response: { [key]: null } }],
    ['empty details', { response: { [key]: {} } }],
  ])('with %s changes nothing', (_what, output) => {
    const { overrides, warning } = checkPreTokenGeneration(version, output)
    expect(overrides.groups).toBeUndefined()
    expect([...(overrides.id?.addOrOverride ?? [])]).toEqual([])
    expect(overrides.id?.suppress ?? []).toEqual([])
    expect(overrides.access).toBeUndefined()
    expect(warning).toBeUndefined()
  })

  it.each([
    ['a response that is a list', { response: [] }],
    ['a response that is text', { response: 'no' }],
    ['details that are text', { response: { [key]: 'no' } }],
    ['details that are a list', { response: { [key]: [] } }],
  ])('with %s is not recognised', (_what, output) => {
    expect(thrownBy(() => checkPreTokenGeneration(version, output))).toEqual(unrecognizable)
  })

  it('that is no object is no JSON to Cognito', () => {
    expect(thrownBy(() => checkPreTokenGeneration(version, null))).toMatchObject({
      message: 'Invalid lambda function output : Invalid JSON',
    })
  })

  it('in the shape of the other version is ignored, with a warning', () => {
    const other = version === 'V1_0' ? 'claimsAndScopeOverrideDetails' : 'claimsOverrideDetails'
    const { overrides, warning } = checkPreTokenGeneration(version, {
      response: { [other]: { claimsToAddOrOverride: { a: 'secret' } } },
    })
    expect([...(overrides.id?.addOrOverride ?? [])]).toEqual([])
    expect(warning).toContain(other)
    expect(warning).not.toContain('secret')
  })

  it.each([
    ['null', null],
    ['nothing in it', {}],
    ['no groups', { iamRolesToOverride: ['arn:a'] }],
    ['groups of null', { groupsToOverride: null }],
  ])('with a group override of %s takes the groups away', (_what, groupOverrideDetails) => {
    expect(check({ groupOverrideDetails }).groups).toEqual(noGroups)
  })

  it('overrides groups and roles', () => {
    expect(
      check({
        groupOverrideDetails: {
          groupsToOverride: ['a'],
          iamRolesToOverride: ['arn:a'],
          preferredRole: 'arn:a',
        },
      }).groups,
    ).toEqual({ groups: ['a'], roles: ['arn:a'], preferredRole: 'arn:a' })
    expect(
      check({ groupOverrideDetails: { groupsToOverride: ['a'], preferredRole: null } }).groups,
    ).toEqual({ groups: ['a'], roles: [], preferredRole: undefined })
  })

  it.each([
    { groupOverrideDetails: 'a' },
    { groupOverrideDetails: { groupsToOverride: 'a' } },
    { groupOverrideDetails: { groupsToOverride: [1] } },
    { groupOverrideDetails: { groupsToOverride: [], iamRolesToOverride: {} } },
    { groupOverrideDetails: { groupsToOverride: [], preferredRole: 1 } },
  ])('with %j is not recognised', (details) => {
    expect(thrownBy(() => check(details))).toEqual(unrecognizable)
  })
})

describe('claims of V1_0', () => {
  const check = (claimsToAddOrOverride: unknown, claimsToSuppress: unknown = []) =>
    checkPreTokenGeneration('V1_0', {
      response: { claimsOverrideDetails: { claimsToAddOrOverride, claimsToSuppress } },
    }).overrides

  it('are text; numbers and truth values become it, null is left alone', () => {
    const { id, access } = check({ a: 'b', n: 42, f: false, gone: null }, ['email'])
    expect(Object.fromEntries(id?.addOrOverride ?? [])).toEqual({ a: 'b', n: '42', f: 'false' })
    expect(id?.suppress).toEqual(['email'])
    expect(access).toBeUndefined()
  })

  it.each([{ a: {} }, { a: [] }, 'text', [], 1])('of %j are not recognised', (claims) => {
    expect(thrownBy(() => check(claims))).toEqual(unrecognizable)
  })

  it.each(['email', { 0: 'email' }, [1]])('to suppress of %j are not recognised', (suppress) => {
    expect(thrownBy(() => check({}, suppress))).toEqual(unrecognizable)
  })

  it.each(['', 'x'.repeat(129), 'a\nb', '__proto__', 'constructor', 'prototype'])(
    'named %j are not recognised',
    (name) => {
      // As JSON.parse makes it: an own property, whatever its name.
      const claims: unknown = JSON.parse(`{${JSON.stringify(name)}:"x"}`)
      expect(thrownBy(() => check(claims))).toEqual(unrecognizable)
    },
  )
})

describe.each(['V2_0', 'V3_0'] as const)('claims of %s', (version) => {
  const check = (details: unknown) =>
    checkPreTokenGeneration(version, { response: { claimsAndScopeOverrideDetails: details } })
      .overrides

  it('are told apart by token, and may be anything JSON can say', () => {
    const value = { rps: 5, list: [1, 'a', { b: null }], on: true }
    const overrides = check({
      idTokenGeneration: {
        claimsToAddOrOverride: { limits: value, n: 1.5, gone: null },
        claimsToSuppress: ['email'],
      },
      accessTokenGeneration: {
        claimsToAddOrOverride: { limits: value },
        claimsToSuppress: null,
        scopesToAdd: ['orders/read'],
        scopesToSuppress: ['aws.cognito.signin.user.admin'],
      },
    })
    expect(Object.fromEntries(overrides.id?.addOrOverride ?? [])).toEqual({ limits: value, n: 1.5 })
    expect(overrides.id?.suppress).toEqual(['email'])
    expect(overrides.access).toEqual({
      addOrOverride: new Map([['limits', value]]),
      suppress: [],
      scopesToAdd: ['orders/read'],
      scopesToSuppress: ['aws.cognito.signin.user.admin'],
    })
  })

  it.each(['phone_number_verified', 'email_verified', 'updated_at', 'address'])(
    'keep %s simple in the ID token alone',
    (name) => {
      const generation = { claimsToAddOrOverride: { [name]: { a: 1 } } }
      expect(thrownBy(() => check({ idTokenGeneration: generation }))).toEqual(unrecognizable)
      expect(check({ accessTokenGeneration: generation }).access?.addOrOverride.get(name)).toEqual({
        a: 1,
      })
      const simple = { claimsToAddOrOverride: { [name]: true } }
      expect(check({ idTokenGeneration: simple }).id?.addOrOverride.get(name)).toBe(true)
    },
  )

  it.each([
    { idTokenGeneration: 'no' },
    { accessTokenGeneration: [] },
    { accessTokenGeneration: { scopesToAdd: 'a' } },
    { accessTokenGeneration: { scopesToAdd: ['a b'] } },
    { accessTokenGeneration: { scopesToAdd: ['a\tb'] } },
    { accessTokenGeneration: { scopesToAdd: [''] } },
    { accessTokenGeneration: { scopesToSuppress: [1] } },
    { idTokenGeneration: { claimsToAddOrOverride: { f: () => 1 } } },
    { idTokenGeneration: { claimsToAddOrOverride: { n: Number.NaN } } },
  ])('of %j are not recognised', (details) => {
    expect(thrownBy(() => check(details))).toEqual(unrecognizable)
  })
})
