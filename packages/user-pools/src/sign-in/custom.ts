/**
 * CUSTOM_AUTH: the pool's own triggers say what a user must answer, and when that is enough.
 *
 * Each answer ends its session before the triggers see it: a function that allows three tries allows no
 * more by being asked on one session again and again.
 *
 * @see user-pools §5.5
 */
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import type { UserPool } from '../model/documents.ts'
import { readUser } from '../model/names.ts'
import { transactOrRefuse } from '../model/refusals.ts'
import { type OpenTicket, spendTicket, type TicketNotes } from '../model/tickets.ts'
import { runPreAuthentication, triggerUserOf } from '../pool-triggers.ts'
import {
  type ChallengeResult,
  checkCreateAuthChallenge,
  checkDefineAuthChallenge,
  createAuthChallengeEvent,
  defineAuthChallengeEvent,
  isAnswerCorrect,
  verifyAuthChallengeResponseEvent,
} from '../triggers/custom-auth.ts'
import type { ClientMetadata } from '../triggers/event.ts'
import { unrecognizableOutput } from '../triggers/trigger-error.ts'
import {
  type Candidate,
  candidateOf,
  canonicalNameOf,
  checkBeforeCredential,
  checkState,
  checkTemporaryPassword,
  findCandidate,
} from './candidate.ts'
import { type ChallengeNotes, openSession, sealSession } from './challenge-session.ts'
import { completeSignIn } from './complete.ts'
import { failedAttempt } from './failed-attempt.ts'
import { newPasswordChallenge } from './new-password.ts'
import {
  type AuthAnswer,
  enterChallenge,
  enterFlow,
  parameter,
  type SignInRequest,
} from './request.ts'
import { challengeOf, clientPublicOf, type SrpProved } from './srp.ts'

/** What the session of a custom challenge says. */
interface CustomNotes extends ChallengeNotes {
  readonly typedName: string
  readonly history: readonly ChallengeResult[]
  readonly privateParameters: Readonly<Record<string, string>>
  readonly metadata?: string | undefined
}

const challenge = 'CUSTOM_CHALLENGE'

/**
 * The first step.
 *
 * @throws UserPoolError as `enterFlow` and `findCandidate`; TriggerError
 */
export async function beginCustom(
  environment: Environment,
  request: SignInRequest,
): Promise<AuthAnswer> {
  const nowSeconds = environment.nowSeconds()
  const { parameters } = request
  const startsWithSrp = parameters.CHALLENGE_NAME === 'SRP_A'
  const required = startsWithSrp ? ['USERNAME', 'SRP_A'] : ['USERNAME']
  const { value: candidate } = await environment.store.transact(
    (transaction) => {
      const client = enterFlow(transaction, request, { flow: 'custom', required })
      defineFunctionOf(client.pool)
      if (startsWithSrp) clientPublicOf(request)
      return findCandidate(transaction, client, parameter(parameters, 'USERNAME'), nowSeconds)
    },
    { intent: 'read' },
  )
  const { client, pool } = candidate.client
  const { user, typedName } = candidate
  await runPreAuthentication(
    environment,
    { pool, clientId: client.id, user, typedName },
    request.clientMetadata,
  )
  checkBeforeCredential(candidate)
  const history = startsWithSrp ? [{ challengeName: 'SRP_A', challengeResult: true }] : []
  // The metadata of a first step does not reach these triggers.
  return nextStep(environment, { candidate, history, request, clientMetadata: undefined })
}

/**
 * The answer to a custom challenge.
 *
 * @throws UserPoolError as `openSession`, NotAuthorizedException; TriggerError
 */
export async function answerCustom(
  environment: Environment,
  request: SignInRequest,
): Promise<AuthAnswer> {
  const nowSeconds = environment.nowSeconds()
  const { parameters, clientMetadata } = request
  const { candidate, notes } = await transactOrRefuse(
    environment.store,
    (transaction) => {
      const client = enterChallenge(transaction, request, ['ANSWER'])
      const ticket = openSession<CustomNotes>(client, request, { challenge, nowSeconds })
      if (!spendTicket(transaction, client.pool.id, ticket)) {
        return refusal('NotAuthorizedException', 'sessionUsed')
      }
      const { username, typedName } = ticket.notes
      const user = readUser(transaction, client.pool, username)
      return {
        notes: ticket.notes,
        candidate: candidateOf(transaction, client, { typedName, user, nowSeconds }),
      }
    },
    { intent: 'write' },
  )
  checkBeforeCredential(candidate)
  const functionArn = functionOf(candidate.client.pool, 'VerifyAuthChallengeResponse')
  const event = verifyAuthChallengeResponseEvent(contextOf(environment, candidate), {
    ...subjectOf(candidate),
    privateParameters: notes.privateParameters,
    answer: parameter(parameters, 'ANSWER'),
    clientMetadata,
  })
  const result: ChallengeResult = {
    challengeName: challenge,
    challengeResult: isAnswerCorrect(await environment.triggers.invoke(functionArn, event)),
    ...(notes.metadata !== undefined && { challengeMetadata: notes.metadata }),
  }
  const history = [...notes.history, result]
  return nextStep(environment, { candidate, history, request, clientMetadata })
}

/**
 * Goes on after PASSWORD_VERIFIER in a custom sign-in.
 *
 * @throws UserPoolError, TriggerError
 */
