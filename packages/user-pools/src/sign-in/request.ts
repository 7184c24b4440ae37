/**
 * What every step of a sign-in begins with: the client, its proof, and the parameters it must send.
 *
 * @see user-pools §2.0, checks 4 to 7
 */
import type { Transaction } from '@vivarium/store'
import { refusal } from '../errors.ts'
import { type ClientOfPool, readClient } from '../model/pools.ts'
import type { ClientMetadata } from '../triggers/event.ts'
import { checkFlow, type Flow } from './auth-flows.ts'
import { checkSecretHashParameter, checkSecretHashPresence } from './client-proof.ts'

/** `AuthParameters` or `ChallengeResponses`. */
export type Parameters = Readonly<Record<string, string>>

/** A step of a sign-in, as either API asks for it. */
export interface SignInRequest {
  readonly clientId: string
  /** Named by the administrative operations alone. */
  readonly poolId?: string | undefined
  readonly parameters: Parameters
  readonly clientMetadata?: ClientMetadata | undefined
  readonly session?: string | undefined
}

/** What a step of a sign-in answers: tokens, or the next challenge. */
export type AuthAnswer =
  | {
      readonly AuthenticationResult: AuthenticationResult
      readonly ChallengeParameters: Readonly<Record<string, never>>
    }
  | {
      readonly ChallengeName: string
      readonly ChallengeParameters: Parameters
      readonly Session?: string | undefined
      readonly AvailableChallenges?: readonly string[] | undefined
    }

/** `AuthenticationResultType`. */
export interface AuthenticationResult {
  readonly AccessToken: string
  readonly ExpiresIn: number
  readonly IdToken: string
  readonly RefreshToken?: string | undefined
  readonly TokenType: 'Bearer'
}

/** The answer with tokens. */
export function signedIn(result: AuthenticationResult): AuthAnswer {
  return { AuthenticationResult: result, ChallengeParameters: {} }
}

/** A parameter that must be there. @throws UserPoolError InvalidParameterException */
export function parameter(parameters: Parameters, key: string): string {
  const value = parameters[key]
  if (value === undefined || value === '') {
    throw refusal('InvalidParameterException', 'missingParameter', key)
  }
  return value
}

/**
 * The client of a first step, once it proved its secret, is allowed the flow and sent what it takes.
 *
 * @throws UserPoolError ResourceNotFoundException, NotAuthorizedException, InvalidParameterException
 */
export function enterFlow(
  transaction: Transaction,
  request: SignInRequest,
  { flow, required }: { readonly flow: Flow; readonly required: readonly string[] },
): ClientOfPool {
  const found = readClient(transaction, request.clientId, request.poolId)
  const { parameters } = request
  checkSecretHashParameter(found.client, parameters, [parameters.USERNAME ?? ''], 'hashWrong')
  checkFlow(found.client, flow)
  for (const key of required) parameter(parameters, key)
  return found
}

/**
 * The client of a refresh. Its secret hash is over a name that the request does not carry, so that only
 * its being there is checked here.
 *
 * @throws UserPoolError as `enterFlow`
 */
export function enterRefresh(transaction: Transaction, request: SignInRequest): ClientOfPool {
  const found = readClient(transaction, request.clientId, request.poolId)
  checkSecretHashPresence(found.client, request.parameters)
  checkFlow(found.client, 'refresh')
  return found
}

/**
 * The client of a later step, once it proved its secret and sent what the challenge takes.
 *
 * @throws UserPoolError as `enterFlow`
 */
export function enterChallenge(
  transaction: Transaction,
  request: SignInRequest,
  required: readonly string[],
): ClientOfPool {
  const found = readClient(transaction, request.clientId, request.poolId)
  const { parameters } = request
  checkSecretHashParameter(found.client, parameters, [parameters.USERNAME ?? ''], 'hashWrongLater')
  for (const key of ['USERNAME', ...required]) parameter(parameters, key)
  return found
}
