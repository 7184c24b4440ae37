/**
 * EMAIL_OTP and SMS_OTP as first factors: a code that is sent proves who signs in.
 *
 * A wrong code counts as a failed sign-in, so that the lock stops whoever guesses; the session stays good
 * for another try.
 *
 * @see user-pools §2.5 and §6.3
 */
import { codeEntropyBytes } from '../authentication/codes.ts'
import { deliverCode, deliverCodeLater, deliveryDetails } from '../deliver-code.ts'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import { isLocked, recordFailure } from '../model/attempts.ts'
import { deleteCode, issueCode, judgeCode } from '../model/codes.ts'
import { readUser } from '../model/names.ts'
import { hidesUsers, poolSecretOf } from '../model/pools.ts'
import { transactOrRefuse } from '../model/refusals.ts'
import { isSpent } from '../model/tickets.ts'
import type { ClientMetadata } from '../triggers/event.ts'
import { type Candidate, candidateOf, canonicalNameOf, checkState } from './candidate.ts'
import { type ChallengeNotes, openSession, sealSession, sessionEnd } from './challenge-session.ts'
import { completeSignIn } from './complete.ts'
import {
  type CodeFactor,
  factorAddress,
  pretendedAddress,
  verifiedAddress,
} from './first-factors.ts'
import { type AuthAnswer, enterChallenge, parameter, type SignInRequest } from './request.ts'

interface CodeNotes extends ChallengeNotes {
  readonly typedName: string
}

/**
 * Sends a code and asks for it. Whoever cannot get one is asked all the same.
 *
 * @throws UserPoolError CodeDeliveryFailureException; TriggerError
 */
export async function codeChallenge(
  environment: Environment,
  candidate: Candidate,
  factor: CodeFactor,
  clientMetadata: ClientMetadata | undefined,
): Promise<AuthAnswer> {
  const { user, typedName } = candidate
  const address = user && verifiedAddress(user, factor)
  const deliver = hidesUsers(candidate.client.client) ? deliverCodeLater : deliverCode
  const details =
    user === undefined || address === undefined
      ? deliveryDetails(pretendedAddress(candidate, factor))
      : await deliver(environment, {
          kind: 'authentication',
          source: 'CustomMessage_Authentication',
          subject: { pool: candidate.client.pool, clientId: candidate.client.client.id, user },
          address,
          code: await newCode(environment, candidate, factor),
          clientMetadata,
        })
  const username = canonicalNameOf(candidate)
  return {
    ChallengeName: factor,
    Session: sealSession(environment, candidate.client, { challenge: factor, username, typedName }),
    ChallengeParameters: {
      CODE_DELIVERY_DELIVERY_MEDIUM: details.DeliveryMedium,
      CODE_DELIVERY_DESTINATION: details.Destination,
      USERNAME: username,
    },
  }
}

/** Keeps a code for the user's address and returns it. */
async function newCode(
  environment: Environment,
  { client: { client, pool, secrets }, user }: Candidate,
  factor: CodeFactor,
): Promise<string> {
  const entropy = environment.entropy(codeEntropyBytes)
  const nowSeconds = environment.nowSeconds()
  const attributeName = factorAddress[factor]
  const { value } = await environment.store.transact(
    (transaction) =>
      issueCode(
        transaction,
        pool.id,
        {
          sub: user?.sub ?? '',
          purpose: 'first-factor',
          attributeName,
          destination: user?.attributes[attributeName] ?? '',
        },
        {
          poolSecret: poolSecretOf(secrets),
          entropy,
          nowSeconds,
          validitySeconds: sessionEnd(client, nowSeconds) - nowSeconds,
        },
      ),
    { intent: 'write' },
  )
  return value
}

/**
 * Judges the code that was typed.
 *
 * @throws UserPoolError as `openSession`, CodeMismatchException, ExpiredCodeException; TriggerError
 */
export async function answerCode(
  environment: Environment,
  request: SignInRequest,
  factor: CodeFactor,
): Promise<AuthAnswer> {
  const nowSeconds = environment.nowSeconds()
  const codeKey = `${factor}_CODE`
  const { clientMetadata } = request
  const proven = await transactOrRefuse(
    environment.store,
    (transaction) => {
      const client = enterChallenge(transaction, request, [codeKey])
      const ticket = openSession<CodeNotes>(client, request, { challenge: factor, nowSeconds })
      const { pool, secrets } = client
      if (isSpent(transaction, pool.id, ticket.id)) {
        return refusal('NotAuthorizedException', 'sessionUsed')
      }
      const { username, typedName } = ticket.notes
      const user = readUser(transaction, pool, username)
      const candidate = candidateOf(transaction, client, { typedName, user, nowSeconds })
      if (isLocked(transaction, pool.id, candidate.attemptsSubject, nowSeconds)) {
        return refusal('NotAuthorizedException', 'locked')
      }
      const attributeName = factorAddress[factor]
      const subject = {
        sub: user?.sub ?? '',
        purpose: 'first-factor',
        attributeName,
        destination: user?.attributes[attributeName] ?? '',
      } as const
      const typed = parameter(request.parameters, codeKey)
      const poolSecret = poolSecretOf(secrets)
      const answer = judgeCode(transaction, { pool, poolSecret }, subject, { typed, nowSeconds })
      if (user === undefined || answer !== 'match') {
        // Nobody's code, one that was never sent and one that was used are wrong like any other.
        recordFailure(transaction, pool.id, candidate.attemptsSubject, nowSeconds)
        return refusal('CodeMismatchException', 'wrongCode')
      }
      deleteCode(transaction, pool.id, subject)
      return { candidate, user, ticket }
    },
    { intent: 'write' },
  )
  checkState(proven.user)
  return completeSignIn(environment, { ...proven, clientMetadata })
}
