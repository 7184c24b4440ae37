import { describe, expect, it } from 'vitest'
import { postAuthenticationEvent, preAuthenticationEvent } from './authentication.ts'
import { checkCustomMessage, customMessageEvent } from './custom-message.ts'
import { userAttributes } from './event.ts'
import { responseOf } from './response.ts'
import { checkPreSignUp, postConfirmationEvent, preSignUpEvent } from './sign-up.ts'

const context = {
  region: 'us-east-1',
  userPoolId: 'us-east-1_AbCdEf123',
  username: 'jane',
  clientId: 'c',
}
const user = { attributes: { sub: 's', email: 'jane@example.com' }, status: 'UNCONFIRMED' }
const common = {
  version: '1',
  region: 'us-east-1',
  userPoolId: 'us-east-1_AbCdEf123',
  userName: 'jane',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'c' },
}
const told = { sub: 's', email: 'jane@example.com', 'cognito:user_status': 'UNCONFIRMED' }
const invalid = (message: string) =>
  expect.objectContaining({ code: 'InvalidLambdaResponseException', message })

function thrownBy(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

describe('userAttributes', () => {
  it('adds the status and the active aliases', () => {
    expect(userAttributes({ ...user, aliases: { email: 'e@x', phoneNumber: '+1' } })).toEqual({
      ...told,
      'cognito:email_alias': 'e@x',
      'cognito:phone_number_alias': '+1',
    })
  })

  it('are only the submitted ones before the user exists', () => {
    expect(userAttributes({ attributes: { email: 'e@x' } })).toEqual({ email: 'e@x' })
  })
})

describe('PreSignUp', () => {
  it('has Cognito’s event', () => {
    expect(
      preSignUpEvent('PreSignUp_SignUp', context, {
        user: { attributes: { email: 'e@x' } },
        validationData: { key: 'value' },
        clientMetadata: { from: 'test' },
      }),
    ).toEqual({
      ...common,
      triggerSource: 'PreSignUp_SignUp',
      request: {
        userAttributes: { email: 'e@x' },
        validationData: { key: 'value' },
        clientMetadata: { from: 'test' },
      },
      response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
    })
  })

  it('has no client when an administrator creates the user', () => {
    const event = preSignUpEvent(
      'PreSignUp_AdminCreateUser',
      { ...context, clientId: undefined },
      { user },
    )
    expect(event.callerContext.clientId).toBe('CLIENT_ID_NOT_APPLICABLE')
    expect(event.request).toEqual({ userAttributes: told, validationData: null })
  })

  it('decides three things, each false unless it says otherwise', () => {
    const none = { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false }
    expect(checkPreSignUp({}, {})).toEqual(none)
    expect(checkPreSignUp({ response: { autoConfirmUser: null } }, {})).toEqual(none)
    expect(
      checkPreSignUp(
        { response: { autoConfirmUser: true, autoVerifyEmail: true } },
        { email: 'e@x' },
      ),
    ).toEqual({ autoConfirmUser: true, autoVerifyEmail: true, autoVerifyPhone: false })
  })

  it.each([{ autoConfirmUser: 'true' }, { autoConfirmUser: 1 }, { autoVerifyPhone: true }])(
    'may not answer %j',
    (response) => {
      expect(thrownBy(() => checkPreSignUp({ response }, { email: 'e@x' }))).toEqual(
        invalid('Unrecognizable lambda output'),
      )
    },
  )

  it('cannot verify an address that was not given', () => {
    const response = { autoVerifyEmail: true }
    expect(thrownBy(() => checkPreSignUp({ response }, {}))).toEqual(
      invalid('Unrecognizable lambda output'),
    )
  })
})

describe('PostConfirmation', () => {
  it.each(['PostConfirmation_ConfirmSignUp', 'PostConfirmation_ConfirmForgotPassword'] as const)(
    'has the event of %s',
    (source) => {
      expect(postConfirmationEvent(source, context, { user })).toEqual({
        ...common,
        triggerSource: source,
        request: { userAttributes: told },
        response: {},
      })
    },
  )
})

describe('PreAuthentication', () => {
  it('tells of an unknown user only where that is told at all', () => {
    expect(preAuthenticationEvent(context, { user, validationData: { k: 'v' } })).toEqual({
      ...common,
      triggerSource: 'PreAuthentication_Authentication',
      request: { userAttributes: told, validationData: { k: 'v' } },
      response: {},
    })
    const unknown = preAuthenticationEvent(context, {
      user: { attributes: {} },
      userNotFound: true,
    })
    expect(unknown.request).toEqual({
      userAttributes: {},
      validationData: null,
      userNotFound: true,
    })
  })
})

describe('PostAuthentication', () => {
  it('has Cognito’s event', () => {
    expect(postAuthenticationEvent(context, { user, newDeviceUsed: false })).toEqual({
      ...common,
      triggerSource: 'PostAuthentication_Authentication',
      request: { userAttributes: told, newDeviceUsed: false },
      response: {},
    })
  })
})

describe('CustomMessage', () => {
  it('is told the parameters, never the code', () => {
    expect(customMessageEvent('CustomMessage_SignUp', context, { user })).toEqual({
      ...common,
      triggerSource: 'CustomMessage_SignUp',
      request: {
        userAttributes: told,
        codeParameter: '{####}',
        linkParameter: '{##Click Here##}',
        usernameParameter: null,
      },
      response: { smsMessage: null, emailMessage: null, emailSubject: null },
    })
    expect(
      customMessageEvent('CustomMessage_AdminCreateUser', context, { user }).request,
    ).toHaveProperty('usernameParameter', '{username}')
  })

  const check = (response: unknown, source = 'CustomMessage_SignUp' as const) =>
    checkCustomMessage(source, { response })

  it('may write any of three texts', () => {
    expect(check({})).toEqual({})
    expect(check({ smsMessage: null, emailMessage: '', emailSubject: 'Hello' })).toEqual({
      emailSubject: 'Hello',
    })
    expect(check({ smsMessage: 'Code {####}', emailMessage: '<b>{####}</b>' })).toEqual({
      smsMessage: 'Code {####}',
      emailMessage: '<b>{####}</b>',
    })
  })

  it('must leave a place for the code, and in an invitation for the name', () => {
    for (const response of [{ smsMessage: 'no code' }, { emailMessage: 'no code' }]) {
      expect(thrownBy(() => check(response))).toEqual(invalid('Unrecognizable lambda output'))
    }
    const invitation = (emailMessage: string) =>
      checkCustomMessage('CustomMessage_AdminCreateUser', { response: { emailMessage } })
    expect(invitation('{username} {####}')).toEqual({ emailMessage: '{username} {####}' })
    expect(thrownBy(() => invitation('{####}'))).toEqual(invalid('Unrecognizable lambda output'))
  })

  it.each([
    ['smsMessage', 140],
    ['emailMessage', 20_000],
    ['emailSubject', 140],
  ])('may write a %s of %d characters', (name, length) => {
    const text = '{####}'.padEnd(length, 'x')
    expect(check({ [name]: text })).toEqual({ [name]: text })
    expect(thrownBy(() => check({ [name]: `${text}x` }))).toEqual(
      invalid('Unrecognizable lambda output'),
    )
    expect(thrownBy(() => check({ [name]: 1 }))).toEqual(invalid('Unrecognizable lambda output'))
  })
})

describe('responseOf', () => {
  it('reads what a function without an answer returned', () => {
    expect(responseOf({ anything: 1, response: { a: 1 } })).toEqual({ a: 1 })
    expect(responseOf({})).toEqual({})
    for (const output of [null, undefined, 'text', [], 1]) {
      expect(thrownBy(() => responseOf(output))).toEqual(
        invalid('Invalid lambda function output : Invalid JSON'),
      )
    }
  })
})
