/**
 * USER_AUTH: the user chooses what to begin with, a password or a code.
 *
 * @see user-pools §2.4 and §2.5
 */
import type { Transaction } from '@vivarium/store'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import { readUser } from '../model/names.ts'
import { isSpent, type OpenTicket } from '../model/tickets.ts'
import { runPreAuthentication } from '../pool-triggers.ts'
import {
  type Candidate,
  candidateOf,
  canonicalNameOf,
  checkBeforeCredential,
  findCandidate,
} from './candidate.ts'
import { type ChallengeNotes, openSession, sealSession } from './challenge-session.ts'
import { type FirstFactor, factorsOfCandidate } from './first-factors.ts'
import { codeChallenge } from './one-time-code.ts'
import { judgePassword } from './password.ts'
import {
  type AuthAnswer,
  enterChallenge,
  enterFlow,
  parameter,
  type SignInRequest,
} from './request.ts'
import { challengeOf, clientPublicOf } from './srp.ts'

/** What the session of a choice says. */
interface ChoiceNotes extends ChallengeNotes {
  readonly typedName: string
}

/** The challenges of which a choice consists. */
export type ChoiceChallenge = 'SELECT_CHALLENGE' | 'PASSWORD' | 'PASSWORD_SRP'

/**
 * The first step: what the user prefers, if they can have it, else what there is.
 *
 * @throws UserPoolError, TriggerError
 */
export async function beginChoice(
  environment: Environment,
  request: SignInRequest,
): Promise<AuthAnswer> {
  const nowSeconds = environment.nowSeconds()
  const { parameters } = request
  const { value: candidate } = await environment.store.transact(
    (transaction) => {
      const client = enterFlow(transaction, request, { flow: 'choice', required: ['USERNAME'] })
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
  const factors = factorsOfCandidate(candidate)
  const preferred = factors.find((factor) => factor === parameters.PREFERRED_CHALLENGE)
  if (preferred === undefined) {
    return { ...offer(environment, candidate, 'SELECT_CHALLENGE'), AvailableChallenges: factors }
  }
  // The metadata of a first step is PreAuthentication's alone.
  const first = { ...request, clientMetadata: undefined }
  const answer = await take(environment, { candidate, factor: preferred, request: first })
  return 'ChallengeName' in answer ? { ...answer, AvailableChallenges: [preferred] } : answer
}

/**
 * The answer to SELECT_CHALLENGE, PASSWORD or PASSWORD_SRP.
 *
 * @throws UserPoolError, TriggerError
 */
export async function answerChoice(
  environment: Environment,
  request: SignInRequest,
  challenge: ChoiceChallenge,
): Promise<AuthAnswer> {
  const nowSeconds = environment.nowSeconds()
  const { parameters } = request
  const required = requiredBy(challenge, parameters.ANSWER)
  const { value } = await environment.store.transact(
    (transaction) => readChoice(transaction, request, { challenge, required, nowSeconds }),
    { intent: 'read' },
  )
  const { candidate } = value
  checkBeforeCredential(candidate)
  const chosen = challenge === 'SELECT_CHALLENGE' ? parameters.ANSWER : challenge
  const factor = factorsOfCandidate(candidate).find((name) => name === chosen)
  // Unverified: the answer to a factor that was not offered.
  if (factor === undefined) throw refusal('NotAuthorizedException', 'incorrect')
  return take(environment, { ...value, factor, request })
}

function requiredBy(challenge: ChoiceChallenge, answer = ''): readonly string[] {
  const chosen = challenge === 'SELECT_CHALLENGE' ? answer : challenge
  const own = { PASSWORD: ['PASSWORD'], PASSWORD_SRP: ['SRP_A'] }[chosen] ?? []
  return challenge === 'SELECT_CHALLENGE' ? ['ANSWER', ...own] : own
}

function readChoice(
  transaction: Transaction,
  request: SignInRequest,
  {
    challenge,
    required,
    nowSeconds,
  }: {
    readonly challenge: ChoiceChallenge
    readonly required: readonly string[]
    readonly nowSeconds: number
  },
): { readonly candidate: Candidate; readonly ticket: OpenTicket<ChoiceNotes> } {
  const client = enterChallenge(transaction, request, required)
  const ticket = openSession<ChoiceNotes>(client, request, { challenge, nowSeconds })
  if (isSpent(transaction, client.pool.id, ticket.id)) {
    throw refusal('NotAuthorizedException', 'sessionUsed')
  }
  const { username, typedName } = ticket.notes
  const user = readUser(transaction, client.pool, username)
  return { candidate: candidateOf(transaction, client, { typedName, user, nowSeconds }), ticket }
}

/** Goes on with a factor: judges what was sent for it, or asks for that. */
async function take(
  environment: Environment,
  {
    candidate,
    factor,
    request,
    ticket,
  }: {
    readonly candidate: Candidate
    readonly factor: FirstFactor
    readonly request: SignInRequest
    readonly ticket?: OpenTicket<ChoiceNotes>
  },
): Promise<AuthAnswer> {
  const { parameters, clientMetadata } = request
  switch (factor) {
    case 'PASSWORD': {
      const { PASSWORD: password = '' } = parameters
      if (password === '') return offer(environment, candidate, factor)
      return judgePassword(environment, candidate, { password, ticket, clientMetadata })
    }
    case 'PASSWORD_SRP': {
      if ((parameters.SRP_A ?? '') === '') return offer(environment, candidate, factor)
      const context = { ranPreAuthentication: true }
      const ChallengeParameters = challengeOf(
        environment,
        candidate,
        clientPublicOf(request),
        context,
      )
      return { ...offer(environment, candidate, 'PASSWORD_VERIFIER'), ChallengeParameters }
    }
    case 'EMAIL_OTP':
    case 'SMS_OTP':
      return codeChallenge(environment, candidate, factor, clientMetadata)
  }
}

/** A challenge that tells nothing but the name. */
function offer(environment: Environment, candidate: Candidate, challenge: string) {
  const username = canonicalNameOf(candidate)
  const { typedName } = candidate
  return {
    ChallengeName: challenge,
    Session: sealSession(environment, candidate.client, { challenge, username, typedName }),
    ChallengeParameters: { USERNAME: username },
  }
}
