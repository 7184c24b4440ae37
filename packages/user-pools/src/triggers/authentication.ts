/**
 * The triggers around signing in. Neither answers anything; check the answer with `responseOf`.
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

/** Before a credential is judged. Throwing refuses the sign-in. */
export function preAuthenticationEvent(
  context: TriggerContext,
  request: {
    readonly user: TriggerUser
    /** The `ClientMetadata` of InitiateAuth. */
    readonly validationData?: ClientMetadata | undefined
    /** Told only where the app client hides whether users exist. */
    readonly userNotFound?: boolean | undefined
  },
): TriggerEvent {
  return triggerEvent('PreAuthentication_Authentication', context, {
    request: {
      userAttributes: userAttributes(request.user),
      validationData: request.validationData ?? null,
      userNotFound: request.userNotFound,
    },
    response: {},
  })
}

/** After a sign-in succeeded, before its tokens are made. */
export function postAuthenticationEvent(
  context: TriggerContext,
  request: {
    readonly user: TriggerUser
    readonly newDeviceUsed: boolean
    readonly clientMetadata?: ClientMetadata | undefined
  },
): TriggerEvent {
  return triggerEvent('PostAuthentication_Authentication', context, {
    request: {
      userAttributes: userAttributes(request.user),
      newDeviceUsed: request.newDeviceUsed,
      clientMetadata: request.clientMetadata,
    },
    response: {},
  })
}
