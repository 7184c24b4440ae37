import { describe, expect, it } from 'vitest'
import { composeMessage, type MessageSettings } from './templates.ts'

const compose = (
  kind: Parameters<typeof composeMessage>[0],
  changes: Partial<Parameters<typeof composeMessage>[1]> = {},
) =>
  composeMessage(kind, {
    medium: 'EMAIL',
    to: 'jane@example.com',
    code: '123456',
    username: 'jane',
    settings: {},
    ...changes,
  })

describe('a pool without texts', () => {
  it.each([
    ['verification', 'Your verification code', 'Your verification code is 123456'],
    ['password-reset', 'Your password reset code', 'Your password reset code is 123456'],
    [
      'invitation',
      'Your temporary password',
      'Your username is jane and temporary password is 123456.',
    ],
    ['authentication', 'Your authentication code', 'Your authentication code is 123456.'],
  ] as const)('sends for %s Cognito’s own', (kind, subject, body) => {
    const email = compose(kind)
    expect(email).toMatchObject({
      medium: 'EMAIL',
      to: 'jane@example.com',
      code: '123456',
      subject,
    })
    expect(email.body.trim()).toBe(body)
    const sms = compose(kind, { medium: 'SMS', to: '+12065551234' })
    expect(sms).toMatchObject({ medium: 'SMS', to: '+12065551234', subject: '' })
    expect(sms.body.trim()).toBe(body)
  })
})

describe('a pool with texts', () => {
  const settings: MessageSettings = {
    EmailVerificationMessage: 'old {####}',
    EmailVerificationSubject: 'old subject',
    SmsVerificationMessage: 'old sms {####}',
    SmsAuthenticationMessage: 'mfa {####}',
    AdminCreateUserConfig: {
      InviteMessageTemplate: {
        EmailMessage: '{username} / {####}',
        EmailSubject: 'Welcome {username}',
        SMSMessage: '{username}:{####}',
      },
    },
  }

  it('sends them', () => {
    expect(compose('verification', { settings })).toMatchObject({
      subject: 'old subject',
      body: 'old 123456',
    })
    expect(compose('verification', { settings, medium: 'SMS' }).body).toBe('old sms 123456')
    expect(compose('password-reset', { settings }).body).toBe('old 123456')
    expect(compose('authentication', { settings, medium: 'SMS' }).body).toBe('mfa 123456')
    expect(compose('invitation', { settings })).toMatchObject({
      subject: 'Welcome jane',
      body: 'jane / 123456',
    })
    expect(compose('invitation', { settings, medium: 'SMS' }).body).toBe('jane:123456')
  })

  it('prefers the template to the older members', () => {
    const template = {
      EmailMessage: 'new {####}',
      EmailSubject: 'new',
      SmsMessage: 'new sms {####}',
    }
    const newer = { ...settings, VerificationMessageTemplate: template }
    expect(compose('verification', { settings: newer })).toMatchObject({
      subject: 'new',
      body: 'new 123456',
    })
    expect(compose('verification', { settings: newer, medium: 'SMS' }).body).toBe('new sms 123456')
  })

  it('prefers what a trigger wrote, text by text', () => {
    const custom = { emailMessage: 'trigger {####}' }
    expect(compose('verification', { settings, custom })).toMatchObject({
      subject: 'old subject',
      body: 'trigger 123456',
    })
    expect(compose('verification', { settings, custom, medium: 'SMS' }).body).toBe('old sms 123456')
  })
})

describe('parameters', () => {
  it('are filled wherever they stand, once', () => {
    const settings = { EmailVerificationMessage: '{####} and {####}' }
    expect(compose('verification', { settings }).body).toBe('123456 and 123456')
    // A name that looks like a parameter, a code with the marks of a replacement.
    const settingsOfInvitation = {
      AdminCreateUserConfig: { InviteMessageTemplate: { SMSMessage: '{username} {####}' } },
    }
    const sms = compose('invitation', {
      medium: 'SMS',
      settings: settingsOfInvitation,
      username: '{####}',
      code: '$&{username}',
    })
    expect(sms.body).toBe('{####} $&{username}')
  })

  it('cannot bring markup into an e-mail', () => {
    const email = compose('invitation', { username: '<b>&"\'', code: 'a<b' })
    expect(email.body).toContain('&lt;b&gt;&amp;&quot;&#39;')
    expect(email.body).toContain('a&lt;b')
    expect(email.code).toBe('a<b')
    expect(compose('invitation', { username: '<b>', medium: 'SMS' }).body).toContain('<b>')
  })
})