export async function afterCustomSrp(
  environment: Environment,
  { candidate, user, block, request }: SrpProved,
  history: readonly ChallengeResult[],
): Promise<AuthAnswer> {
  checkTemporaryPassword(user, environment.nowSeconds())
  await transactOrRefuse(
    environment.store,
    (transaction) => spendOrRefuse(transaction, candidate.client.pool, block),
    { intent: 'write' },
  )
  return nextStep(environment, {
    candidate,
    history: [...history, { challengeName: 'PASSWORD_VERIFIER', challengeResult: true }],
    request,
    clientMetadata: request.clientMetadata,
  })
}

function spendOrRefuse(
  transaction: Parameters<typeof spendTicket>[0],
  pool: UserPool,
  ticket: OpenTicket<TicketNotes>,
) {
  return spendTicket(transaction, pool.id, ticket)
    ? undefined
    : refusal('NotAuthorizedException', 'incorrect')
}

/** Where a custom sign-in stands. */
interface Standing {
  readonly candidate: Candidate
  readonly history: readonly ChallengeResult[]
  readonly request: SignInRequest
  readonly clientMetadata: ClientMetadata | undefined
}

/** Asks DefineAuthChallenge what comes next, and does that. */
async function nextStep(environment: Environment, standing: Standing): Promise<AuthAnswer> {
  const { candidate, history, clientMetadata } = standing
  const event = defineAuthChallengeEvent(contextOf(environment, candidate), {
    ...subjectOf(candidate),
    session: history,
    clientMetadata,
  })
  const functionArn = defineFunctionOf(candidate.client.pool)
  const decision = checkDefineAuthChallenge(await environment.triggers.invoke(functionArn, event))
  switch (decision.kind) {
    case 'fail':
      throw await failed(environment, standing)
    case 'issue-tokens': {
      const { user } = candidate
      if (user === undefined) throw await failed(environment, standing)
      checkState(user)
      const provedPassword = history.some(
        ({ challengeName }) => challengeName === 'PASSWORD_VERIFIER',
      )
      if (provedPassword && user.status === 'FORCE_CHANGE_PASSWORD') {
        return newPasswordChallenge(environment, candidate, user)
      }
      return completeSignIn(environment, { candidate, user, clientMetadata })
    }
    case 'challenge':
      return challengeNamed(environment, decision.challengeName, standing)
  }
}

/** Refuses, and counts it as a failed sign-in if something was answered wrongly. */
async function failed(environment: Environment, { candidate, history }: Standing) {
  const wasWrong = history.some(({ challengeResult }) => !challengeResult)
  return wasWrong
    ? failedAttempt(environment, candidate)
    : refusal('NotAuthorizedException', 'incorrect')
}

async function challengeNamed(
  environment: Environment,
  challengeName: string,
  standing: Standing,
): Promise<AuthAnswer> {
  const { candidate, history, request } = standing
  if (challengeName === challenge) return customChallenge(environment, standing)
  const isAfterSrpA = history.length === 1 && history[0]?.challengeName === 'SRP_A'
  // The service knows a few challenges besides, which Vivarium does not.
  if (challengeName !== 'PASSWORD_VERIFIER' || !isAfterSrpA) throw unrecognizableOutput()
  const parameters = challengeOf(environment, candidate, clientPublicOf(request), {
    history,
    ranPreAuthentication: true,
  })
  return {
    ChallengeName: challengeName,
    Session: sealSession(environment, candidate.client, {
      challenge: challengeName,
      username: parameters.USERNAME ?? '',
    }),
    ChallengeParameters: parameters,
  }
}

/** Has CreateAuthChallenge make a challenge. */
async function customChallenge(
  environment: Environment,
  { candidate, history, clientMetadata }: Standing,
): Promise<AuthAnswer> {
  const functionArn = functionOf(candidate.client.pool, 'CreateAuthChallenge')
  const event = createAuthChallengeEvent(contextOf(environment, candidate), {
    ...subjectOf(candidate),
    challengeName: challenge,
    session: history,
    clientMetadata,
  })
  const { publicParameters, privateParameters, metadata } = checkCreateAuthChallenge(
    await environment.triggers.invoke(functionArn, event),
  )
  const username = canonicalNameOf(candidate)
  const session = sealSession(environment, candidate.client, {
    challenge,
    username,
    typedName: candidate.typedName,
    history,
    privateParameters,
    ...(metadata !== undefined && { metadata }),
  })
  // What the function wants remembered travels in the session, sealed; a request takes no longer one.
  if (session.length > sessionLengthMax) throw unrecognizableOutput()
  return {
    ChallengeName: challenge,
    Session: session,
    ChallengeParameters: { ...publicParameters, USERNAME: username },
  }
}

const sessionLengthMax = 2048

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

function defineFunctionOf(pool: UserPool): string {
  return functionOf(pool, 'DefineAuthChallenge')
}

/** @throws UserPoolError InvalidParameterException if the pool has no such trigger */
function functionOf(
  pool: UserPool,
  trigger: 'DefineAuthChallenge' | 'CreateAuthChallenge' | 'VerifyAuthChallengeResponse',
): string {
  const functionArn = pool.settings.LambdaConfig?.[trigger]
  if (functionArn === undefined) throw refusal('InvalidParameterException', 'noCustomTriggers')
  return functionArn
}
