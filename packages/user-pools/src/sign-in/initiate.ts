/**
 * The first step of every sign-in.
 *
 * @see user-pools §2.4
 */
import type { z } from 'zod'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import { namesOf } from '../model/names.ts'
import type { authFlow } from '../request-shapes.ts'
import { beginChoice } from './choice.ts'
import { checkSecretHashParameter } from './client-proof.ts'
import { beginCustom } from './custom.ts'
import { signInWithPassword } from './password.ts'
import { refreshTokens, rotatesTokens } from './refresh.ts'
import {
  type AuthAnswer,
  enterRefresh,
  parameter,
  type SignInRequest,
  signedIn,
} from './request.ts'
import { beginSrp } from './srp.ts'

/** `AuthFlowType`. */
export type AuthFlow = z.output<typeof authFlow>

/** @throws UserPoolError, TriggerError */
export async function initiate(
  environment: Environment,
  flow: AuthFlow,
  request: SignInRequest,
): Promise<AuthAnswer> {
  const isAdmin = request.poolId !== undefined
  switch (flow) {
    case 'USER_SRP_AUTH':
      return beginSrp(environment, request)
    case 'USER_PASSWORD_AUTH':
      return signInWithPassword(environment, request, 'password')
    case 'ADMIN_USER_PASSWORD_AUTH':
    case 'ADMIN_NO_SRP_AUTH':
      if (!isAdmin) throw methodNotSupported()
      return signInWithPassword(environment, request, 'admin-password')
    case 'REFRESH_TOKEN_AUTH':
    case 'REFRESH_TOKEN':
      return refresh(environment, request)
    case 'CUSTOM_AUTH':
      return beginCustom(environment, request)
    case 'USER_AUTH':
      return beginChoice(environment, request)
  }
}

function methodNotSupported() {
  return refusal('InvalidParameterException', 'methodNotSupported')
}

/** REFRESH_TOKEN_AUTH. It gives no new refresh token, and so goes only where tokens are not rotated. */
async function refresh(environment: Environment, request: SignInRequest): Promise<AuthAnswer> {
  const { parameters } = request
  const tokens = await refreshTokens(environment, {
    refreshToken: parameters.REFRESH_TOKEN ?? '',
    // The metadata of a first step does not reach this trigger.
    clientMetadata: undefined,
    enter(transaction) {
      const found = enterRefresh(transaction, request)
      parameter(parameters, 'REFRESH_TOKEN')
      if (!rotatesTokens(found.client)) return found
      // Amplify and amazon-cognito-identity-js sign out at this, and cleanly.
      const message = `Client ${found.client.id} rotates refresh tokens; use GetTokensFromRefreshToken`
      environment.onEvent({ kind: 'warning', message })
      throw refusal('NotAuthorizedException', 'refreshToken')
    },
    prove: ({ client, pool }, user) =>
      checkSecretHashParameter(client, parameters, namesOf(pool, user), 'hashWrongLater'),
    reused: () => refusal('NotAuthorizedException', 'refreshToken'),
  })
  return signedIn(tokens)
}
