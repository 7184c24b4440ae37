import { describe, expect, test } from 'vitest'
import { EventError, readEvent } from './event.ts'

const event = {
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
}

const withAttributes = (userAttributes: object) => ({ ...event, request: { userAttributes } })

test('an event of the service is read', () => {
  expect(readEvent(event)).toEqual({
    event,
    version: '1',
    triggerSource: 'TokenGeneration_Authentication',
    subject: 'eu-west-1_XXXXXXXXX/76c46c18',
    provedEmail: 'a@example.com',
    originJti: undefined,
    groupConfiguration: event.request.groupConfiguration,
    response: { claimsOverrideDetails: null },
  })
})

test.each([
  'TokenGeneration_Authentication',
  'TokenGeneration_NewPasswordChallenge',
  'TokenGeneration_AuthenticateDevice',
  'TokenGeneration_RefreshTokens',
  'TokenGeneration_HostedAuth',
])('%s is about a user', (triggerSource) => {
  expect(readEvent({ ...event, triggerSource }).subject).toBe('eu-west-1_XXXXXXXXX/76c46c18')
})

test('TokenGeneration_ClientCredentials is about nobody', () => {
  const machine = {
    ...withAttributes({}),
    version: '3',
    triggerSource: 'TokenGeneration_ClientCredentials',
  }
  expect(readEvent(machine).subject).toBeUndefined()
})

test('the sign-in’s id is read where our user pools send it', () => {
  expect(readEvent({ ...event, vivarium: { originJti: 'one' } }).originJti).toBe('one')
})

test.each([[''], [7], [null]])('a sign-in’s id of %j is none', (originJti) => {
  expect(readEvent({ ...event, vivarium: { originJti } }).originJti).toBeUndefined()
})

describe('an address is proved', () => {
  test.each([
    ['by the string "true" alone', { email: 'a@b.c', email_verified: 'true' }, 'a@b.c'],
    ['not by "false"', { email: 'a@b.c', email_verified: 'false' }, undefined],
    ['not by "True"', { email: 'a@b.c', email_verified: 'True' }, undefined],
    ['not by true', { email: 'a@b.c', email_verified: true }, undefined],
    ['not by nothing', { email: 'a@b.c' }, undefined],
    ['not if it is empty', { email: '', email_verified: 'true' }, undefined],
    ['not if there is none', { email_verified: 'true' }, undefined],
    ['not by another address', { email: 'a@b.c', phone_number_verified: 'true' }, undefined],
  ])('%s', (_, attributes, email) => {
    expect(readEvent(withAttributes({ sub: 'x', ...attributes })).provedEmail).toBe(email)
  })
})

describe('an event is refused', () => {
  const onlyOurs = 'This function is for the Pre Token Generation trigger alone'

  test.each([
    ['that is no object', null, 'The event is not an object'],
    ['that is a list', [event], 'The event is not an object'],
    ['of another trigger', { ...event, triggerSource: 'PostConfirmation_ConfirmSignUp' }, onlyOurs],
    ['without a source', { ...event, triggerSource: undefined }, onlyOurs],
    [
      'of a version to come',
      { ...event, version: '4' },
      'The event has a version that this function does not know',
    ],
    ['without a pool', { ...event, userPoolId: undefined }, 'The event names no user pool'],
    ['with a pool like a path', { ...event, userPoolId: 'a/b' }, 'The event names no user pool'],
    ['without a user', withAttributes({ email: 'a@b.c' }), 'The event names no user'],
    ['with a user without a name', withAttributes({ sub: '' }), 'The event names no user'],
    ['without a request', { ...event, request: undefined }, 'The event names no user'],
  ])('%s', (_, wrong, message) => {
    expect(() => readEvent(wrong)).toThrow(new EventError(message))
  })
})
