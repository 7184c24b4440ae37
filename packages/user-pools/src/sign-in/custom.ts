/**
 * CUSTOM_AUTH: the pool's own triggers say what a user must answer, and when that is enough.
 *
 * Each answer ends its session before the triggers see it: a function that allows three tries allows no
 * more by being asked on one session again and again.
 *
 * @see user-pools §5.5
 */
import type { Environment } from '../environment.ts'
import { refusal, type UserPoolError } from '../errors.ts'
import { readUser } from '../model/names.ts'
import { transactOrRefuse } from '../model/refusals.ts'
import { spendTicket } from '../model/tickets.ts'
import { runPreAuthentication } from '../pool-triggers.ts'
import type { ChallengeResult } from '../triggers/custom-auth.ts'
import { unrecognizableOutput } from '../triggers/trigger-error.ts'
import {
  candidateOf,
  canonicalNameOf,
  checkBeforeCredential,
  checkState,
  checkTemporaryPassword,
  findCandidate,
} from './candidate.ts'
import { type ChallengeNotes, openSession, sealSession } from './challenge-session.ts'
import { completeSignIn } from './complete.ts'
import {
  customChallengeName,
  customFunction,
  decide,
  makeChallenge,
  type Standing,
  verifyAnswer,
} from './custom-triggers.ts'
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
  /** Whom the challenge was made for; undefined: for nobody. */
  readonly sub?: string | undefined
  readonly history: readonly ChallengeResult[]
  readonly privateParameters: Readonly<Record<string, string>>
  readonly metadata?: string | undefined
}

/** The longest session that a request may carry, in characters. @see user-pools §1.4 */
const sessionLengthMax = 2048

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
      customFunction(client.pool, 'DefineAuthChallenge')
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
  return nextStep(environment, { candidate, history, clientMetadata: undefined }, request)
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
      const challenge = customChallengeName
      const ticket = openSession<CustomNotes>(client, request, { challenge, nowSeconds })
      const { notes } = ticket
      const { typedName } = notes
      const user = readUser(transaction, client.pool, notes.username)
      // Whoever took the name since was not who was asked.
      if (user?.sub !== notes.sub) return refusal('NotAuthorizedException', 'session')
      if (!spendTicket(transaction, client.pool.id, ticket)) {
        return refusal('NotAuthorizedException', 'sessionUsed')
      }
      return { notes, candidate: candidateOf(transaction, client, { typedName, user, nowSeconds }) }
    },
    { intent: 'write' },
  )
  checkBeforeCredential(candidate)
  const isRight = await verifyAnswer(
    environment,
    { candidate, clientMetadata },
    { privateParameters: notes.privateParameters, answer: parameter(parameters, 'ANSWER') },
  )
  const result: ChallengeResult = {
    challengeName: customChallengeName,
    challengeResult: isRight,
    ...(notes.metadata !== undefined && { challengeMetadata: notes.metadata }),
  }
  const history = [...notes.history, result]
  return nextStep(environment, { candidate, history, clientMetadata }, request)
}

/**
 * Goes on after PASSWORD_VERIFIER in a custom sign-in.
 *
 * @throws UserPoolError, TriggerError
 */
export async function afterCustomSrp(
  environment: Environment,
  { candidate, user, block, request }: SrpProved,
  before: readonly ChallengeResult[],
): Promise<AuthAnswer> {
  checkTemporaryPassword(user, environment.nowSeconds())
  await transactOrRefuse(
    environment.store,
    (transaction) =>
      spendTicket(transaction, candidate.client.pool.id, block)
        ? undefined
        : refusal('NotAuthorizedException', 'incorrect'),
    { intent: 'write' },
  )
  const { clientMetadata } = request
  const history = [...before, { challengeName: 'PASSWORD_VERIFIER', challengeResult: true }]
  return nextStep(environment, { candidate, history, clientMetadata }, request)
}

/** Does what DefineAuthChallenge says comes next. */
async function nextStep(
  environment: Environment,
  standing: Standing,
  request: SignInRequest,
): Promise<AuthAnswer> {
  const { candidate, history, clientMetadata } = standing
  const decision = await decide(environment, standing)
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
      return decision.challengeName === customChallengeName
        ? customChallenge(environment, standing)
        : passwordVerifier(environment, decision.challengeName, standing, request)
  }
}

/** Refuses, and counts it as a failed sign-in if something was answered wrongly. */
async function failed(
  environment: Environment,
  { candidate, history }: Standing,
): Promise<UserPoolError> {
  const wasWrong = history.some(({ challengeResult }) => !challengeResult)
  return wasWrong
    ? failedAttempt(environment, candidate)
    : refusal('NotAuthorizedException', 'incorrect')
}

/** The challenge that follows `SRP_A`. The service knows a few more, which Vivarium does not. */
function passwordVerifier(
  environment: Environment,
  challenge: string,
  { candidate, history }: Standing,
  request: SignInRequest,
): AuthAnswer {
  const isAfterSrpA = history.length === 1 && history[0]?.challengeName === 'SRP_A'
  if (challenge !== 'PASSWORD_VERIFIER' || !isAfterSrpA) throw unrecognizableOutput()
  const username = canonicalNameOf(candidate)
  return {
    ChallengeName: challenge,
    Session: sealSession(environment, candidate.client, { challenge, username }),
    ChallengeParameters: challengeOf(environment, candidate, clientPublicOf(request), {
      history,
      ranPreAuthentication: true,
    }),
  }
}

/** A challenge of CreateAuthChallenge's. */
async function customChallenge(environment: Environment, standing: Standing): Promise<AuthAnswer> {
  const { candidate, history } = standing
  const { user, typedName } = candidate
  const made = await makeChallenge(environment, standing)
  const username = canonicalNameOf(candidate)
  const session = sealSession(environment, candidate.client, {
    challenge: customChallengeName,
    username,
    typedName,
    history,
    privateParameters: made.privateParameters,
    ...(user !== undefined && { sub: user.sub }),
    ...(made.metadata !== undefined && { metadata: made.metadata }),
  })
  // What the function wants remembered travels in the session, sealed; a request takes no longer one.
  if (session.length > sessionLengthMax) throw unrecognizableOutput()
  return {
    ChallengeName: customChallengeName,
    Session: session,
    ChallengeParameters: { ...made.publicParameters, USERNAME: username },
  }
}
