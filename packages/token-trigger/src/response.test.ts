import { describe, expect, test } from 'vitest'
import { readEvent } from './event.ts'
import { respond } from './response.ts'

const claims = { fauna_access_token: 'fnEaccess', fauna_refresh_token: 'fnErefresh', userId: '42' }
const byDefault = { claimsIn: { idToken: true, accessToken: false }, suppressedClaims: ['email'] }

const groupConfiguration = {
  groupsToOverride: ['admins', 'readers'],
  iamRolesToOverride: ['arn:aws:iam::000000000000:role/admins'],
  preferredRole: 'arn:aws:iam::000000000000:role/admins',
}

function event(version: '1' | '2' | '3', details: unknown = null) {
  return {
    version,
    triggerSource: 'TokenGeneration_Authentication',
    region: 'eu-west-1',
    userPoolId: 'eu-west-1_XXXXXXXXX',
    userName: '76c46c18',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '5og3ldap1sh' },
    request: {
      userAttributes: { sub: '76c46c18', email: 'a@example.com' },
      groupConfiguration,
      ...(version !== '1' && { scopes: ['aws.cognito.signin.user.admin'] }),
    },
    response: {
      [version === '1' ? 'claimsOverrideDetails' : 'claimsAndScopeOverrideDetails']: details,
    },
  }
}

const answerTo = (given: object, configuration = byDefault) =>
  respond(readEvent(given), claims, configuration)

test('version V1_0: claims into the ID token, groups as they are', () => {
  expect(answerTo(event('1'))).toEqual({
    ...event('1'),
    response: {
      claimsOverrideDetails: {
        claimsToAddOrOverride: claims,
        claimsToSuppress: ['email'],
        groupOverrideDetails: groupConfiguration,
      },
    },
  })
})

test.each(['2', '3'] as const)('version V%s_0: the same in its shape', (version) => {
  expect(answerTo(event(version))).toEqual({
    ...event(version),
    response: {
      claimsAndScopeOverrideDetails: {
        idTokenGeneration: { claimsToAddOrOverride: claims, claimsToSuppress: ['email'] },
        groupOverrideDetails: groupConfiguration,
      },
    },
  })
})

test('claims in both tokens, on request', () => {
  const { response } = answerTo(event('2'), {
    ...byDefault,
    claimsIn: { idToken: true, accessToken: true },
  })
  expect(response).toEqual({
    claimsAndScopeOverrideDetails: {
      idTokenGeneration: { claimsToAddOrOverride: claims, claimsToSuppress: ['email'] },
      accessTokenGeneration: { claimsToAddOrOverride: claims, claimsToSuppress: [] },
      groupOverrideDetails: groupConfiguration,
    },
  })
})

test('claims in the access token alone leave the address out of the ID token', () => {
  const { response } = answerTo(event('2'), {
    ...byDefault,
    claimsIn: { idToken: false, accessToken: true },
  })
  expect(response).toEqual({
    claimsAndScopeOverrideDetails: {
      idTokenGeneration: { claimsToAddOrOverride: {}, claimsToSuppress: ['email'] },
      accessTokenGeneration: { claimsToAddOrOverride: claims, claimsToSuppress: [] },
      groupOverrideDetails: groupConfiguration,
    },
  })
})

test('an event without groups gets none', () => {
  const { request: _, ...rest } = event('2')
  const given = { ...rest, request: { userAttributes: { sub: 'x' } } }
  const { response } = answerTo(given)
  expect(response).toEqual({
    claimsAndScopeOverrideDetails: {
      idTokenGeneration: { claimsToAddOrOverride: claims, claimsToSuppress: ['email'] },
    },
  })
})

describe('what the response holds already stays', () => {
  const groups = { groupsToOverride: ['chosen'] }

  test('in version V1_0', () => {
    const before = {
      claimsToAddOrOverride: { tenant: '7', userId: 'theirs' },
      claimsToSuppress: ['phone_number', 'email'],
      groupOverrideDetails: groups,
    }
    expect(answerTo(event('1', before)).response).toEqual({
      claimsOverrideDetails: {
        claimsToAddOrOverride: { tenant: '7', ...claims },
        claimsToSuppress: ['phone_number', 'email'],
        groupOverrideDetails: groups,
      },
    })
  })

  test('in version V2_0', () => {
    const before = {
      idTokenGeneration: { claimsToAddOrOverride: { limits: { rps: 5 } } },
      accessTokenGeneration: { scopesToAdd: ['orders/read'] },
      groupOverrideDetails: groups,
    }
    expect(answerTo(event('2', before)).response).toEqual({
      claimsAndScopeOverrideDetails: {
        idTokenGeneration: {
          claimsToAddOrOverride: { limits: { rps: 5 }, ...claims },
          claimsToSuppress: ['email'],
        },
        accessTokenGeneration: { scopesToAdd: ['orders/read'] },
        groupOverrideDetails: groups,
      },
    })
  })
})

test('the event itself is left as it was', () => {
  const given = event('2')
  const before = structuredClone(given)
  answerTo(given)
  expect(given).toEqual(before)
})
