/**
 * The Custom Message trigger: it writes the text around a code it never sees.
 *
 * @see user-pools §5.3
 */
import {
  type ClientMetadata,
  type TriggerContext,
  type TriggerEvent,
  type TriggerUser,
  triggerEvent,
  userAttributes,
} from './event.ts'
import { optionalString, responseOf } from './response.ts'
import { unrecognizableOutput } from './trigger-error.ts'

/** Why a message is sent. */
export type CustomMessageSource =
  | 'CustomMessage_SignUp'
  | 'CustomMessage_AdminCreateUser'
  | 'CustomMessage_ResendCode'
  | 'CustomMessage_ForgotPassword'
  | 'CustomMessage_UpdateUserAttribute'
  | 'CustomMessage_VerifyUserAttribute'
  | 'CustomMessage_Authentication'

const codeParameter = '{####}'
const linkParameter = '{##Click Here##}'
const usernameParameter = '{username}'

/** The event before a message goes out. */
export function customMessageEvent(
  source: CustomMessageSource,
  context: TriggerContext,
  request: { readonly user: TriggerUser; readonly clientMetadata?: ClientMetadata | undefined },
): TriggerEvent {
  return triggerEvent(source, context, {
    request: {
      userAttributes: userAttributes(request.user),
      codeParameter,
      linkParameter,
      usernameParameter: source === 'CustomMessage_AdminCreateUser' ? usernameParameter : null,
      clientMetadata: request.clientMetadata,
    },
    response: { smsMessage: null, emailMessage: null, emailSubject: null },
  })
}

/** What the function wrote; what it left out is taken from the pool's templates. */
export interface CustomMessage {
  readonly smsMessage?: string | undefined
  readonly emailMessage?: string | undefined
  readonly emailSubject?: string | undefined
}

const smsLengthMax = 140
const emailLengthMax = 20_000
const subjectLengthMax = 140

/**
 * A text must have a place for the code, and an invitation one for the user name.
 *
 * @throws TriggerError InvalidLambdaResponseException
 */
export function checkCustomMessage(source: CustomMessageSource, output: unknown): CustomMessage {
  const response = responseOf(output)
  const required =
    source === 'CustomMessage_AdminCreateUser'
      ? [codeParameter, usernameParameter]
      : [codeParameter]
  const checked = (name: string, lengthMax: number, parameters: readonly string[]) => {
    // A message of no characters is one that was not written.
    const text = optionalString(response, name) || undefined
    if (text === undefined) return undefined
    if (text.length > lengthMax) throw unrecognizableOutput()
    if (!parameters.every((parameter) => text.includes(parameter))) throw unrecognizableOutput()
    return text
  }
  return {
    smsMessage: checked('smsMessage', smsLengthMax, required),
    emailMessage: checked('emailMessage', emailLengthMax, required),
    emailSubject: checked('emailSubject', subjectLengthMax, []),
  }
}
