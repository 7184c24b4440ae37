/**
 * The triggers of custom authentication: one says which challenge comes next, one makes it, one judges
 * the answer.
 *
 * @see user-pools §5.3 and §5.5
 */
import {
  type ClientMetadata,
  type TriggerContext,
  type TriggerEvent,
  type TriggerUser,
  triggerEvent,
  userAttributes,
} from './event.ts'
import { optionalFlag, optionalObject, optionalString, responseOf } from './response.ts'
import { unrecognizableOutput } from './trigger-error.ts'

/** A challenge of this sign-in that was answered. */
export interface ChallengeResult {
  readonly challengeName: string
  readonly challengeResult: boolean
  readonly challengeMetadata?: string | undefined
}

/** What all three are told. */
interface CustomAuthRequest {
  readonly user: TriggerUser
  /** Nobody has the name that was typed; told only where the app client hides who exists. */
  readonly userNotFound: boolean
  readonly clientMetadata?: ClientMetadata | undefined
}

/** What comes next, given what was answered so far, oldest first. */
export function defineAuthChallengeEvent(
  context: TriggerContext,
  request: CustomAuthRequest & { readonly session: readonly ChallengeResult[] },
): TriggerEvent {
  return triggerEvent('DefineAuthChallenge_Authentication', context, {
    request: {
      userAttributes: userAttributes(request.user),
      session: request.session,
      userNotFound: request.userNotFound,
      clientMetadata: request.clientMetadata,
    },
    response: { challengeName: null, issueTokens: null, failAuthentication: null },
  })
}

/** What DefineAuthChallenge decides. */
export type AuthDecision =
  | { readonly kind: 'issue-tokens' }
  | { readonly kind: 'fail' }
  | { readonly kind: 'challenge'; readonly challengeName: string }

/** Failing wins over tokens, and tokens over a challenge. @throws TriggerError */
export function checkDefineAuthChallenge(output: unknown): AuthDecision {
  const response = responseOf(output)
  const issuesTokens = optionalFlag(response, 'issueTokens')
  const fails = optionalFlag(response, 'failAuthentication')
  // An empty name is one that the function left alone.
  const challengeName = optionalString(response, 'challengeName') || undefined
  if (fails) return { kind: 'fail' }
  if (issuesTokens) return { kind: 'issue-tokens' }
  if (challengeName === undefined) throw unrecognizableOutput()
  return { kind: 'challenge', challengeName }
}

/** What the challenge is to be. */
export function createAuthChallengeEvent(
  context: TriggerContext,
  request: CustomAuthRequest & {
    readonly challengeName: string
    readonly session: readonly ChallengeResult[]
  },
): TriggerEvent {
  return triggerEvent('CreateAuthChallenge_Authentication', context, {
    request: {
      userAttributes: userAttributes(request.user),
      challengeName: request.challengeName,
      session: request.session,
      userNotFound: request.userNotFound,
      clientMetadata: request.clientMetadata,
    },
    response: {
      publicChallengeParameters: null,
      privateChallengeParameters: null,
      challengeMetadata: null,
    },
  })
}

/** A challenge. */
export interface CustomChallenge {
  /** Sent to the client. */
  readonly publicParameters: Readonly<Record<string, string>>
  /** Never sent. */
  readonly privateParameters: Readonly<Record<string, string>>
  readonly metadata?: string | undefined
}

/** @throws TriggerError */
export function checkCreateAuthChallenge(output: unknown): CustomChallenge {
  const response = responseOf(output)
  const parameters = (name: string): Readonly<Record<string, string>> => {
    const values = optionalObject(response, name) ?? {}
    return Object.fromEntries(
      Object.keys(values).flatMap((key): [string, string][] => {
        const value = optionalString(values, key)
        return value === undefined ? [] : [[key, value]]
      }),
    )
  }
  return {
    publicParameters: parameters('publicChallengeParameters'),
    privateParameters: parameters('privateChallengeParameters'),
    metadata: optionalString(response, 'challengeMetadata'),
  }
}

/** Whether an answer is right. */
export function verifyAuthChallengeResponseEvent(
  context: TriggerContext,
  request: CustomAuthRequest & {
    readonly privateParameters: Readonly<Record<string, string>>
    readonly answer: string
  },
): TriggerEvent {
  return triggerEvent('VerifyAuthChallengeResponse_Authentication', context, {
    request: {
      userAttributes: userAttributes(request.user),
      privateChallengeParameters: request.privateParameters,
      challengeAnswer: request.answer,
      userNotFound: request.userNotFound,
      clientMetadata: request.clientMetadata,
    },
    response: { answerCorrect: null },
  })
}

/** @throws TriggerError */
export function isAnswerCorrect(output: unknown): boolean {
  return optionalFlag(responseOf(output), 'answerCorrect')
}
