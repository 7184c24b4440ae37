/**
 * The triggers around signing up.
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
import { optionalFlag, responseOf } from './response.ts'
import { unrecognizableOutput } from './trigger-error.ts'

/** Before a user is created; `user` has the submitted attributes alone. */
export function preSignUpEvent(
  source: 'PreSignUp_SignUp' | 'PreSignUp_AdminCreateUser',
  context: TriggerContext,
  request: {
    readonly user: TriggerUser
    /** `ValidationData` by name. */
    readonly validationData?: Readonly<Record<string, string>> | undefined
    readonly clientMetadata?: ClientMetadata | undefined
  },
): TriggerEvent {
  return triggerEvent(source, context, {
    request: {
      userAttributes: userAttributes(request.user),
      validationData: request.validationData ?? null,
      clientMetadata: request.clientMetadata,
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  })
}

/** What PreSignUp decides. AdminCreateUser ignores it. */
export interface PreSignUpDecision {
  readonly autoConfirmUser: boolean
  readonly autoVerifyEmail: boolean
  readonly autoVerifyPhone: boolean
}

/**
 * @param attributes what the user submitted: an address that is not among them cannot be verified
 * @throws TriggerError InvalidLambdaResponseException
 */
export function checkPreSignUp(
  output: unknown,
  attributes: Readonly<Record<string, string>>,
): PreSignUpDecision {
  const response = responseOf(output)
  const decision = {
    autoConfirmUser: optionalFlag(response, 'autoConfirmUser'),
    autoVerifyEmail: optionalFlag(response, 'autoVerifyEmail'),
    autoVerifyPhone: optionalFlag(response, 'autoVerifyPhone'),
  }
  // Unverified: which error an attribute to verify that is absent gives.
  const isMissing =
    (decision.autoVerifyEmail && attributes.email === undefined) ||
    (decision.autoVerifyPhone && attributes.phone_number === undefined)
  if (isMissing) throw unrecognizableOutput()
  return decision
}

/** After a user was confirmed. The answer says nothing; check it with `responseOf`. */
export function postConfirmationEvent(
  source: 'PostConfirmation_ConfirmSignUp' | 'PostConfirmation_ConfirmForgotPassword',
  context: TriggerContext,
  request: { readonly user: TriggerUser; readonly clientMetadata?: ClientMetadata | undefined },
): TriggerEvent {
  return triggerEvent(source, context, {
    request: {
      userAttributes: userAttributes(request.user),
      clientMetadata: request.clientMetadata,
    },
    response: {},
  })
}
