/**
 * The texts around codes: the pool's, or Cognito's own.
 *
 * @see user-pools §6.3
 */
import type { CustomMessage } from '../triggers/custom-message.ts'
import type { Message } from './message.ts'

/** The texts a pool may set, in wire shape. */
export interface MessageSettings {
  readonly EmailVerificationMessage?: string | undefined
  readonly EmailVerificationSubject?: string | undefined
  readonly SmsVerificationMessage?: string | undefined
  readonly SmsAuthenticationMessage?: string | undefined
  readonly VerificationMessageTemplate?:
    | {
        readonly EmailMessage?: string | undefined
        readonly EmailSubject?: string | undefined
        readonly SmsMessage?: string | undefined
      }
    | undefined
  readonly AdminCreateUserConfig?:
    | {
        readonly InviteMessageTemplate?:
          | {
              readonly EmailMessage?: string | undefined
              readonly EmailSubject?: string | undefined
              readonly SMSMessage?: string | undefined
            }
          | undefined
      }
    | undefined
}

/** Which text a message takes. */
export type MessageKind = 'verification' | 'password-reset' | 'invitation' | 'authentication'

/** The three texts of a message, with their parameters. */
interface Template {
  readonly smsMessage: string
  readonly emailMessage: string
  readonly emailSubject: string
}

/**
 * A message, from what a trigger wrote, else from the pool's texts, else from the defaults.
 *
 * @param username put for `{username}`; in an e-mail it is escaped, as it may be anybody's choice
 */
export function composeMessage(
  kind: MessageKind,
  {
    medium,
    to,
    code,
    username,
    settings,
    custom = {},
  }: {
    readonly medium: Message['medium']
    readonly to: string
    readonly code: string
    readonly username: string
    readonly settings: MessageSettings
    readonly custom?: CustomMessage | undefined
  },
): Message {
  const template = templateOf(kind, settings)
  if (medium === 'SMS') {
    const text = custom.smsMessage ?? template.smsMessage
    return { medium, to, subject: '', body: filled(text, code, username), code }
  }
  return {
    medium,
    to,
    subject: filled(custom.emailSubject ?? template.emailSubject, code, username),
    body: filled(
      custom.emailMessage ?? template.emailMessage,
      escapeHtml(code),
      escapeHtml(username),
    ),
    code,
  }
}

function templateOf(kind: MessageKind, settings: MessageSettings): Template {
  const verification = settings.VerificationMessageTemplate
  const invitation = settings.AdminCreateUserConfig?.InviteMessageTemplate
  const smsMessage = verification?.SmsMessage ?? settings.SmsVerificationMessage
  const emailMessage = verification?.EmailMessage ?? settings.EmailVerificationMessage
  const emailSubject = verification?.EmailSubject ?? settings.EmailVerificationSubject
  switch (kind) {
    case 'verification':
      return {
        smsMessage: smsMessage ?? 'Your verification code is {####}',
        emailMessage: emailMessage ?? 'Your verification code is {####}',
        emailSubject: emailSubject ?? 'Your verification code',
      }
    case 'password-reset':
      return {
        smsMessage: smsMessage ?? 'Your password reset code is {####}',
        emailMessage: emailMessage ?? 'Your password reset code is {####}',
        emailSubject: emailSubject ?? 'Your password reset code',
      }
    case 'invitation':
      return {
        smsMessage:
          invitation?.SMSMessage ??
          'Your username is {username} and temporary password is {####}. ',
        emailMessage:
          invitation?.EmailMessage ??
          'Your username is {username} and temporary password is {####}. ',
        emailSubject: invitation?.EmailSubject ?? 'Your temporary password',
      }
    case 'authentication':
      return {
        smsMessage: settings.SmsAuthenticationMessage ?? 'Your authentication code is {####}. ',
        emailMessage: 'Your authentication code is {####}. ',
        emailSubject: 'Your authentication code',
      }
  }
}

/** One pass over the text: what stands in a user name or a password is never taken for a parameter. */
function filled(text: string, code: string, username: string): string {
  return text.replace(/\{####\}|\{username\}/g, (parameter) =>
    parameter === '{####}' ? code : username,
  )
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => htmlEscapes[character] ?? character)
}
