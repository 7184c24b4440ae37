/** Asking the triggers of custom authentication. @see user-pools §5.5 */
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import type { UserPool } from '../model/documents.ts'
import { triggerUserOf } from '../pool-triggers.ts'
import {
  type AuthDecision,
  type ChallengeResult,
  type CustomChallenge,
  checkCreateAuthChallenge,
  checkDefineAuthChallenge,
  createAuthChallengeEvent,
  defineAuthChallengeEvent,
  isAnswerCorrect,
  verifyAuthChallengeResponseEvent,
} from '../triggers/custom-auth.ts'
import type { ClientMetadata } from '../triggers/event.ts'
import type { Candidate } from './candidate.ts'

/** Where a custom sign-in stands. */
export interface Standing {
  readonly candidate: Candidate
  /** What was answered so far, oldest first. */
  readonly history: readonly ChallengeResult[]
  readonly clientMetadata: ClientMetadata | undefined
}

/** The one challenge that triggers make. */
export const customChallengeName = 'CUSTOM_CHALLENGE'

/** Asks DefineAuthChallenge what comes next. @throws TriggerError */
export async function decide(environment: Environment, standing: Standing): Promise<AuthDecision> {
  const { candidate, history: session, clientMetadata } = standing
  const functionArn = customFunction(candidate.client.pool, 'DefineAuthChallenge')
  const event = defineAuthChallengeEvent(contextOf(environment, candidate), {
    ...subjectOf(candidate),
    session,
    clientMetadata,
  })
  return checkDefineAuthChallenge(await environment.triggers.invoke(functionArn, event))
}

/** Asks CreateAuthChallenge for a challenge. @throws TriggerError */
export async function makeChallenge(
  environment: Environment,
  { candidate, history: session, clientMetadata }: Standing,
): Promise<CustomChallenge> {
  const functionArn = customFunction(candidate.client.pool, 'CreateAuthChallenge')
  const event = createAuthChallengeEvent(contextOf(environment, candidate), {
    ...subjectOf(candidate),
    challengeName: customChallengeName,
    session,
    clientMetadata,
  })
  return checkCreateAuthChallenge(await environment.triggers.invoke(functionArn, event))
}

/** Asks VerifyAuthChallengeResponse whether an answer is right. @throws TriggerError */
export async function verifyAnswer(
  environment: Environment,
  { candidate, clientMetadata }: Omit<Standing, 'history'>,
  attempt: {
    readonly privateParameters: Readonly<Record<string, string>>
    readonly answer: string
  },
): Promise<boolean> {
  const functionArn = customFunction(candidate.client.pool, 'VerifyAuthChallengeResponse')
  const event = verifyAuthChallengeResponseEvent(contextOf(environment, candidate), {
    ...subjectOf(candidate),
    ...attempt,
    clientMetadata,
  })
  return isAnswerCorrect(await environment.triggers.invoke(functionArn, event))
}

/** The function of a trigger. @throws UserPoolError InvalidParameterException if the pool has none */
export function customFunction(
  pool: UserPool,
  trigger: 'DefineAuthChallenge' | 'CreateAuthChallenge' | 'VerifyAuthChallengeResponse',
): string {
  const functionArn = pool.settings.LambdaConfig?.[trigger]
  if (functionArn === undefined) throw refusal('InvalidParameterException', 'noCustomTriggers')
  return functionArn
}

function contextOf(environment: Environment, { client, user, typedName }: Candidate) {
  return {
    region: environment.region,
    userPoolId: client.pool.id,
    username: user?.username ?? typedName,
    clientId: client.client.id,
  }
}

function subjectOf({ client: { client, pool }, user }: Candidate) {
  return user === undefined
    ? { user: { attributes: {} }, userNotFound: true }
    : { user: triggerUserOf({ pool, clientId: client.id, user }), userNotFound: false }
}
